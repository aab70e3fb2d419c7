"""Sweep plans: which teams run on which suites, how often, and what it may cost.

    name = "sizes"                      # runs are named after it
    suites = ["mathutils", "svg"]
    structures = ["parallel", "mixed"]  # default: mixed, where the suite has it
    strategies = ["preassigned", "decentralized"]
    models = ["sim/gemini-3-flash"]
    agents = "1..5"                     # or a list
    repetitions = 5
    first_seed = 0                      # repetition k runs with seed first_seed + k in every cell
    jobs = 2                            # runs at a time; default: one per core
    retries = 1                         # tries after a run failed

    [run]                               # the same for all: flags of `teamtop run`
    speed = "max"
    max_rounds = 60

    [budget]                            # no new run starts once one of these is spent
    tokens = 2_000_000
    usd = 5.0
    seconds = 3600

Equal seeds in all cells are common random numbers: differences between cells are not luck of the draw.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from engine.errors import UsageError
from engine.joining import TEAM_MAX
from engine.setup import SEED_LIMIT
from engine.strategies import STRATEGIES
from engine.world.clock import SPEED_MAX
from tasks.errors import nearest, quoted

PLAN_BYTES = 1 << 20
"""Longest plan that is read: one that names every suite and model there is takes some 10 kB."""

CELLS_MAX = 100_000
"""Runs of one sweep at most: more is a mistyped range, not an experiment."""

JOBS_MAX = 256
"""Runs at a time at most: each takes a process with some 100 MB."""

RETRIES_MAX = 100
"""Tries after a failure at most: what fails so often will fail again."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_RANGE = re.compile(r"(\d{1,4})\.\.(\d{1,4})")


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be spent in all: tokens, US dollars, real seconds; null is without limit."""

    tokens: int | None = None
    usd: float | None = None
    seconds: float | None = None


class RunFlags(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is the same for all runs, as flags of ``teamtop run``; null is that command's default."""

    speed: Literal["max"] | float = "max"
    tests: Literal["real", "simulated"] | None = None
    max_rounds: int = 60
    locks: Literal["pessimistic", "optimistic", "none"] = "pessimistic"
    completion: Literal["reported", "verified"] = "reported"
    unsafe_tests: bool = False
    engine_quirks: Literal["none", "paper"] = "none"


class SweepPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See the module's text. Lists are in the order in which tables show them."""

    suites: tuple[str, ...] = ("mathutils",)
    structures: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ("decentralized",)
    models: tuple[str, ...] = ("sim/claude-sonnet-4-6",)
    agents: tuple[int, ...] | str = "1..5"
    repetitions: int = 1
    first_seed: int = 0
    name: str = "sweep"
    jobs: int = 0
    retries: int = 1
    run: RunFlags = RunFlags()
    budget: Budget = Budget()

    @property
    def sizes(self) -> tuple[int, ...]:
        """Team sizes, each once. Raises ``UsageError``."""
        return _sizes(self.agents)


def build(document: Mapping[str, Any], named: str) -> SweepPlan:
    """Make a plan of what a file or flags say. Raises ``UsageError`` that names the key."""
    for table, kind in (("", SweepPlan), ("run", RunFlags), ("budget", Budget)):
        _check_keys(document.get(table) if table else document, table, kind.__struct_fields__, named)
    try:
        plan = msgspec.convert(dict(document), type=SweepPlan)
    except msgspec.ValidationError as error:
        raise UsageError(f"{named}: {_plain(str(error))}.") from None
    if not _NAME.fullmatch(plan.name):
        raise UsageError(
            f"{named}: name is up to 40 letters, digits, '-' and '_', as runs are named after it."
        )
    for key in ("suites", "strategies", "models"):
        if not getattr(plan, key):
            raise UsageError(f"{named}: {key} is empty; name at least one.")
    for key, least, most in (("repetitions", 1, 0), ("jobs", 0, JOBS_MAX), ("retries", 0, RETRIES_MAX)):
        given = getattr(plan, key)
        if given < least or (most and given > most):
            reach = f"a number from {least} to {most}" if most else f"a number from {least}"
            raise UsageError(f"{named}: {key} is {reach}, not {given}.")
    _check_names(plan, named)
    for key in ("tokens", "usd", "seconds"):
        limit = getattr(plan.budget, key)
        if limit is not None and not 0 < limit < math.inf:
            raise UsageError(f"{named}: budget.{key} is a number above 0, not {limit}.")
    try:
        count = len(plan.suites) * max(1, len(plan.structures)) * len(plan.strategies) * len(plan.models)
        count *= len(plan.sizes) * plan.repetitions
    except UsageError as error:
        raise UsageError(f"{named}: {error}") from None
    if count > CELLS_MAX:
        raise UsageError(f"{named} asks for {count:,} runs; {CELLS_MAX:,} is the most of one sweep.")
    return plan


def _check_keys(found: object, table: str, known: tuple[str, ...], named: str) -> None:
    """Raise ``UsageError`` for a key that means nothing; what is no table is told by its type."""
    if not isinstance(found, Mapping):
        return
    if stranger := next((key for key in found if key not in known), None):
        where = f"{table}.{stranger}" if table else stranger
        raise UsageError(f"{named}: key {where!r} is unknown.{nearest(stranger, known)}")


def _check_names(plan: SweepPlan, named: str) -> None:
    """Raise ``UsageError`` for what every run of the sweep would be refused for."""
    if stranger := next((name for name in plan.strategies if name not in STRATEGIES), None):
        raise UsageError(
            f"{named}: there is no strategy {quoted(stranger)}.{nearest(stranger, tuple(STRATEGIES))}"
        )
    if plan.run.speed != "max" and not 0 < plan.run.speed <= SPEED_MAX:
        raise UsageError(
            f'{named}: run.speed is a number above 0, or "max" for no waiting at all, not {plan.run.speed}.'
        )
    if plan.run.max_rounds < 1:
        raise UsageError(f"{named}: run.max_rounds is a number from 1, not {plan.run.max_rounds}.")
    if not -SEED_LIMIT <= plan.first_seed < SEED_LIMIT - plan.repetitions:
        raise UsageError(f"{named}: seeds have 64 bits, which first_seed {plan.first_seed} does not fit.")


def _sizes(agents: tuple[int, ...] | str) -> tuple[int, ...]:
    if isinstance(agents, str):
        match = _RANGE.fullmatch(agents.replace(" ", ""))
        if match is None or int(match[2]) < int(match[1]):
            raise UsageError('agents is a list of numbers, or a range as in "1..5".')
        agents = tuple(range(int(match[1]), int(match[2]) + 1))
    if not agents or min(agents) < 1 or max(agents) > TEAM_MAX:
        raise UsageError(f"agents are numbers from 1 to {TEAM_MAX}.")
    return tuple(dict.fromkeys(agents))


def _plain(text: str) -> str:
    """msgspec's words with the place in front: ``run.speed: Expected …``."""
    what, _, where = text.partition(" - at `")
    place = where.rstrip("`").removeprefix("$.").removeprefix("$")
    if place.startswith("run.") and what.startswith("Invalid enum value"):
        return f"{place}: {_choices(get_type_hints(RunFlags)[place.removeprefix('run.')])}"
    what = re.sub(r"`([^`]*)`", lambda name: _kinds(name[1]), what)
    return f"{place}: {what}" if place else what


def _choices(hint: object) -> str:
    """What a flag of few words can be: ``write "a", "b" or a number``."""
    parts = (hint,) if get_origin(hint) is Literal else get_args(hint)
    words = [f'"{word}"' for part in parts if get_origin(part) is Literal for word in get_args(part)]
    words += ["a number"] if float in parts else []
    return f"write {', '.join(words[:-1])} or {words[-1]}"


def _kinds(names: str) -> str:
    """msgspec's names of types (``int | null``) as people say them."""
    return " or ".join(_KINDS.get(name, f"`{name}`") for name in names.split(" | "))


_KINDS = {
    "array": "a list",
    "object": "a table",
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
}
