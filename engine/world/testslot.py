"""Where test runs happen, one at a time, in worker threads: lay out, ask the server, judge, clean up."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from engine.world import layout
from engine.world.forkserver import Cancellation, Ended, ForkServer, ServerLostError, StuckError
from engine.world.testrunner import TestReport
from engine.world.verdicts import Judgement, judge

OUTPUT_HEAD = 2_000
OUTPUT_TAIL = 6_000
"""Bytes of a run's output that are kept, from its start and its end: what fits into a prompt."""

_LOST = "The processes around the tests ended twice without a result, so nothing can be said about the tests."
_STUCK = "The tests stopped the process that watches them, and were killed when their time was over."


@dataclass(frozen=True, slots=True)
class Limits:
    """What one test process may use. Bounds accidents; a sandbox bounds malice.

    Bytes of address space, bytes of any file it writes, open files; processor seconds follow the timeout.
    """

    memory_bytes: int = 2 * 1024**3
    file_bytes: int = 64 * 1024**2
    open_files: int = 256

    def as_rlimits(self, timeout_seconds: float) -> dict[str, int]:
        """Values by the name of the ``resource`` constant."""
        return {
            # One second more than the limit in real time, which therefore strikes first.
            "RLIMIT_CPU": ceil(timeout_seconds) + 1,
            "RLIMIT_AS": self.memory_bytes,
            "RLIMIT_FSIZE": self.file_bytes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CORE": 0,
        }


@dataclass(frozen=True)
class Pristine:
    """What all runs share: the suite's own tests and support files, and the limits of a run."""

    tests: Mapping[str, str]
    support: Mapping[str, str]
    timeout_seconds: float
    limits: Limits


class Slot:
    """One run at a time, always in the same folder, so that the tests' bytecode stays valid.

    The bytecode is made before any agent's file is there, laid over each run like the tests themselves, and
    checked like them after it. Without it, pytest spends a third of a run on preparing assertions.
    """

    def __init__(self, server: ForkServer, name: str, pristine: Pristine) -> None:
        self._server = server
        self._name = name
        self._pristine = pristine
        self._fixed = layout.protected(pristine.support, pristine.tests)
        self._compiled: dict[str, bytes] | None = None

    def compile(self, cancellation: Cancellation) -> None:
        """Make the tests' bytecode, once. Runs are possible without it; then this did not work."""
        run = self._folder()
        if self._compiled is not None:
            return
        compiled: dict[str, bytes] = {}
        try:
            with contextlib.suppress(ServerLostError, StuckError, layout.UnplaceableError, OSError):
                work = layout.lay_out(run, {}, self._fixed)
                files = [path for path in self._pristine.tests if path.endswith(".py")]
                self._server.run(self._request(run, work, files, (), ""), cancellation)
                compiled = layout.compiled(work)
            self._compiled = compiled
        finally:
            layout.remove(run)

    def _folder(self) -> Path:
        """Where the next run goes; elsewhere if what the last one left there cannot be removed."""
        if (self._server.folder / self._name).exists():
            self._name += "+"
            self._compiled = None  # it names its folder
        return self._server.folder / self._name

    def test(
        self,
        files: Mapping[str, str],
        expected: tuple[str, ...],
        cancellation: Cancellation,
        first: tuple[str, ...] = (),
    ) -> TestReport:
        """Run the tests, those in the files ``first`` before the others, and report.

        Raises ``CancelledRunError`` only.
        """
        for again in (True, False):
            self.compile(cancellation)
            run = self._folder()
            try:
                return self._test_in(run, files, expected, cancellation, first)
            except ServerLostError as error:
                # Somebody's code, perhaps another agent's, killed the server or this run's keeper: once more.
                if not again:
                    return _report(expected, Judgement("error", (), f"{_LOST} {error}".strip()))
            except StuckError:
                return _report(expected, Judgement("timeout", (), _STUCK))
            except (layout.UnplaceableError, OSError) as error:
                return _report(expected, Judgement("error", (), f"The files could not be laid out: {error}."))
            finally:
                layout.remove(run)
        raise AssertionError("the second attempt returns")

    def _test_in(
        self,
        run: Path,
        files: Mapping[str, str],
        expected: tuple[str, ...],
        cancellation: Cancellation,
        first: tuple[str, ...],
    ) -> TestReport:
        named = dict.fromkeys(node.partition("::")[0] for node in expected)
        wanted = [name for name in named if name in self._pristine.tests]
        if not wanted:
            return _report(expected, Judgement("failed", (), "The suite has no file with these tests."))
        fixed = self._fixed | (self._compiled or {})
        work = layout.lay_out(run, files, fixed)
        nonce = secrets.token_hex(16)
        request = self._request(run, work, wanted, expected, nonce) | {"first": first}
        ended = self._server.run(request, cancellation)
        judgement = judge(expected, ended, nonce, self._pristine.timeout_seconds)
        if touched := layout.changed(work, fixed):
            note = f"The tests were changed while they ran ({', '.join(touched)}), so none of them counts."
            judgement = Judgement("error", (), note)
        return _report(expected, judgement, _output(ended, work))

    def _request(
        self, run: Path, work: Path, files: list[str], expected: tuple[str, ...], nonce: str
    ) -> dict[str, object]:
        """What ``engine.world.warm.child`` is asked; without a nonce, only to compile the tests."""
        return {
            "folder": str(work),
            "tests": str(work / layout.TESTS),
            "files": files,
            "first": (),
            "expected": expected,
            "compile": not nonce,
            "conftest": any(path.rpartition("/")[2] == "conftest.py" for path in self._pristine.tests),
            "nonce": nonce,
            "timeout": self._pristine.timeout_seconds,
            "limits": self._pristine.limits.as_rlimits(self._pristine.timeout_seconds),
            "environment": {"HOME": str(run / "home"), "TMPDIR": str(run / "tmp")},
            "output_head": OUTPUT_HEAD,
            "output_tail": OUTPUT_TAIL,
        }


def _report(expected: tuple[str, ...], judgement: Judgement, output: str = "") -> TestReport:
    passed = frozenset(judgement.passed)
    return TestReport(
        verdict=judgement.verdict,
        passed=judgement.passed,
        failed=tuple(node for node in expected if node not in passed),
        seconds=0.0,
        output="\n".join(part for part in (judgement.note, output) if part),
    )


def _output(ended: Ended, work: Path) -> str:
    """What the run printed, without names of folders, which say nothing and differ from machine to machine.

    A cut is made between lines, so that no half of such a name is left.
    """
    head, tail, dropped = ended.head, ended.tail, ended.output_dropped
    if dropped:
        first, last = head.rfind(b"\n") + 1 or len(head), tail.find(b"\n") + 1
        dropped += len(head) - first + last
        note = f"\n[{dropped} bytes cut here]\n".encode()
        head, tail = head[:first].removesuffix(b"\n") + note, tail[last:]
    text = (head + tail).decode(errors="replace")
    for path, name in ((f"{work}/", ""), (str(work), "."), *_FOLDERS):
        text = text.replace(path, name)
    return text.strip()


_EVERYWHERE = frozenset({"/", "/usr", "/usr/local"})
"""Prefixes that are the same on all machines, and stand in texts for other things as well."""


def _folders() -> tuple[tuple[str, str], ...]:
    """Where this interpreter keeps its modules, and what stands for it, the longest path first."""
    paths = sysconfig.get_paths()
    named = {paths["purelib"]: "site-packages", paths["platlib"]: "site-packages"}
    named |= {paths["stdlib"]: "python", paths["platstdlib"]: "python"}
    named |= {path: "python" for path in (sys.prefix, sys.base_prefix) if path not in _EVERYWHERE}
    both = {**named, **{os.path.realpath(path): name for path, name in named.items()}}
    return tuple((path, both[path]) for path in sorted(both, key=len, reverse=True))


_FOLDERS = _folders()
