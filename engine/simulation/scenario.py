"""What one seed means: suite, team, rules, faults, people, scheduler, disk. A function of seed and settings.

Every part draws from a stream of its own, so that what is added to one leaves the others as they were.
"""

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
from engine.simulation import generator, people, rules
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

SUITES = ("mathutils", "mathutils", "dataanalysis", "svg", "synthetic:tasks=9,p=0.6")
"""What ``mixed`` stands for, each in all its structures; what is listed twice comes more often."""

SIZES = (1, 2, 3, 4, 5, 5, 5, 6, 8)
"""Developers of a mixed team: five, mostly, as in the recorded runs."""

MAX_ROUNDS = 150
"""Rounds per run: teams end in some ten, disturbed ones in some thirty."""

QUIET_SECONDS = (20.0, 300.0)
"""When faults stop for good is drawn from these seconds of the loop's time."""

PACES = ((1.0, 0.0), (1.0, 1.0), (1.0, 10.0), (0.02, 0.0))
"""Latencies are so many times those of the model, in multiples of so many seconds (0: as they come). The
coarser, the more agents answer at the same instant; quick ones answer while others wait for tests."""

DISK_SECONDS = (None, None, 0.0, 0.004, 0.5)
"""How long a write of the journal takes: none at all, a step of the loop, or so many seconds."""

TRIES = 200
"""Teams drawn for a plan that names agents, until one has them."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What is simulated. ``mixed``, an empty ``structure`` and 0 ``agents`` mean: drawn for each seed.

    ``faults`` is ``random``, the text of a plan, or empty; ``people`` says whether commands are given, too.
    """

    suite: str = MIXED
    structure: str = ""
    agents: int = 0
    strategy: str = MIXED
    model: str = MIXED
    faults: str = RANDOM
    people: bool = True


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run, before it is played. ``pace`` is one of ``PACES``. ``disk`` is how many seconds a write of the
    journal takes (null: it is there at once). ``quiet`` is when faults stop for good.
    """

    seed: int
    suite: Suite
    start: ev.RunStarted
    plan: tuple[Planned, ...]
    commands: tuple[people.Timed, ...]
    scheduler: str
    pace: tuple[float, float]
    disk: float | None
    attended: bool
    quiet: float


@dataclass(frozen=True, slots=True)
class _Team:
    """Which team works on what; ``faults`` is a plan that it must have the agents for, or empty."""

    suite: str
    structure: str
    agents: int
    strategy: str
    faults: str


def check(settings: Settings) -> None:
    """Make sure that every seed can be drawn. Raises ``UsageError`` with a sentence."""
    if settings.model != MIXED and settings.model not in SIMULATED:
        known = (*SIMULATED, MIXED)
        raise UsageError(
            f"Only simulated models can be simulated, not {quoted(settings.model)}."
            f"{nearest(settings.model, known)}"
        )
    draw(0, settings)


def draw(seed: int, settings: Settings, plan: tuple[Planned, ...] | None = None) -> Scenario:
    """What ``seed`` stands for; ``plan`` replaces the faults. Raises ``UsageError`` as ``check`` does."""
    suite, start = _team(seed, settings)
    start = rules.drawn(seed, replace(start, seed=seed, team=_models(seed, settings, start.team)))
    start = replace(start, max_rounds=MAX_ROUNDS)
    if plan is None and settings.faults == RANDOM:
        plan = generator.plan(stream(seed, "plan"), generator.Scene.of(start))
    elif plan is None:
        plan = _parsed(settings.faults)
    chance, names = stream(seed, "scenario"), [spec.name for spec in start.team]
    return Scenario(
        seed=seed,
        suite=suite,
        start=start,
        plan=plan,
        commands=_commands(seed, names) if settings.people else (),
        scheduler=chance.choice(SCHEDULERS),
        pace=chance.choice(PACES),
        disk=chance.choice(DISK_SECONDS),
        attended=chance.random() < 0.8,
        quiet=round(chance.uniform(*QUIET_SECONDS), 3),
    )


def _commands(seed: int, names: list[str]) -> tuple[people.Timed, ...]:
    told = people.commands(stream(seed, "people"), names)
    gone = people.turnover(stream(seed, "turnover"), names)
    return tuple(sorted((*told, *gone), key=lambda each: each[0]))


def _models(seed: int, settings: Settings, team: tuple[ev.AgentSpec, ...]) -> tuple[ev.AgentSpec, ...]:
    if settings.model != MIXED:
        return tuple(replace(spec, model=settings.model) for spec in team)
    chance = stream(seed, "models")
    one, several = chance.choice(SIMULATED), chance.random() < 0.25
    return tuple(replace(spec, model=chance.choice(SIMULATED) if several else one) for spec in team)


@lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[Planned, ...]:
    return parse(text, "the fault plan") if text else ()


def _team(seed: int, settings: Settings) -> tuple[Suite, ev.RunStarted]:
    """A team that can be played: with a plan, one that has the agents that it names."""
    chance, problem = stream(seed, "team"), None
    faults = "" if settings.faults == RANDOM else settings.faults
    for _ in range(TRIES):
        suite, structure = chance.choice(_works(settings.suite, settings.structure))
        agents = settings.agents or chance.choice(SIZES)
        strategy = chance.choice(tuple(STRATEGIES)) if settings.strategy == MIXED else settings.strategy
        found = _base(_Team(suite, structure, agents, strategy, faults))
        if not isinstance(found, UsageError):
            return found
        problem = found
        if not faults:
            break
    assert problem is not None, "there is no way out of the loop but by finding a problem"
    raise problem


@lru_cache(maxsize=16)
def _works(suite: str, structure: str) -> tuple[tuple[str, str], ...]:
    """Suites and structures to draw from."""
    names = SUITES if suite == MIXED else (suite,)
    try:
        works = [(name, known) for name in names for known in suites.structures(name) or ("",)]
    except SuiteError as error:
        raise UsageError(str(error)) from None
    if not structure:
        return tuple(works)
    fitting = [work for work in works if work[1] == structure]
    if not fitting:
        known = tuple(dict.fromkeys(each for _, each in works if each))
        raise UsageError(f"There is no structure {quoted(structure)} to simulate.{nearest(structure, known)}")
    return tuple(fitting)


@lru_cache(maxsize=64)
def _suite(name: str, structure: str) -> Suite:
    return suites.load(name, structure or None)


@lru_cache(maxsize=2048)
def _base(team: _Team) -> tuple[Suite, ev.RunStarted] | UsageError:
    """The first event of such a run, or why there can be none."""
    config = RunConfig(
        suite=team.suite,
        structure=team.structure,
        agents=team.agents,
        strategy=team.strategy,
        model=SIMULATED[0],
        seed=0,
        speed=0.0,
        clock="virtual",
        tests="simulated",
        faults=team.faults,
    )
    try:
        suite, start, _ = setup.check(config, {}, _suite(team.suite, team.structure))
    except (UsageError, SuiteError) as error:
        return UsageError(str(error))
    return suite, start
