"""What takes too long for the screen's loop: where speedup went, and speedup over team sizes of saved runs.

Computed in a thread, only while somebody looks, seldom enough to take a twentieth of the time, and for
journals up to a length (``tui.checks.EVENTS_MAX``): the report has it for any.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from engine.record import events as ev
from tui.checks import EVENTS_MAX, SHARE, Upto
from tui.works import Work, work_of

if TYPE_CHECKING:
    from engine.analysis.accounting import Losses
    from engine.analysis.laws import Baseline
    from engine.record.config import RunMeta

Wanted: TypeAlias = str
"""``waterfall``, ``over N``, or ``agent:NAME`` for what that agent wrote and tested."""

EVERY_SECONDS = 3.0
"""Between two computations at least."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Speedup by team size of saved runs like this one: measured means, and the fitted law."""

    points: tuple[tuple[float, float], ...]
    fitted: tuple[tuple[float, float], ...] = ()
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Insight:
    """What was found; ``missing`` is a sentence that says why there is nothing, per view."""

    losses: Losses | None = None
    said: str = ""
    """The account behind ``losses`` in a sentence."""
    curve: Curve | None = None
    work: Work | None = None
    missing: dict[str, str] = field(default_factory=dict)


class Insights:
    """The latest ``insight`` of a run. ``upto`` gives the events of its journal, in a thread."""

    def __init__(self, upto: Upto, real: Callable[[], float] = time.monotonic) -> None:
        self.insight = Insight()
        self._upto = upto
        self._real = real
        self._next = 0.0
        self._done: tuple[str, int] = ("", -1)
        self._busy = False

    def begin(self, wanted: Wanted, seq: int) -> bool:
        """Whether to compute ``wanted`` at ``seq`` now; ``make`` then runs in a thread."""
        known, at = self._done
        new = known != wanted or (wanted != "over N" and at != seq)
        if self._busy or not seq or not new or (known == wanted and self._real() < self._next):
            return False
        self._busy = True
        return True

    def make(
        self, wanted: Wanted, seq: int, *, meta: RunMeta | None, runs: Path | None, base: Baseline | None
    ) -> None:
        """Compute it, in a thread; never raises."""
        started = self._real()
        try:
            if wanted.startswith("agent:"):
                self.insight = self._work(wanted, seq)
            elif wanted == "waterfall":
                self.insight = self._waterfall(seq, runs, base)
            else:
                self.insight = _over_sizes(meta, runs)
        except Exception as error:
            self.insight = Insight(missing={wanted: f"It could not be computed: {type(error).__name__}."})
        finally:
            self._next = self._real() + max(EVERY_SECONDS, (self._real() - started) / SHARE)
            self._done, self._busy = (wanted, seq), False

    def _work(self, wanted: str, seq: int) -> Insight:
        if seq > EVENTS_MAX:
            return Insight(missing={wanted: f"Beyond {EVENTS_MAX:,} events this is not gathered live."})
        return Insight(work=work_of(wanted.removeprefix("agent:"), self._upto(seq)))

    def _waterfall(self, seq: int, runs: Path | None, base: Baseline | None) -> Insight:
        from engine.analysis.accounting import Account, losses
        from engine.analysis.accounting.words import sentence
        from engine.analysis.baseline import accounts

        if seq > EVENTS_MAX:
            return Insight(
                missing={"waterfall": f"Beyond {EVENTS_MAX:,} events the report has it: teamtop report."}
            )
        events = self._upto(seq)
        account = Account.of(events)  # type: ignore[arg-type]  # a journal holds events of the union
        if account is None or not account.wall_ns:
            return Insight(missing={"waterfall": "No time has passed yet."})
        ended = any(isinstance(event, ev.RunEnded) and event.outcome == "completed" for event in events[-50:])
        alone = accounts([runs], base) if ended and runs is not None else []
        found = losses(account, alone)
        return Insight(losses=found, said=sentence(account, found.speedup if alone else None))


def _over_sizes(meta: RunMeta | None, runs: Path | None) -> Insight:
    """Speedup over team sizes from the saved runs beside this one."""
    from engine.analysis.baseline import likeness
    from engine.analysis.scaling import collect, fit_usl, kind_of
    from engine.store import RunsStore

    if meta is None or runs is None or (like := likeness(meta)) is None:
        return Insight(
            missing={"over N": "A run without a folder of its own kind has no saved runs like it."}
        )
    kind = kind_of(meta, like)
    found = next((s for s in collect(RunsStore([runs]).folders()) if s.kind == kind), None)
    sizes = [] if found is None else [n for n in found.sizes() if found.mean(n) is not None]
    if found is None or 1 not in sizes or len(sizes) < 2:
        have = ", ".join(map(str, sizes)) or "none"
        return Insight(
            missing={
                "over N": "It needs completed, undisturbed runs like this one with 1 agent and with another "
                f"number; saved are team sizes: {have}. Try teamtop sweep."
            }
        )
    points = tuple((float(n), s) for n in sizes if (s := found.speedup(n)) is not None)
    fit = fit_usl(found.walls)
    if fit is None:
        return Insight(curve=Curve(points, sentence="A USL fit needs one agent and two other team sizes."))
    fitted = tuple((float(n), fit.speedup(n)) for n in range(1, max(sizes) + 1))
    peak = f"peak at N = {fit.peak:.1f}" if fit.peak is not None else f"no peak identified: {fit.advice}"
    said = f"USL: contention σ = {fit.sigma:.3f}, coherency κ = {fit.kappa:.4f}, {peak}"
    return Insight(curve=Curve(points, fitted, said))
