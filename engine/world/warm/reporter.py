"""The pytest plugin by which the test process tells what happened, on a pipe and not by its exit status.

Frames are ``[nonce, kind, value]``: ``plan`` (cases to run per expected node), ``at`` (what is being
collected or run), ``case`` (node, whether it passed), ``end`` (pytest's exit status). The nonce is new in
each run, so that a frame kept from an earlier run or written by guess does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from . import wire

_STOPS = (KeyboardInterrupt, SystemExit, pytest.exit.Exception)
"""What would end the whole run if a test file or a tested function raised it."""


class Reporter:
    """Selects the expected nodes and reports them; ``expected`` are ``file::Class::function`` ids.

    ``files`` are the test files to import, ``first`` those whose tests run before the others'.
    """

    def __init__(
        self, fd: int, nonce: str, expected: Sequence[str], files: Sequence[Path], first: Sequence[Path]
    ) -> None:
        self._first = frozenset(first)
        self._fd = fd
        self._wanted = {path for file in files for path in (file, *file.parents)}
        self._nonce = nonce
        self._expected = frozenset(expected)
        self._nodes: dict[str, str] = {}
        self._passed: dict[str, bool] = {}

    def _tell(self, kind: str, value: object) -> None:
        wire.write(self._fd, [self._nonce, kind, value])

    def end(self, status: int) -> None:
        """Close the report with pytest's exit status."""
        self._tell("end", status)

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Import no test file without expected nodes."""
        return None if collection_path in self._wanted else True

    @pytest.hookimpl
    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        """Say which file is being imported, in case it ends the process."""
        if isinstance(collector, pytest.Module):
            self._tell("at", collector.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Let a file that wants to end the run (``sys.exit()`` at import) only fail itself."""
        try:
            return (yield)
        except _STOPS as stop:
            text = f"{type(stop).__name__} was raised while {collector.nodeid} was imported: {stop}"
            return pytest.CollectReport(collector.nodeid, "failed", text, [])

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the cases of expected nodes and tell how many there are of each."""
        kept: list[pytest.Item] = []
        dropped: list[pytest.Item] = []
        for item in items:
            node = node_of(item)
            (kept if node in self._expected else dropped).append(item)
            self._nodes[item.nodeid] = node
        items[:] = sorted(kept, key=lambda item: item.path not in self._first)
        if dropped:
            config.hook.pytest_deselected(items=dropped)
        self._tell("plan", Counter(self._nodes[item.nodeid] for item in kept))

    @pytest.hookimpl
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which test is running, in case it ends the process or never returns."""
        self._tell("at", nodeid)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell a case once its teardown is over: passed if all of its phases did."""
        passed = self._passed.get(report.nodeid, True) and report.outcome == "passed"
        self._passed[report.nodeid] = passed
        if report.when == "teardown":
            self.tell_case(report.nodeid, passed=passed)

    def tell_case(self, nodeid: str, *, passed: bool) -> None:
        """Say that a case is over, and whether it passed."""
        self._tell("case", [self._nodes[nodeid], passed])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, Any, Any]:
        """As ``pytest_runtest_call``."""
        return (yield from _only_this_test())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        """Let a test that wants to end the run only fail itself."""
        return (yield from _only_this_test())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, Any]:
        """As ``pytest_runtest_call``."""
        return (yield from _only_this_test())


def _only_this_test() -> Generator[None, Any, Any]:
    try:
        return (yield)
    except _STOPS as stop:
        pytest.fail(f"{type(stop).__name__} was raised: {stop}")


def node_of(item: pytest.Item) -> str:
    """``file::Class::function`` of a case, without its parameters; the file relative to the tests folder."""
    names = [part.name for part in item.listchain() if isinstance(part, pytest.Class)]
    function = getattr(item, "originalname", None) or item.name
    path = item.path.relative_to(item.config.rootpath).as_posix()
    return "::".join([path, *names, function])
