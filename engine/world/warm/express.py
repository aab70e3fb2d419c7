"""The express lane: plain tests are run without what pytest's plugins do around each of their phases.

Around setup, call and teardown of every test pytest calls a dozen plugins, and reports each phase to them.
That takes longer than most tests, and of a test that passes and uses nothing of these plugins it leaves no
trace. Such tests are run here, by the same functions of pytest's; a phase that raises is reported the long
way, and reads the same. Whatever could make a difference goes the long way from the start: marks other than
those of parameters, fixtures that live on what happens around the phases, classes of ``unittest``, hooks that
are not pytest's own.
"""

from __future__ import annotations

from typing import Any, Literal, TypeGuard

import pytest
from _pytest.capture import CaptureManager
from _pytest.terminal import TerminalReporter

from .reporter import Reporter

Phase = Literal["setup", "call", "teardown"]
PHASES: tuple[Phase, ...] = ("setup", "call", "teardown")

_MARKS = frozenset({"parametrize", "usefixtures"})
"""Marks that have done their work when a test is collected."""

_WATCHING = frozenset(
    {
        *("request", "subtests", "pytester", "testdir", "recwarn", "tmp_path", "tmpdir", "caplog"),
        *("capsys", "capsysbinary", "capteesys", "capfd", "capfdbinary"),
        *("record_property", "record_xml_attribute", "record_testsuite_property"),
    }
)
"""Fixtures that need what plugins do around phases, or may ask for one that does."""

_AROUND = frozenset({"_pytest.capture", "_pytest.logging", "_pytest.skipping"})
"""Whose wrappers are left out: records are for ``caplog``, skipping is for marks; capturing is done here."""

_REPORTING = tuple(f"pytest_runtest_{name}" for name in ("logstart", "makereport", "logreport", "logfinish"))


class Express:
    """Runs plain tests, and tells ``reporter`` of them."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._capture: CaptureManager | None = None
        self._terminal: TerminalReporter | None = None
        self._phases: dict[Phase, list[Any]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Find what each phase consists of; stay closed if somebody unknown takes part."""
        manager, hook = session.config.pluginmanager, session.config.hook
        around = [
            impl for phase in PHASES for impl in getattr(hook, f"pytest_runtest_{phase}").get_hookimpls()
        ]
        reporting = [impl for name in _REPORTING for impl in getattr(hook, name).get_hookimpls()]
        known = all(
            impl.plugin is self._reporter
            or impl.function.__module__ in _AROUND
            or (impl.function.__module__.startswith("_pytest.") and (impl in reporting or not _wraps(impl)))
            for impl in [*around, *reporting]
        )
        if known:
            self._capture = manager.getplugin("capturemanager")
            self._terminal = manager.getplugin("terminalreporter")
        for phase in PHASES:
            impls = getattr(hook, f"pytest_runtest_{phase}").get_hookimpls()
            # The last to be registered is called first.
            self._phases[phase] = [impl for impl in reversed(impls) if not _wraps(impl)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a plain test; leave all others to pytest."""
        if self._capture is None or self._terminal is None or not _plain(item):
            return None
        self._reporter.pytest_runtest_logstart(item.nodeid)
        self._capture.resume_global_capture()
        passed = self._run("setup", item, {}) and self._run("call", item, {})
        if item.session.shouldfail or item.session.shouldstop:
            nextitem = None
        ended = self._run("teardown", item, {"nextitem": nextitem})
        item.funcargs = {}  # as pytest does, so that they can be freed
        self._capture.suspend_global_capture()
        self._capture.read_global_capture()
        if passed:
            report = pytest.TestReport(item.nodeid, ("", None, ""), {}, "passed", None, "call")
            self._terminal.pytest_runtest_logreport(report)
        if ended:
            self._reporter.tell_case(item.nodeid, passed=passed)
        return True

    def _run(self, phase: Phase, item: pytest.Item, more: dict[str, Any]) -> bool:
        """Whether the phase raised nothing; if it did, everybody is told as by pytest."""
        given = {"item": item, **more}

        def work() -> None:
            for impl in self._phases[phase]:
                impl.function(*(given[name] for name in impl.argnames))

        # Also what would end the whole run, such as SystemExit, only fails this test.
        call = pytest.CallInfo.from_call(work, phase)
        if call.excinfo is None:
            return True
        assert self._capture is not None
        self._capture.suspend_global_capture()
        written = self._capture.read_global_capture()
        item.add_report_section(phase, "stdout", written.out)
        item.add_report_section(phase, "stderr", written.err)
        report = item.ihook.pytest_runtest_makereport(item=item, call=call)
        item.ihook.pytest_runtest_logreport(report=report)
        self._capture.resume_global_capture()
        return False


def _plain(item: pytest.Item) -> TypeGuard[pytest.Function]:
    return (
        type(item) is pytest.Function
        and _WATCHING.isdisjoint(item.fixturenames)
        and all(mark.name in _MARKS for mark in item.iter_markers())
    )


def _wraps(impl: Any) -> bool:  # noqa: ANN401 - of pluggy, which is here through pytest only
    return bool(impl.wrapper or impl.hookwrapper)
