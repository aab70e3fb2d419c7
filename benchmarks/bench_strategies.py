"""When each strategy wins: whole runs in virtual time, the same seeds for all, against the graph's bound.

    python benchmarks/bench_strategies.py [--json] [SEEDS] [--barrier round|none] [--agents 5]
                                          [--strategies critical-path,random-pick] [--structures mixed]

Agents do one task per turn and are always right; a task takes a log-normal time (sigma 0.7, mean 1 s) that
depends on seed and task alone, so that all strategies meet the same work (common random numbers), and a
turn without work takes a quarter of a second. "slow": one agent, another one from seed to seed, takes four
times as long for everything. A backup copy draws a time of its own, as if lateness were bad luck: optimistic.

Per cell, over all seeds: ``speedup`` is the work of all tasks / mean time (for equal agents that is the time
of one agent), ``bound`` the mean of T / max(L, W / capacity), L being the longest chain and W the work by the
times that were drawn, and capacity the number of agents, a slow one counting a quarter; ``misassigned`` the
share of agent time in which ready work belonged to somebody else (without barriers agents that wait ask
again and again, which is no idle time); ``taken`` the claims per run that came too late, after the work was
done for nothing; ``moved`` the tasks per run that idle agents took over; ``twice`` tasks that had two owners
at once, which must be 0.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from msgspec.structs import replace

from engine import setup
from engine.analysis.accounting import Account
from engine.models.base import Hear, Message, Reply, unheard
from engine.models.simulated import perfect
from engine.models.simulated.past import Memory
from engine.models.simulated.turn import Turn
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.writer import MemoryStore
from engine.run import Run, Seams
from engine.strategies import STRATEGIES
from engine.strategies.base import Move, Scene
from engine.strategies.critical import CriticalPath
from engine.world import virtualloop
from engine.world import workspace as files
from engine.world.chance import stream
from engine.world.clock import Clock
from engine.world.locks import Locks, NoLockFiles
from engine.world.simulatedtests import SimulatedTests
from tasks.model import Suite
from tasks.verdicts import table

SIGMA = 0.7
IDLE_SECONDS = 0.25
SLOW = 4.0
SUITE = "mathutils"
STRUCTURES = ("parallel", "mixed", "serial")
PICK = "random-pick"
PLAYED = ("preassigned", "decentralized", "work-stealing", "critical-path", "speculative")
"""Leads are left out, for a lead's turns cost time of another kind; so is a quorum, which buys certainty."""


class RandomPick(CriticalPath):
    """What ``critical-path`` is held against: whoever is idle gets any ready task."""

    name = PICK

    def before_turns(self, scene: Scene) -> list[Move]:
        """One task for each."""
        free = [task.id for task in scene.board.ready()]
        idle = [agent for agent in scene.live if agent not in scene.thinking and not scene.ready(agent)]
        stream(round(scene.now * 1e6), "pick").shuffle(free)  # times differ from seed to seed
        return [Move(task, agent) for task, agent in zip(free, idle, strict=False)]


def seconds_of(seed: int, task: str, copy: str = "") -> float:
    """Log-normal with mean 1: what a task takes, for whomever; a copy draws anew."""
    drawn = stream(seed, "task", task, copy).gauss(0.0, SIGMA)
    return math.exp(drawn - SIGMA * SIGMA / 2)


class OneTaskPerTurn:
    """Plays as ``sim/perfect``, in times of its own. ``pulls``: claims the first ready task, no other.

    In a round all agents see one board and have to take different tasks of it; without barriers they come one
    by one.
    """

    name = "bench/one-task"
    real = False

    def __init__(
        self, seed: int, agent: str, pace: float, sleep: Callable[[float], Awaitable[None]], *, pulls: bool
    ) -> None:
        self._seed, self._agent, self._pace, self._sleep, self._pulls = seed, agent, pace, sleep, pulls
        self._memory = Memory()

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """Do one task, or wait for a moment."""
        turn = Turn(self._seed, messages, self._memory)
        perfect.develop(turn)
        if not turn.plan.steps and self._pulls and not turn.mine and turn.claimable():
            first = turn.claimable()[0]
            turn.plan.claim(first.id)
            turn.write(first, right=1.0)
            turn.plan.complete(first.id)
        done = turn.plan.completed
        task = done[0] if done else ""
        owner = next((row.owner for row in turn.rows if row.id == task), "")
        copied = self._agent if owner not in ("", self._agent) else ""
        seconds = seconds_of(self._seed, task, copied) if task else IDLE_SECONDS
        await self._sleep(self._pace * seconds)
        return Reply(turn.plan.text(), 1000, 200, finish_reason="stop")


@dataclass(slots=True)
class Cell:
    """What the runs of one strategy on one structure came to."""

    walls: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    misassigned: list[float] = field(default_factory=list)
    taken: int = 0
    twice: int = 0
    moved: int = 0

    def row(self) -> dict[str, float]:
        """Figures for the table."""
        return {
            "speedup": round(sum(self.work) / sum(self.walls), 2),
            "bound": round(fmean(self.ratios), 2),
            "misassigned": round(fmean(self.misassigned), 3),
            "taken": round(self.taken / len(self.walls), 1),
            "moved": round(self.moved / len(self.walls), 1),
            "twice": self.twice,
        }


def start_of(structure: str, strategy: str, agents: int, barrier: str) -> tuple[Suite, ev.RunStarted]:
    """The first event of such a run."""
    config = RunConfig(
        suite=SUITE,
        structure=structure,
        agents=agents,
        strategy=strategy,
        model="sim/perfect",
        seed=0,
        speed=0.0,
        clock="virtual",
        tests="simulated",
        max_rounds=100_000,
    )
    suite, start, _ = setup.check(config, {})
    return suite, replace(start, barrier=barrier) if barrier != "round" else start


def play(suite: Suite, start: ev.RunStarted, slow: str, *, pulls: bool) -> list[ev.AnyEvent]:
    """One run from its first event to its last."""
    heard: list[ev.AnyEvent] = []

    async def main() -> None:
        clock = Clock("virtual")
        paths = [path for task in suite.tasks for path in task.files]
        models = {
            spec.name: OneTaskPerTurn(
                start.seed, spec.name, SLOW if spec.name == slow else 1.0, clock.sleep, pulls=pulls
            )
            for spec in start.team
        }
        seams = Seams(
            store=MemoryStore(),
            clock=clock,
            workspace=files.Workspace(files.MemoryStore(), suite.support),
            locks=Locks(NoLockFiles()),
            tests=SimulatedTests(table(suite.name), paths),
            models=models,
        )
        run = Run(start, seams, suite_tests=suite.suite_tests)
        run.bus.listen(heard.append)
        outcome = await run.play()
        assert outcome == "completed", outcome

    virtualloop.run(main(), seed=start.seed)
    return heard


def measure(cell: Cell, events: Sequence[ev.AnyEvent], start: ev.RunStarted, capacity: float) -> None:
    """Add a run to its cell."""
    end = next(event for event in events if isinstance(event, ev.RunEnded))
    times = {task.id: seconds_of(start.seed, task.id) for task in start.tasks}
    chain: dict[str, float] = {}
    for task in start.tasks:  # shipped suites list tasks after what they build on
        chain[task.id] = times[task.id] + max((chain[d] for d in task.dependencies), default=0.0)
    cell.walls.append(end.wall_seconds)
    cell.work.append(sum(times.values()))
    cell.ratios.append(end.wall_seconds / max(*chain.values(), sum(times.values()) / capacity))
    account = Account.of(events)
    if account is not None:
        cell.misassigned.append(account.total("misassignment") / (account.agents * account.wall_ns))
    cell.twice += owned_twice(events)
    cell.moved += sum(isinstance(e, ev.TaskReleased) and e.reason == "stolen" for e in events)
    cell.taken += sum(
        isinstance(e, ev.ActionRefused) and e.action == "claim_task" and e.reason in ("owned", "done")
        for e in events
    )


def owned_twice(events: Iterable[ev.AnyEvent]) -> int:
    """Tasks given to or claimed by somebody while somebody else owned them."""
    owner: dict[str, str] = {}
    found = 0
    for event in events:
        match event:
            case ev.TaskAssigned() | ev.TaskClaimed():
                found += owner.get(event.task, event.agent) != event.agent
                owner[event.task] = event.agent
            case ev.TaskReleased():
                owner.pop(event.task, None)
            case _:
                pass
    return found


def table_of(
    seeds: int, agents: int, barrier: str, strategies: Sequence[str], structures: Sequence[str]
) -> dict[str, dict[str, dict[str, float]]]:
    """Cells by structure (``slow`` behind it where one agent is) and strategy."""
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    for structure in structures:
        for slowed in (False, True):
            for strategy in strategies:
                suite, start = start_of(structure, strategy, agents, barrier)
                capacity = agents - 1 + 1 / SLOW if slowed else float(agents)
                cell = Cell()
                for seed in range(seeds):
                    one = replace(start, seed=seed)
                    slow = f"Dev{seed % agents + 1}" if slowed else ""
                    measure(cell, play(suite, one, slow, pulls=barrier != "round"), one, capacity)
                found[structure + (" slow" if slowed else "")][strategy] = cell.row()
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("seeds", nargs="?", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--barrier", default="round")
    parser.add_argument("--agents", type=int, default=5)
    parser.add_argument("--strategies", default=",".join(PLAYED))
    parser.add_argument("--structures", default=",".join(STRUCTURES))
    asked = parser.parse_args()
    STRATEGIES[PICK] = RandomPick
    strategies, structures = asked.strategies.split(","), asked.structures.split(",")
    found = table_of(asked.seeds, asked.agents, asked.barrier, strategies, structures)
    if asked.json:
        print(json.dumps({"seeds": asked.seeds, "agents": asked.agents, "cells": found}, indent=2))
        return
    print(f"{asked.agents} agents, {asked.seeds} seeds, barrier {asked.barrier}")
    print(
        f"{'':<16}{'strategy':<16}{'speedup':>9}{'bound':>7}{'misassigned':>13}{'taken':>7}{'moved':>7}{'twice':>7}"
    )
    for case, rows in found.items():
        for number, (strategy, row) in enumerate(rows.items()):
            share = f"{100 * row['misassigned']:.1f}%"
            print(
                f"{'' if number else case:<16}{strategy:<16}"
                f"{row['speedup']:>9.2f}{row['bound']:>7.2f}{share:>13}"
                f"{row['taken']:>7}{row['moved']:>7}{row['twice']:>7.0f}"
            )


if __name__ == "__main__":
    main()
