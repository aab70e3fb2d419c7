"""What panels are painted from at one repaint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.analysis.laws import Baseline, bounds_of, final_speedup, running_speedup, speedup_curve
from engine.analysis.sizing import Sizing, sizing
from engine.record.partials import Partial
from engine.record.state import Act, RunState
from tui.checks import Verdicts
from tui.insights import Insight
from tui.source import Mode
from tui.widgets.figures import clock


def stamp(state: RunState, round_: int, ts: float) -> str:
    """``r7``; where rounds are not recorded the run clock, ``00:27``."""
    return clock(ts) if "rounds" in state.run.gaps else f"r{round_}"


@dataclass
class Moment:
    """A state and the run clock that it is looked at by; what several panels need is computed once.

    ``held``: the panels show an earlier moment than this.
    ``follows``: a replay stands in the present of a run that goes on; ``team`` is what the team does there,
    in a word or two, while a replay of its past is shown.
    ``pins``: what people wrote later about moments of the run, in the order of the moments.
    ``gone``: the engine died in the middle of the run, so that nobody does what the state says any more.
    ``partials``: by agent, replies that are on their way.
    ``checking``: what the checker is at, in a sentence, if it takes long or cannot tell.
    ``sandbox``: the rung that agents' code runs on, empty where that is unknown or none runs.
    """

    state: RunState
    now: float
    mode: Mode = "watch"
    live: bool = False
    baseline: Baseline | None = None
    verdicts: Verdicts | None = None
    checking: str = ""
    gone: bool = False
    insight: Insight | None = None
    held: bool = False
    sandbox: str = ""
    follows: bool = False
    pins: tuple[Act, ...] = ()
    team: str = ""
    partials: Mapping[str, Partial] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether nobody works any more: the run has ended, or its engine died."""
        return self.gone or self.state.run.phase == "ended"

    @cached_property
    def notes(self) -> list[Act]:
        """What people wrote about moments that have been, in the run or later."""
        later = [pin for pin in self.pins if pin.seq <= self.state.seq]
        return sorted((*self.state.run.notes, *later), key=lambda note: note.seq)

    @cached_property
    def ready(self) -> int:
        """Free tasks whose dependencies are done."""
        return len(self.state.board.ready())

    @cached_property
    def curve(self) -> list[tuple[int, float]]:
        """(tasks done, speedup) at every completion."""
        return speedup_curve(self.state.metrics, self.baseline)

    @cached_property
    def speedup(self) -> float | None:
        """The measured speedup as it stands."""
        end = self.now
        run, metrics = self.state.run, self.state.metrics
        if self.state.board.unnamed:  # when which task was done is not known, only when all were
            found = self.baseline if self.baseline is not None and self.baseline.source == "runs" else None
            return final_speedup(run.wall_seconds, self.state.completed, found)
        whole = final_speedup(run.wall_seconds, self.state.completed, self.baseline)
        if whole is not None and self.baseline is not None and self.baseline.source == "runs":
            return whole  # as in the summary: of whole runs, not of their last completions
        if run.wall_seconds is not None and metrics.first_prompt is not None:
            end = metrics.first_prompt + run.wall_seconds  # verification after the end is nobody's work
        return running_speedup(metrics, end, self.baseline)

    @cached_property
    def speedup_age(self) -> float | None:
        """Seconds since the task at which ``speedup`` was measured; null where it goes on with the clock.

        Against saved runs it is known only at completions; without them the time that passes counts, too.
        """
        completions = self.state.metrics.completions
        measured = self.baseline is not None and bool(self.baseline.completion_seconds)
        if self.speedup is None or not completions or not measured or self.over:
            return None
        return max(0.0, self.now - completions[-1].ts)

    @cached_property
    def bounds(self) -> tuple[float, float] | None:
        """Amdahl bound and graph bound; null before the run has a shape."""
        return bounds_of(self.state)

    @cached_property
    def sizing(self) -> Sizing | None:
        """Whether an agent more or less would help with the rest; null where nothing is left to do."""
        return sizing(self.state, self.baseline)

    @cached_property
    def elapsed(self) -> float:
        """Run-clock seconds since the first prompt, as far as the team works."""
        run, metrics = self.state.run, self.state.metrics
        if run.wall_seconds is not None:
            return run.wall_seconds
        return max(0.0, self.now - metrics.first_prompt) if metrics.first_prompt is not None else 0.0
