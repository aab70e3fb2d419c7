"""Runs tests in forked children of one warm process: a script, started by ``tasks.probe``.

Each line on standard input asks for one run, ``{"workspace": …, "tests": …, "files": […], "seconds": …}``;
each answer is one line, the list of nodes that passed, or null if the run did not end properly (it was
stopped, crashed or left). Imports nothing but the standard library and pytest, so that no file of a workspace
can be shadowed by a module of this project.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

# A wrong solution may fill a list for ever; tests of suites need a hundredth of this.
MEMORY_BYTES = 2_000_000_000


class Outcomes:
    """A pytest plugin that notes which nodes passed, all cases of a parametrised function being one node."""

    def __init__(self) -> None:
        self.called: set[str] = set()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one phase (setup, call, teardown) of one test."""
        node = report.nodeid.partition("[")[0]
        if report.outcome != "passed":
            self.failed.add(node)
        elif report.when == "call":
            self.called.add(node)


def run(request: dict[str, Any], answer: int) -> NoReturn:
    """Run the tests in this process, write the nodes that passed to the descriptor ``answer``, and leave."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(request["seconds"])
    with contextlib.suppress(OSError, ValueError):  # macOS refuses this limit; the alarm remains
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    os.chdir(request["workspace"])
    sys.path.insert(0, request["workspace"])
    outcomes = Outcomes()
    options = [
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        request["tests"],
        "--import-mode=importlib",
        "--assert=plain",
    ]
    options += ["-p", "no:cacheprovider", "--continue-on-collection-errors"]
    pytest.main([*options, *(str(Path(request["tests"], file)) for file in request["files"])], [outcomes])
    with os.fdopen(answer, "w") as pipe:
        json.dump(sorted(outcomes.called - outcomes.failed), pipe)
    os._exit(0)


def serve() -> None:
    """Answer requests until standard input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                run(request, writing)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        _, status = os.waitpid(child, 0)
        print(text if status == 0 and text else "null", flush=True)


if __name__ == "__main__":
    sys.dont_write_bytecode = True  # the same path holds another version a moment later
    serve()
