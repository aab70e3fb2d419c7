"""Advice while a team works, held against what then happens: add an agent, keep the team, or let one go.

    python benchmarks/bench_sizing.py [--seeds 2] [--share 0.33] [--json] [--write]
    python benchmarks/bench_sizing.py --fit

Whole runs on the virtual clock: the three calibrated models × graphs × strategies × 1 to 4 agents × seeds.
Once ``share`` of the tasks is done, the advice is taken from the folded events, as the live screen does,
without saved runs to go by. Then the run is played on from that very moment three times: as it is, with an
agent that joins, with an agent that leaves (whom the advice means), and what was left to do is timed.
Everything before is the same, event by event.

``--fit`` makes ``engine/analysis/turnover.json``, from mathutils and generated graphs, with seeds of its
own. How much is fitted (which terms, how strongly strategies are drawn together) was chosen by leaving out
one graph after the other of these (and is printed so). What is printed, and with ``--write`` kept in
``docs/live-advice.md``, is of the other two suites, dataanalysis and svg, and of seeds that nobody looked at
before. "Laid out" is the advice without what was fitted: what the team's graph and pace alone say.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any, Literal, TypeAlias

import msgspec
import numpy as np
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.livepage import lines, page
from engine.advice.rehearsal import NEVER, Part, _start
from engine.analysis import turnover
from engine.analysis.layout import Layout, laid_out
from engine.analysis.sizing import WIDE, Sizing, advice, remaining
from engine.control import AddAgent, AnyCommand, RemoveAgent
from engine.errors import UsageError
from engine.record import events as ev
from engine.record.state import RunState
from engine.simulation.scenario import Scenario
from engine.simulation.world import play

MODELS = ("sim/claude-sonnet-4-6", "sim/gemini-3-flash", "sim/gpt-5.2")
STRATEGIES = (
    "preassigned",
    "decentralized",
    "lead-assigned",
    "lead",
    "work-stealing",
    "critical-path",
    "verified-by",
)
SIZES = (1, 2, 3, 4)
STRUCTURES = ("parallel", "mixed", "serial")
JUDGED = tuple((suite, structure) for suite in ("dataanalysis", "svg") for structure in STRUCTURES)
FITTED = (
    *(("mathutils", structure) for structure in STRUCTURES),
    ("synthetic:tasks=24,p=0.5,width=2", ""),
    ("synthetic:tasks=40,p=0.9", ""),
    ("synthetic:tasks=120,p=1", ""),
    ("synthetic:tasks=120,p=0.7,width=4", ""),
)
FIT_SEEDS = (100, 101, 102)
"""One for each of ``FIT_SHARES``."""

FIT_SHARES = (0.2, 0.33, 0.5)

DRAWN = 10.0
"""Runs' worth of doubt that a strategy differs from all: by so much its figures are drawn to the common
ones.
"""

FIRST_JUDGED = 1_000
"""The first seed to judge by."""

PAGE = Path(__file__).parents[1] / "docs" / "live-advice.md"

Deed: TypeAlias = Literal["keep", "add", "remove"]


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of a run: what was laid out, what is thought of that, and seconds that were left after each
    deed.
    """

    part: Part
    left: int
    layout: Layout
    seen: turnover.Seen
    rest: dict[Deed, float]

    @property
    def before(self) -> Sizing:
        """What the layout alone says."""
        return advice(self.layout, turnover.as_laid_out(self.layout))

    @property
    def after(self) -> Sizing:
        """What the live screen says."""
        return advice(self.layout, self.seen)

    def change(self, deed: Deed) -> float:
        """How the rest really changed (a logarithm)."""
        return math.log(self.rest[deed] / self.rest["keep"])


def played(part: Part, seed: int, *commands: tuple[float, AnyCommand]) -> list[ev.AnyEvent]:
    """A whole run."""
    begun = _start(part)
    if isinstance(begun, UsageError):
        raise begun
    suite, start = begun
    begins = replace(start, seed=seed)
    return play(
        Scenario(seed, suite, begins, (), commands, "fifo", (1.0, 0.0), None, attended=False, quiet=NEVER)
    ).events


def point(part: Part, seed: int, share: float) -> Point | None:
    """The moment at which that share is done; null if nothing is left by then, or nothing can be said."""
    run = played(part, seed)
    state = RunState()
    for event in run:
        state.apply(event)
        if state.board.total and state.board.done >= share * state.board.total:
            break
    now = state.ts
    before = [event for event in run if event.ts <= now]
    state = RunState.of(before)
    left = remaining(state)
    layout = laid_out(state, left, None) if left and state.run.phase != "ended" else ""
    if isinstance(layout, str):
        return None
    deeds: dict[Deed, AnyCommand] = {"add": AddAgent()}
    if layout.leaver:
        deeds["remove"] = RemoveAgent(name=layout.leaver)
    rest: dict[Deed, float] = {"keep": _ended(run) - now}
    for deed, command in deeds.items():
        other = played(part, seed, (now + 0.001, command))
        if other[: len(before)] != before:
            raise AssertionError(f"{part}: what was before {deed} is not the same")
        rest[deed] = _ended(other) - now
    return Point(part, len(left), layout, turnover.seen(state, layout, len(left)), rest)


def _ended(run: Sequence[ev.AnyEvent]) -> float:
    return next(event.ts for event in reversed(run) if isinstance(event, ev.RunEnded))


def points(graphs: Iterable[tuple[str, str]], seeds: Sequence[tuple[int, float]]) -> list[Point]:
    """The whole grid."""
    found = []
    for suite, structure in graphs:
        for model in MODELS:
            for strategy in STRATEGIES:
                for agents in SIZES:
                    part = Part(suite, structure, strategy, agents, model)
                    found += [one for seed, share in seeds if (one := point(part, seed, share)) is not None]
        print(f"{suite} {structure}: {len(found)} points, {time.process_time():.0f} s CPU", file=sys.stderr)
    return found


# ---------------------------------------------------------------- fitting


def fitted(every: Sequence[Point]) -> dict[str, turnover.Turnover]:
    """Effects by strategy, each drawn to the common ones."""
    found = {}
    more, less = _effects(every, "add"), _effects(every, "remove")
    for strategy in (turnover.OTHERS, *STRATEGIES):
        found[strategy] = turnover.Turnover(more[strategy], less[strategy])
    return found


def left_out(every: Sequence[Point], alike: Callable[[Part], str]) -> list[Point]:
    """What would be told of each moment by what was fitted to all that are not ``alike``."""
    found = []
    for held_out in sorted({alike(one.part) for one in every}):
        known = fitted([one for one in every if alike(one.part) != held_out])
        for one in every:
            if alike(one.part) == held_out:
                mine = known[one.part.strategy]
                seen = turnover.weighed(one.layout, one.left, one.seen.uneven, mine)
                found.append(dataclasses.replace(one, seen=seen))
    return found


def _effects(every: Sequence[Point], deed: Deed) -> dict[str, turnover.Effect]:
    """Least squares of logarithms. One less does not depend on how much is left, as far as could be told."""
    known = [one for one in every if deed in one.rest]
    rows = np.array([_row(one, deed) for one in known])
    real = np.array([one.change(deed) for one in known])
    middle = rows[:, 3].mean()
    rows[:, 3] = rows[:, 3] - middle if deed == "add" else 0.0
    common = np.linalg.lstsq(rows, real, rcond=None)[0]
    doubt = np.diag(DRAWN * np.array([1.0, 1.0, rows[:, 2].var(), max(rows[:, 3].var(), 0.02)]))
    found = {turnover.OTHERS: _effect(common, middle, real - rows @ common)}
    for strategy in STRATEGIES:
        mine = np.array([one.part.strategy == strategy for one in known])
        own, rest = rows[mine], real[mine] - rows[mine] @ common
        figures = common + np.linalg.solve(own.T @ own + doubt, own.T @ rest)
        found[strategy] = _effect(figures, middle, real[mine] - own @ figures)
    return found


def _row(one: Point, deed: Deed) -> list[float]:
    """What a change is told by: 1, whether it is at the edge, what was laid out, and what is left."""
    agents, layout = one.layout.agents, one.layout
    other = layout.more if deed == "add" else layout.less
    edge = agents == (1 if deed == "add" else 2)
    return [1.0, float(edge), math.log((other or layout.same) / layout.same), math.log(one.left / agents)]


def _effect(figures: Iterable[float], middle: float, off: Sequence[float]) -> turnover.Effect:
    base, edge, laid, left = figures
    values = (base - left * middle, edge, laid, left, math.sqrt(fmean(value**2 for value in off)))
    return turnover.Effect(*(round(float(value), 4) for value in values))


# ---------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class Judged:
    """How advice did: ``added`` verdicts to add, and of these the share that saved time and the mean share
    of the rest that they saved; the same of ``removed``. ``followed``: seconds of the rest, all together, if
    it is followed, by those if nobody ever does anything, less 1. ``error``: median error of the changes
    that are told for one more and one less, in logarithms.
    """

    added: int
    add_right: float | None
    add_saved: float | None
    removed: int
    remove_right: float | None
    remove_saved: float | None
    followed: float
    error: float


def judged(every: Sequence[Point], told: Sequence[Sizing]) -> Judged:
    """Hold what was told of each moment against what happened."""
    saved: dict[Deed, list[float]] = {"add": [], "remove": [], "keep": []}
    spent, errors = 0.0, []
    for one, said in zip(every, told, strict=True):
        deed: Deed = said.verdict if said.verdict in ("add", "remove") else "keep"
        spent += one.rest[deed]
        saved[deed].append(1 - one.rest[deed] / one.rest["keep"])
        pairs: tuple[tuple[Deed, float | None], ...] = (("add", said.more), ("remove", said.less))
        errors += [abs(math.log(t / said.same) - one.change(d)) for d, t in pairs if t and said.same]
    kept = sum(one.rest["keep"] for one in every)

    def share(values: list[float]) -> tuple[float | None, float | None]:
        return (fmean(value > 0 for value in values), fmean(values)) if values else (None, None)

    adds, removes = share(saved["add"]), share(saved["remove"])
    return Judged(len(saved["add"]), *adds, len(saved["remove"]), *removes, spent / kept - 1, median(errors))


def hindsight(every: Sequence[Point]) -> float:
    """As ``Judged.followed``, if each cell had done what was best on average over its seeds."""
    cells: dict[Part, dict[Deed, float]] = defaultdict(lambda: defaultdict(float))
    for one in every:
        for deed, seconds in one.rest.items():
            cells[one.part][deed] += seconds
    return (
        sum(min(each.values()) for each in cells.values()) / sum(each["keep"] for each in cells.values()) - 1
    )


def held(every: Sequence[Point]) -> float:
    """Share of real changes inside the 80 % intervals of uneven teams."""
    inside = []
    for one in every:
        sides: tuple[tuple[Deed, turnover.Change | None], ...] = (
            ("add", one.seen.more),
            ("remove", one.seen.less),
        )
        for deed, change in sides:
            if change is not None and deed in one.rest and one.seen.uneven == 1:
                inside.append(abs(one.change(deed) - change.mean) <= WIDE * change.spread)
    return fmean(inside) if inside else math.nan


def report(every: Sequence[Point]) -> dict[str, Any]:
    """By strategy and of all."""
    rows = []
    for strategy in (*STRATEGIES, ""):
        mine = [one for one in every if strategy in ("", one.part.strategy)]
        before, after = judged(mine, [one.before for one in mine]), judged(mine, [one.after for one in mine])
        always = sum(one.rest["add"] for one in mine) / sum(one.rest["keep"] for one in mine) - 1
        rows.append(
            {
                "strategy": strategy or "all",
                "points": len(mine),
                "laid_out": {name: getattr(before, name) for name in Judged.__slots__},
                "told": {name: getattr(after, name) for name in Judged.__slots__},
                "always_add": always,
                "hindsight": hindsight(mine),
                "inside_80": held(mine),
            }
        )
    return {"rows": rows, "cpu_seconds": time.process_time()}


def main() -> None:
    """Measure, print, and keep what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--share", type=float, default=0.33)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--fit", action="store_true")
    asked = parser.parse_args()
    if asked.fit:
        every = points(FITTED, tuple(zip(FIT_SEEDS, FIT_SHARES, strict=True)))
        made = msgspec.json.format(msgspec.json.encode(fitted(every)), indent=1)
        turnover.TABLE.write_bytes(made + b"\n")
        folds: dict[str, Callable[[Part], str]] = {
            "graph": lambda part: part.suite + part.structure,
            "model": lambda part: part.model,
        }
        for name, alike in folds.items():
            print(f"\nOne {name} left out after the other:\n")
            print("\n".join(lines(report(left_out(every, alike)))))
        return
    every = points(JUDGED, [(seed, asked.share) for seed in range(FIRST_JUDGED, FIRST_JUDGED + asked.seeds)])
    found = report(every)
    print(json.dumps(found, indent=1) if asked.json else "\n".join(lines(found)))
    if asked.write:
        PAGE.write_text(page(found, asked.seeds, asked.share), "utf-8")


if __name__ == "__main__":
    main()
