"""A team played in memory and in virtual time with a simulated model: what a forecast is made of."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import msgspec

from engine import setup
from engine.errors import UsageError
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.simulation.scenario import Scenario
from engine.simulation.world import play
from tasks import suite as suites
from tasks import synthetic
from tasks.model import Suite, topological

TASKS_MAX = 500
"""Tasks of a graph that is rehearsed: a team of one takes seconds to simulate with more."""

ROUNDS = 60
"""Rounds that a rehearsal may last: what ``teamtop run`` gives a team unless it is told otherwise."""

NEVER = 1e12
"""Seconds: no fault ever stops, for there is none."""


class Part(msgspec.Struct, frozen=True):
    """A team on a suite, and the rounds that it may take: what one rehearsal plays, with a seed."""

    suite: str
    structure: str
    strategy: str
    agents: int
    model: str
    max_rounds: int = ROUNDS


class Sample(msgspec.Struct, frozen=True):
    """How one rehearsal went: run-clock seconds, whether all tasks were done, tokens, dollars (or null)."""

    seconds: float
    completed: bool
    input_tokens: int
    output_tokens: int
    usd: float | None

    @property
    def tokens(self) -> int:
        """Read and written together."""
        return self.input_tokens + self.output_tokens


def rehearse(part: Part, seed: int) -> Sample | None:
    """How a team fares; null if there can be no such team. Raises ``UsageError`` for a wrong name."""
    events = played(part, seed)
    ended = next((event for event in reversed(events or []) if isinstance(event, ev.RunEnded)), None)
    if events is None or ended is None:
        return None
    replies = [event for event in events if isinstance(event, ev.Replied)]
    paid = [event.cost_usd for event in replies]
    return Sample(
        seconds=ended.wall_seconds,
        completed=ended.outcome == "completed",
        input_tokens=sum(event.input_tokens or 0 for event in replies),
        output_tokens=sum(event.output_tokens or 0 for event in replies),
        usd=None if None in paid else sum(cost for cost in paid if cost is not None),
    )


def played(part: Part, seed: int) -> list[ev.AnyEvent] | None:
    """Play a team to its end; null and ``UsageError`` as for ``rehearse``."""
    begun = _start(part)
    if isinstance(begun, UsageError):
        return None
    suite, start = begun
    scenario = Scenario(
        seed=seed,
        suite=suite,
        start=msgspec.structs.replace(start, seed=seed),
        plan=(),
        commands=(),
        scheduler="fifo",
        pace=(1.0, 0.0),
        disk=None,
        attended=False,
        quiet=NEVER,
    )
    return play(scenario).events


@lru_cache(maxsize=64)
def graph(name: str, structure: str) -> Suite:
    """The suite as it is rehearsed: a shipped or generated one itself, else its graph with generated tasks.

    What agents write for tasks of other suites, no simulated model knows. Raises ``UsageError`` or
    ``SuiteError``.
    """
    suite = suites.load(name, structure or None)
    if len(suite.tasks) > TASKS_MAX:
        raise UsageError(f"{suite.name} has {len(suite.tasks):,} tasks; {TASKS_MAX} is the most for a plan.")
    if suite.name in suites.shipped() or suite.name.startswith(synthetic.PREFIX):
        return suite
    return _stand_in(suite)


def _stand_in(suite: Suite) -> Suite:
    """Generated tasks that depend on each other as those of ``suite`` do."""
    numbers = {task.id: str(number) for number, task in enumerate(topological(suite.tasks), 1)}
    made = synthetic.generate(f"{synthetic.PREFIX}tasks={len(suite.tasks)},p=1")
    before = {
        numbers[task.id]: tuple(sorted((numbers[each] for each in task.dependencies), key=int))
        for task in suite.tasks
    }
    tasks = tuple(replace(task, dependencies=before[task.id]) for task in made.tasks)
    return replace(made, tasks=tasks, structure=suite.structure, content_hash=suite.content_hash)


@lru_cache(maxsize=512)
def _start(part: Part) -> tuple[Suite, ev.RunStarted] | UsageError:
    suite = graph(part.suite, part.structure)
    config = RunConfig(
        suite=suite.name,
        structure=suite.structure,
        agents=part.agents,
        strategy=part.strategy,
        model=part.model,
        seed=0,
        speed=0.0,
        clock="virtual",
        tests="simulated",
        max_rounds=part.max_rounds,
    )
    try:
        checked, start, _ = setup.check(config, {}, suite)
    except UsageError as error:
        return error
    return checked, start
