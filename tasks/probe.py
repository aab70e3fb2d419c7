"""Real test runs of a suite, many in a row: what breaks if a file is wrong or missing, all else correct."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from tasks.errors import SuiteError
from tasks.pool import Pool

# Bounds one run: the tests of a shipped suite need less than a second, a wrong solution may never end.
RUN_SECONDS = 20


class Prober:
    """A workspace with all reference solutions of a suite, in which files can be exchanged.

    A context manager: it holds a temporary folder and a process. Needs ``fork`` (Linux, macOS).
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._nodes = {node for task in pool.tasks.values() for node in task.tests}
        self._folder = tempfile.TemporaryDirectory(prefix="teamtop-probe-")
        root = Path(self._folder.name).resolve()
        self._workspace, self._tests = root / "repo", root / "tests"
        self._place = {
            **{
                self._workspace / path: text
                for path, text in (*pool.support.items(), *pool.references.items())
            },
            **{self._tests / path: text for path, text in (*pool.tests.items(), *pool.helpers.items())},
        }
        for path in self._place:
            self._write(path, self._place[path])
        environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        self._server = subprocess.Popen(  # noqa: S603  # our own interpreter and our own script
            [sys.executable, "-I", str(Path(__file__).with_name("probe_server.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def broken(
        self, changes: Mapping[str, str | None], tests: Iterable[str] | None = None
    ) -> frozenset[str] | None:
        """Return the nodes that fail with these contents (None: no such file) in place of the references.

        ``tests`` are the test files to run, all of the suite by default. Returns None if the run was stopped
        (an endless loop, too much memory) or left by ``os._exit``.
        """
        files = sorted(self._pool.tests if tests is None else tests)
        for path, text in changes.items():
            self._write(self._workspace / path, text)
        try:
            passed = self._ask(files)
        finally:
            for path in changes:
                self._write(self._workspace / path, self._place.get(self._workspace / path))
        if passed is None:
            return None
        return frozenset(node for node in self._nodes if node.partition("::")[0] in files) - frozenset(passed)

    def _ask(self, files: list[str]) -> list[str] | None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        request = {
            "workspace": str(self._workspace),
            "tests": str(self._tests),
            "files": files,
            "seconds": RUN_SECONDS,
        }
        try:
            print(json.dumps(request), file=self._server.stdin, flush=True)
            answer: list[str] | None = json.loads(self._server.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            raise SuiteError("The test process of the verdict table ended; is pytest installed?") from None
        return answer

    def _write(self, path: Path, text: str | None) -> None:
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

    def __enter__(self) -> Prober:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.kill()
        self._server.communicate()
        self._folder.cleanup()
