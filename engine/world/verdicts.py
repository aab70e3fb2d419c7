"""From what a test process reported to a verdict that can be trusted as far as one process allows.

A node passed if the engine's own plugin reported each of its planned cases as passed, over a pipe that no
test prints to, with this run's nonce. Exit status, printed text and configuration cannot make a node pass.

What remains possible, since agents' code shares the interpreter with the plugin and the user with the files:
to find the plugin and its nonce in memory and report through them, to patch pytest, to return objects whose
``__eq__`` lies, to replace a test file before it is imported and put it back before the run ends. A sandbox
that mounts the tests read-only ends the last; the others need values compared in a second process.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.record.events import Verdict
from engine.world.forkserver import Ended
from engine.world.warm.wire import DamagedError, split

_ORDINARY = (0, 1, 5)
"""Exit statuses of a pytest run that took its course: all passed, some failed, none collected."""


@dataclass
class Reported:
    """What the plugin said. Raises ``DamagedError`` if somebody else wrote into its stream."""

    plan: dict[str, int] = field(default_factory=dict)
    passed: Counter[str] = field(default_factory=Counter)
    at: str = ""
    status: int | None = None

    @classmethod
    def read(cls, stream: bytes, nonce: str, *, whole: bool) -> Reported:
        """Read the frames of ``engine.world.warm.reporter``; only a killed writer leaves half a frame."""
        reported = cls()
        values, rest = split(stream)
        if rest and whole:
            raise DamagedError
        for value in values:
            match value:
                case [str(told), str(kind), body] if told == nonce and reported.status is None:
                    reported._take(kind, body)
                case _:
                    raise DamagedError
        return reported

    def _take(self, kind: str, body: object) -> None:
        match kind, body:
            case "plan", dict(plan) if not self.plan and all(isinstance(n, int) for n in plan.values()):
                self.plan = plan
            case "at", str(where):
                self.at = where.encode(errors="replace").decode()[:200]  # no lone surrogates in the journal
            case "case", [str(node), bool(passed)]:
                self.passed[node] += passed
            case "end", int(status):
                self.status = status
            case _:
                raise DamagedError

    def all_cases_passed(self, node: str) -> bool:
        """Whether ``node`` had cases and each of them passed."""
        return 0 < self.plan.get(node, 0) == self.passed[node]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the nodes that passed, and a sentence on anything but the ordinary (else empty)."""

    verdict: Verdict
    passed: tuple[str, ...] = ()
    note: str = ""


def judge(expected: Sequence[str], ended: Ended, nonce: str, timeout: float) -> Judgement:
    """Judge a run by its end and its report; ``timeout`` is told, not measured."""
    try:
        if ended.report_dropped:
            raise DamagedError
        reported = Reported.read(ended.report, nonce, whole=ended.status is not None and ended.status >= 0)
    except DamagedError:
        return Judgement("error", (), "The report of the tests was tampered with, so none of them counts.")
    passed = tuple(node for node in expected if reported.all_cases_passed(node))
    where = f" in {reported.at}" if reported.at else ""
    if ended.status in (None, -signal.SIGXCPU):
        return Judgement("timeout", passed, f"The tests were stopped after {timeout:g} s{where}.")
    complete = len(passed) == len(expected)
    if broken := _broken_off(ended.status, reported.status, where, complete=complete):
        return Judgement("error", passed, broken)
    return Judgement("passed" if complete else "failed", passed)


def _broken_off(status: int | None, reported: int | None, where: str, *, complete: bool) -> str:
    """Why a run that ended by itself is no run of tests; empty if it is one."""
    if reported is None or status != reported:
        how = f"by signal {-status}" if status is not None and status < 0 else f"with exit status {status}"
        return f"The test process ended {how}{where}, before all tests had reported."
    if status not in _ORDINARY:
        return f"pytest gave up with exit status {status}{where}."
    if complete and status != 0:
        return "Every expected test passed, but pytest met errors outside of them."
    return ""
