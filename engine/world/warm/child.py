"""The test process: limits itself, turns to its workspace, runs pytest in isolation, reports, and ends.

Configuration that agents could write is never read: no ini file, no conftest except the suite's own, no
plugin besides pytest's, no cache.
"""

from __future__ import annotations

import contextlib
import fnmatch
import glob
import os
import resource
import shlex
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from . import processes
from .express import Express
from .reporter import Reporter

UNUSED = ("cacheprovider", "pastebin", "setuponly", "setupplan", "stepwise")
"""Plugins of pytest's that only serve people, and files between runs."""

BROKEN = 70
"""Exit status if the test process could not get as far as pytest (EX_SOFTWARE of sysexits.h)."""


def run_and_exit(
    request: dict[str, Any], report_fd: int, output_fd: int, enter: Callable[[str], object] | None
) -> NoReturn:
    """Be the test process of ``request``; never returns to the keeper's code."""
    status = BROKEN
    try:
        report_fd = _settle(request, report_fd, output_fd)
        if enter is not None:
            enter(request["folder"])
        status = _test(request, report_fd)
    except BaseException:
        with contextlib.suppress(BaseException):
            traceback.print_exc(file=sys.stderr)
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _settle(request: dict[str, Any], report_fd: int, output_fd: int) -> int:
    """Leave the keeper's session, files, signals and folder behind; returns the report's new descriptor."""
    os.setsid()
    processes.die_with_parent()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # 0-2 are the usual ones, 3 is the report; nothing else of the keeper's stays open.
    report_fd, output_fd = os.dup(report_fd), os.dup(output_fd)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((nothing, 0), (output_fd, 1), (output_fd, 2), (report_fd, 3)):
        os.dup2(old, new, inheritable=new < 3)
    os.closerange(4, max(nothing, report_fd, output_fd) + 1)
    for name, value in request["limits"].items():
        with contextlib.suppress(ValueError, OSError):  # a lower limit is in force already, or none exists
            resource.setrlimit(getattr(resource, name), (value, value))
    os.umask(0o077)
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    return 3


def _test(request: dict[str, Any], report_fd: int) -> int:
    tests = request["tests"]
    sys.dont_write_bytecode = not request["compile"]
    sys.argv = ["pytest"]
    sys.path[:0] = [tests, request["folder"]]
    reporter = Reporter(
        report_fd,
        request["nonce"],
        request["expected"],
        [Path(tests, name) for name in request["files"]],
        [Path(tests, name) for name in request["first"]],
    )
    arguments = [
        *("-c", os.devnull, "--rootdir", tests, "--confcutdir", tests),
        *(f"-pno:{name}" for name in UNUSED),
        *("-q", "--tb=short", "--color=no", "--no-header", "--continue-on-collection-errors"),
        *([] if request["conftest"] else ["--noconftest"]),
        *(["--collect-only"] if request["compile"] else []),
        # The folder, not its files: each file given would list the folder again.
        *("-o", f"python_files={_patterns(request['files'])}", tests),
    ]
    status = int(pytest.main(arguments, plugins=[reporter, Express(reporter)]))
    reporter.end(status)
    return status


def _patterns(files: list[str]) -> str:
    """What is a test file; modules of agents that look like one have their assertions prepared, too."""
    names = {name.rpartition("/")[2] for name in files}
    if all(fnmatch.fnmatch(name, "test_*.py") or fnmatch.fnmatch(name, "*_test.py") for name in names):
        return "test_*.py *_test.py"
    return shlex.join(glob.escape(name) for name in sorted(names))
