"""Series of saved runs that differ in team size alone: what scaling laws are fitted to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.analysis.baseline import Likeness, likeness, track, undisturbed
from engine.analysis.scaling.bootstrap import FEWEST_RUNS, Interval, Runs, interval, resampled, timed
from engine.errors import TeamtopError
from engine.record.config import RunMeta
from engine.record.folder import RunFolder
from engine.rows import describe

_TASKS = re.compile(r"^(synthetic:.*?)(?:tasks=\d+)(.*)$")


@dataclass(frozen=True, slots=True)
class Kind:
    """What the runs of a series share. ``suite`` of a generated suite leaves out the number of tasks."""

    suite: str
    structure: str
    model: str
    strategy: str
    like: Likeness


@dataclass(slots=True)
class Series:
    """Runs by team size: ``walls`` of the completed ones, ``ended`` the walls of those that left tasks open.

    Seconds on the run's clock. ``tasks`` is the number of tasks by team size. Failed runs are kept, for a
    mean over completed ones alone flatters teams that often fail.
    """

    kind: Kind
    walls: dict[int, list[float]] = field(default_factory=dict)
    ended: dict[int, list[float]] = field(default_factory=dict)
    tasks: dict[int, int] = field(default_factory=dict)

    def sizes(self) -> list[int]:
        """Team sizes with a run, in order."""
        return sorted({*self.walls, *self.ended})

    def mean(self, n: int) -> float | None:
        """Mean wall seconds of completed runs."""
        times = self.walls.get(n)
        return sum(times) / len(times) if times else None

    def speedup(self, n: int) -> float | None:
        """Ratio of the means, T(1) / T(N), scaled by the tasks where their number grows with N."""
        one, many = self.mean(1), self.mean(n)
        if not one or not many:
            return None
        return one / many * (self.tasks[n] / self.tasks[1] if self.tasks.get(1) else 1.0)

    def speedup_interval(self, n: int) -> Interval | None:
        """Of that ratio, with runs of both sizes resampled; null for one agent, and for single runs."""
        speedup = self.speedup(n)
        runs = timed({1: self.walls.get(1, []), n: self.walls.get(n, [])})
        if n == 1 or not speedup or min(len(runs.get(size, ())) for size in (1, n)) < FEWEST_RUNS:
            return None
        found = interval(resampled(runs, lambda drawn: _ratio(drawn, n)))
        scale = speedup / _ratio(runs, n)
        return Interval(found.low * scale, found.high * scale)

    def success(self, n: int) -> float:
        """Share of runs that completed."""
        done, open_ = len(self.walls.get(n, ())), len(self.ended.get(n, ()))
        return done / (done + open_) if done + open_ else 0.0

    def expected(self, n: int) -> float | None:
        """Expected seconds to success if failed runs are done again: mean over all runs / share completed."""
        times = [*self.walls.get(n, ()), *self.ended.get(n, ())]
        share = self.success(n)
        return sum(times) / len(times) / share if times and share else None


def _ratio(runs: Runs, n: int) -> float:
    """Mean time of one agent over that of ``n``."""
    return (sum(runs[1]) / len(runs[1])) / (sum(runs[n]) / len(runs[n]))


def collect(folders: Iterable[RunFolder]) -> list[Series]:
    """Group undisturbed, unforked runs into series, in order of kind; unreadable folders are left out."""
    found: dict[Kind, Series] = {}
    for folder in folders:
        try:
            meta = folder.read_meta()
        except (TeamtopError, OSError):
            continue
        if meta.parent is not None or meta.config.faults or (like := likeness(meta)) is None:
            continue
        _add(found.setdefault(kind_of(meta, like), Series(kind_of(meta, like))), folder, meta)
    kinds = sorted(found, key=lambda k: (k.suite, k.structure, k.model, k.strategy, repr(k.like)))
    return [found[kind] for kind in kinds if found[kind].sizes()]


def _add(series: Series, folder: RunFolder, meta: RunMeta) -> None:
    row = describe(folder)
    n = meta.config.agents
    if row.status == "completed" and (ran := track(folder)) is not None:
        series.walls.setdefault(n, []).append(ran.wall_seconds)
        series.tasks[n] = len(ran.completion_seconds)
    elif row.status != "ended" or row.wall_seconds is None or row.outcome == "stopped":
        return  # who stops a team by hand has not seen it fail
    elif undisturbed(folder):
        series.ended.setdefault(n, []).append(row.wall_seconds)


def kind_of(meta: RunMeta, like: Likeness) -> Kind:
    """What the run has in common with others; the number of tasks of a generated suite is no part of it."""
    config = meta.config
    suite = config.suite
    if (match := _TASKS.match(suite)) is not None:
        suite = f"{match[1]}tasks=*{match[2]}"
        like = replace(like, suite_hash=suite)
    return Kind(suite, config.structure, like.model, config.strategy, like)
