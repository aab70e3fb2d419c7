"""Backup copies against none: makespan and tokens of pairs of runs that differ in the strategy only.

    python benchmarks/bench_copies.py [--json] [SEEDS]

Each pair plays ``preassigned`` and ``speculative`` (which is preassigned with backups) with the same seed on
the virtual clock, with simulated tests and verified completions, for copies are always verified. A call takes
the factor of its case longer by its chance, by a draw per seed, agent and call. The reply of a turn that was
given up is never seen, so its tokens are charged as the mean of that run's replies: a provider would, too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, quantiles

from engine.analysis import copies
from engine.models import registry
from engine.models.base import Hear, Message, Model, Reply, unheard
from engine.record import events as ev
from engine.record.codec import decode
from engine.record.config import RunConfig
from engine.record.writer import MemoryStore
from engine.run import Run, Seams
from engine.setup import check
from engine.world import virtualloop
from engine.world import workspace as world
from engine.world.chance import stream
from engine.world.clock import Clock
from engine.world.locks import Locks, NoLockFiles
from engine.world.simulatedtests import SimulatedTests
from tasks.verdicts import table

SEEDS = 200


@dataclass(frozen=True)
class Case:
    """A team on a suite; ``chance`` of a call to take ``factor`` times as long, or ``slow`` agents always."""

    structure: str = "parallel"
    agents: int = 5
    model: str = "sim/claude-sonnet-4-6"
    chance: float = 0.0
    factor: float = 1.0
    slow: str = ""


CASES = {
    "no tail, parallel": Case(),
    "1 call in 10 takes 10 ×, parallel": Case(chance=0.1, factor=10),
    "1 call in 20 takes 20 ×, parallel": Case(chance=0.05, factor=20),
    "1 call in 10 takes 10 ×, parallel, 10 agents": Case(chance=0.1, factor=10, agents=10),
    "1 call in 10 takes 10 ×, mixed": Case(chance=0.1, factor=10, structure="mixed"),
    "one agent 4 × slow, parallel": Case(slow="Dev1", factor=4),
    "1 call in 10 takes 10 ×, parallel, sim/perfect": Case(chance=0.1, factor=10, model="sim/perfect"),
}


class TailedModel:
    """A model some of whose calls take longer."""

    def __init__(self, inner: Model, agent: str, seed: int, case: Case, clock: Clock) -> None:
        self.name, self.real = inner.name, inner.real
        self._inner, self._agent, self._seed, self._case, self._clock = inner, agent, seed, case, clock
        self._calls = 0

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """As the inner one, later."""
        self._calls += 1
        before = self._clock.now()
        reply = await self._inner.complete(messages)
        struck = stream(self._seed, "tail", self._agent, self._calls).random() < self._case.chance
        if struck or self._agent == self._case.slow:
            await self._clock.sleep((self._clock.now() - before) * (self._case.factor - 1))
        return reply


@dataclass(frozen=True)
class Measured:
    """One run: seconds, tokens with what was given up charged, and what its copies came to."""

    seconds: float
    tokens: float
    started: int
    won: int


def play(case: Case, strategy: str, seed: int) -> Measured:
    """Play one run in memory."""
    config = RunConfig(
        suite="mathutils",
        structure=case.structure,
        agents=case.agents,
        strategy=strategy,
        model=case.model,
        seed=seed,
        speed=0.0,
        clock="virtual",
        tests="simulated",
        completion="verified",
    )
    suite, start, _ = check(config, {})
    journal = MemoryStore()

    async def main() -> None:
        clock = Clock("virtual")
        paths = [path for task in suite.tasks for path in task.files]

        def model(spec: ev.AgentSpec) -> Model:
            return TailedModel(
                registry.create(spec.model, seed=seed, sleep=clock.sleep), spec.name, seed, case, clock
            )

        seams = Seams(
            store=journal,
            clock=clock,
            workspace=world.Workspace(world.MemoryStore(), suite.support),
            locks=Locks(NoLockFiles()),
            tests=SimulatedTests(table(suite.name), paths),
            models={spec.name: model(spec) for spec in start.team},
        )
        await Run(start, seams).play()

    virtualloop.run(main(), seed=seed)
    events = [decode(line) for line in bytes(journal.data).splitlines(keepends=True)]
    end = next(event for event in reversed(events) if isinstance(event, ev.RunEnded))
    if end.outcome != "completed":
        raise SystemExit(f"seed {seed} of {strategy} ended as {end.outcome}")
    replies = [(e.input_tokens or 0) + (e.output_tokens or 0) for e in events if isinstance(e, ev.Replied)]
    unseen = sum(isinstance(e, ev.TurnEnded) and e.outcome == "overtaken" for e in events)
    found = copies.figures(events) or {"backups": 0, "backups_won": 0}
    return Measured(
        end.wall_seconds, sum(replies) + unseen * fmean(replies), found["backups"], found["backups_won"]
    )


def row(case: Case, seeds: int) -> dict[str, float]:
    """The figures of a case."""
    without = [play(case, "preassigned", seed) for seed in range(seeds)]
    with_ = [play(case, "speculative", seed) for seed in range(seeds)]

    def change(of: Callable[[list[Measured]], float]) -> float:
        return round(100 * (of(with_) / of(without) - 1), 1)

    def p95(runs: list[Measured]) -> float:
        return quantiles([run.seconds for run in runs], n=20)[-1]

    started = sum(run.started for run in with_)
    return {
        "p95_seconds_before": round(p95(without), 1),
        "p95_seconds_after": round(p95(with_), 1),
        "p95_percent": change(p95),
        "mean_percent": change(lambda runs: fmean(run.seconds for run in runs)),
        "tokens_percent": change(lambda runs: fmean(run.tokens for run in runs)),
        "backups_per_run": round(started / seeds, 2),
        "useful_percent": round(100 * sum(run.won for run in with_) / started, 1) if started else 0.0,
    }


def main() -> None:
    """Print the table."""
    words = [word for word in sys.argv[1:] if word != "--json"]
    seeds = int(words[0]) if words else SEEDS
    rows = {name: row(case, seeds) for name, case in CASES.items()}
    if "--json" in sys.argv:
        print(json.dumps({"seeds": seeds, "cases": rows}, indent=2))
        return
    print(
        f"{seeds} pairs each{'p95 s':>46}{'→':>8}{'p95':>8}{'mean':>8}{'tokens':>8}{'copies':>8}{'useful':>8}"
    )
    for name, found in rows.items():
        print(
            f"{name:<48}{found['p95_seconds_before']:>8}{found['p95_seconds_after']:>8}"
            f"{found['p95_percent']:>7}%{found['mean_percent']:>7}%{found['tokens_percent']:>7}%"
            f"{found['backups_per_run']:>8}{found['useful_percent']:>7}%"
        )


if __name__ == "__main__":
    main()
