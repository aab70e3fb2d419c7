"""What one seed means: suite, team, rules, faults, people, scheduler. A function of seed and settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from engine import setup
from engine.errors import UsageError
from engine.faults.plan import Planned, parse
from engine.models.registry import SIMULATED
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.simulation import generator
from engine.simulation.schedulers import SCHEDULERS
from engine.strategies import STRATEGIES
from engine.world.chance import stream
from tasks import suite as suites
from tasks.errors import SuiteError, nearest, quoted
from tasks.model import Suite

MIXED = "mixed"
"""Drawn anew for each seed."""

RANDOM = "random"
"""As ``faults``: a random plan for each seed."""

MAX_ROUNDS = 150
"""Rounds per run: teams end in some ten, disturbed ones in some thirty."""

QUIET_SECONDS = (20.0, 300.0)
"""When faults stop for good is drawn from these seconds of the loop's time."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What is simulated. An empty ``structure`` and ``mixed`` mean: drawn for each seed.

    ``faults`` is ``random``, the text of a plan, or empty; ``people`` says whether commands are given, too.
    """

    suite: str = "mathutils"
    structure: str = ""
    agents: int = 5
    strategy: str = MIXED
    model: str = MIXED
    faults: str = RANDOM
    people: bool = True


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run, before it is played. ``grain``: latencies are rounded up to multiples of so many seconds,
    which makes ties (0: they are as drawn). ``quiet`` is when faults stop for good.
    """

    seed: int
    suite: Suite
    start: ev.RunStarted
    plan: tuple[Planned, ...]
    commands: tuple[generator.Timed, ...]
    scheduler: str
    grain: float
    attended: bool
    quiet: float


def check(settings: Settings) -> None:
    """Make sure that every seed can be drawn. Raises ``UsageError`` with a sentence."""
    if settings.model != MIXED and settings.model not in SIMULATED:
        known = (*SIMULATED, MIXED)
        raise UsageError(
            f"Only simulated models can be simulated, not {quoted(settings.model)}."
            f"{nearest(settings.model, known)}"
        )
    for structure in _structures(settings):
        _fitting(settings, structure)


def draw(seed: int, settings: Settings, plan: tuple[Planned, ...] | None = None) -> Scenario:
    """What ``seed`` stands for; ``plan`` replaces the faults. Raises ``UsageError`` as ``check`` does."""
    chance = stream(seed, "scenario")
    structure = chance.choice(_structures(settings))
    strategy = chance.choice(_strategies(settings))
    fitting = _fitting(settings, structure)
    if strategy not in fitting:  # the plan names agents that its teams do not have
        strategy = stream(seed, "strategy").choice(fitting)
    suite, start = _base(settings.suite, structure, settings.agents, strategy)
    model = chance.choice(SIMULATED) if settings.model == MIXED else settings.model
    several = settings.model == MIXED and chance.random() < 0.25
    team = tuple(replace(spec, model=chance.choice(SIMULATED) if several else model) for spec in start.team)
    start = replace(
        start,
        seed=seed,
        team=team,
        locks=chance.choice(("pessimistic", "pessimistic", "optimistic", "none")),
        completion=chance.choice(("reported", "verified")),
        lease_seconds=chance.choice((5.0, 30.0, 60.0)),
        max_rounds=MAX_ROUNDS,
    )
    names = [spec.name for spec in team]
    if plan is None:
        if settings.faults == RANDOM:
            plan = generator.plan(
                stream(seed, "plan"), names, [task.id for task in start.tasks], start.lease_seconds
            )
        else:
            plan = _parsed(settings.faults)
    return Scenario(
        seed=seed,
        suite=suite,
        start=start,
        plan=plan,
        commands=generator.commands(stream(seed, "people"), names) if settings.people else (),
        scheduler=chance.choice(SCHEDULERS),
        grain=chance.choice((0.0, 1.0, 10.0)),
        attended=chance.random() < 0.8,
        quiet=round(chance.uniform(*QUIET_SECONDS), 3),
    )


@lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[Planned, ...]:
    return parse(text, "the fault plan") if text else ()


@lru_cache(maxsize=16)
def _structures(settings: Settings) -> tuple[str, ...]:
    if settings.structure:
        return (settings.structure,)
    try:
        return suites.structures(settings.suite) or ("",)
    except SuiteError as error:
        raise UsageError(str(error)) from None


def _strategies(settings: Settings) -> tuple[str, ...]:
    return tuple(STRATEGIES) if settings.strategy == MIXED else (settings.strategy,)


@lru_cache(maxsize=64)
def _fitting(settings: Settings, structure: str) -> tuple[str, ...]:
    """The strategies that can be played: with a plan, those whose teams have the agents that it names."""
    faults = "" if settings.faults == RANDOM else settings.faults
    fitting, problem = [], None
    for name in _strategies(settings):
        model = SIMULATED[0] if settings.model == MIXED else settings.model
        try:
            setup.check(_config(settings.suite, structure, settings.agents, name, model, faults), {})
        except UsageError as error:
            problem = error
        else:
            fitting.append(name)
    if not fitting:
        assert problem is not None
        raise problem
    return tuple(fitting)


@lru_cache(maxsize=64)
def _base(suite: str, structure: str, agents: int, strategy: str) -> tuple[Suite, ev.RunStarted]:
    known, start, _ = setup.check(_config(suite, structure, agents, strategy, SIMULATED[0], ""), {})
    return known, start


def _config(  # noqa: PLR0917 - the parts of one configuration
    suite: str, structure: str, agents: int, strategy: str, model: str, faults: str
) -> RunConfig:
    return RunConfig(
        suite=suite,
        structure=structure,
        agents=agents,
        strategy=strategy,
        model=model,
        seed=0,
        speed=0.0,
        clock="virtual",
        tests="simulated",
        faults=faults,
    )
