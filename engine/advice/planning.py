"""From a suite and a model to a recommendation: what is rehearsed, what was seen, what follows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from msgspec.structs import replace

from engine.advice import stage
from engine.advice.belief import Observation, Team
from engine.advice.choice import NO_LIMITS, Choice, Limits, Prefer, choose, front
from engine.advice.experience import Figure, mode_of, odds, shares, table
from engine.advice.forecast import GRID, Key, Option, Subject, curves, learnt, point, simulated
from engine.advice.rehearsal import ROUNDS, Part, Sample, graph
from engine.errors import UsageError
from engine.models import registry
from engine.models.pricing import NOTIONAL
from engine.models.providers import cost_map
from engine.rows import RunRow
from engine.setup import check_max_rounds
from engine.store import RunsStore
from engine.strategies import STRATEGIES
from tasks import suite as suites
from tasks.errors import SuiteError, nearest, quoted

SAVED_MAX = 24
"""Groups of saved runs that are learnt from, the largest first: each has to be rehearsed, too."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: see ``teamtop plan --help``.

    ``like`` names the simulated model that stands for a real one; ``max_rounds`` is what the run to be
    planned is allowed; ``seconds`` is the time for rehearsals.
    """

    suite: str
    structure: str = ""
    model: str = registry.DEFAULT
    like: str = ""
    strategies: tuple[str, ...] = tuple(STRATEGIES)
    most: int = max(GRID)
    limits: Limits = NO_LIMITS
    prefer: Prefer = "balance"
    max_rounds: int = ROUNDS
    seeds: int = 8
    seconds: float = 12.0
    runs_dir: Path = Path("runs")


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer.

    ``basis``: ``simulated``, or ``recorded`` (rehearsals corrected by runs); ``played`` is the model that was
    rehearsed, ``seeds`` how many rehearsals of each team count, ``saved`` how many saved runs were learnt
    from.
    """

    suite: str
    structure: str
    tasks: int
    span: int
    model: str
    basis: str
    played: str
    seeds: int
    saved: int
    options: list[Option]
    front: list[Option]
    choice: Choice
    notes: list[str]

    @property
    def least(self) -> int:
        """Agents of the teams that speedup is told against: 1 if a single one can do it."""
        return min(option.agents for option in self.options)

    @property
    def bound(self) -> float:
        """Tasks by the longest chain."""
        return self.tasks / max(1, self.span)


def make(request: Request, tell: stage.Tell, environ: Mapping[str, str]) -> Plan:
    """Answer a request. Raises ``UsageError`` or ``TeamtopError``, one sentence."""
    _check(request)
    try:
        suite = graph(request.suite, _structure(request))
    except SuiteError as error:
        raise UsageError(str(error)) from None
    played, notes = _played(request)
    real = registry.resolve(request.model).real
    sizes = range(1, request.most + 1)
    rehearsed_sizes = sorted({n for n in GRID if n <= request.most} | {request.most})
    own = {
        (strategy, n): Part(request.suite, suite.structure, strategy, n, played, request.max_rounds)
        for strategy in request.strategies
        for n in rehearsed_sizes
    }
    saved = _saved(request) if real else {}
    others = {group: replace(group, model=played, max_rounds=request.max_rounds) for group in saved}
    parts = list(dict.fromkeys([*own.values(), *others.values()]))
    path = stage.cache_path(environ, suite.content_hash, played)
    before = stage.load(path)
    samples = stage.rehearse_all(parts, request.seeds, request.seconds, tell, before)
    stage.save(path, {**before, **samples})
    good = {
        part: [each for _, each in sorted(by_seed.items()) if each is not None]
        for part, by_seed in samples.items()
    }
    # the last seeds may have been played of some teams only: those that all had compare like with like
    rounds = min((len(good[part]) for part in own.values() if good[part]), default=0)
    possible = {key: good[part][:rounds] for key, part in own.items() if good[part]}
    if not possible:
        raise UsageError("None of these strategies has a team of such a size; ask for others.")
    able = {key: each for key, each in possible.items() if any(sample.completed for sample in each)}
    points = curves(able, sizes)
    if not points:
        raise UsageError(
            f"In none of {sum(map(len, possible.values()))} rehearsals did a team do all {len(suite.tasks)} "
            f"tasks in {request.max_rounds} rounds, so nothing can be planned; --max-rounds allows more."
        )
    if failed := _groups([key for key in possible if key not in able]):
        why = f"no rehearsal of theirs did all tasks in {request.max_rounds} rounds (--max-rounds)"
        notes.append(f"Left out, for {why}: {failed}.")
    if real:
        seen = _observed(saved, {group: good[part] for group, part in others.items()}, request.model)
        subject = Subject(_known_as(request), _suite_name(request.suite), suite.p, price(request.model), seen)
        options = learnt(points, subject)
    else:
        options = simulated(points)
    choice = choose(options, request.prefer, request.limits)
    if real and choice.option is not None and choice.option.agents > (largest := _largest(saved)):
        notes.append(
            f"Nothing was recorded with more than {largest} agents: beyond, this is simulation alone."
        )
    return Plan(
        suite=suite.name if suite.name in suites.shipped() else request.suite,
        structure=suite.structure,
        tasks=len(suite.tasks),
        span=suite.span,
        model=request.model,
        basis="recorded" if real else "simulated",
        played=played,
        seeds=rounds,
        saved=sum(len(rows) for rows in saved.values()),
        options=options,
        front=front(options),
        choice=choice,
        notes=notes,
    )


def _groups(keys: Sequence[Key]) -> str:
    """Teams by strategy: ``verified-by with 1, 2 or 16``."""
    sizes: dict[str, list[str]] = {}
    for strategy, agents in keys:
        sizes.setdefault(strategy, []).append(str(agents))
    return "; ".join(
        f"{strategy} with {', '.join(each[:-1])}{' or ' if each[1:] else ''}{each[-1]}"
        for strategy, each in sizes.items()
    )


def _check(request: Request) -> None:
    for name in request.strategies:
        if name not in STRATEGIES:
            raise UsageError(f"There is no strategy {quoted(name)}.{nearest(name, tuple(STRATEGIES))}")
    if not 1 <= request.most <= 100:
        raise UsageError(f"A plan is for teams of up to 1 to 100 agents, not {request.most}.")
    if request.seeds < 1 or not request.seconds >= 0:  # which "nan" is not, either
        raise UsageError("--seeds is a number from 1, --seconds one from 0.")
    check_max_rounds(request.max_rounds)


def _structure(request: Request) -> str:
    try:
        known = suites.structures(request.suite)
    except SuiteError as error:
        raise UsageError(str(error)) from None
    if request.structure or not known:
        return request.structure
    return "mixed" if "mixed" in known else known[0]


def namesake(model: str) -> str:
    """The simulated model that was derived from recordings of ``model``; empty if none was."""
    last = model.rpartition("/")[2]
    for name, price in NOTIONAL.items():
        if last in (price.listed_as.rpartition("/")[2], name.rpartition("/")[2]):
            return name
    return ""


def _played(request: Request) -> tuple[str, list[str]]:
    info = registry.resolve(request.model)
    if request.like and request.like not in registry.SIMULATED:
        known = nearest(request.like, registry.SIMULATED)
        raise UsageError(f"--like names a simulated model, not {quoted(request.like)}.{known}")
    if not info.real:
        return request.model, []
    if found := request.like or namesake(request.model):
        return found, []
    return registry.DEFAULT, [
        f"Nobody recorded {request.model}: {registry.DEFAULT} stands for it (--like names another), and the "
        "intervals are wide; your own runs of it narrow them."
    ]


def _known_as(request: Request) -> str:
    """The name by which the recordings know the model, or its own."""
    return namesake(request.model).removeprefix("sim/") or request.model


def _suite_name(ref: str) -> str:
    return ref if ref in suites.shipped() else suites.address(ref)


def price(model: str) -> tuple[float, float] | None:
    """Dollars per token read and written, as listed; null if nobody lists the model."""
    listed = cost_map().get(model) or cost_map().get(model.rpartition("/")[2]) or {}
    prices = [listed.get(f"{side}_cost_per_token") for side in ("input", "output")]
    if not all(isinstance(price, int | float) for price in prices):
        return None
    return float(str(prices[0])), float(str(prices[1]))


# ---------------------------------------------------------------- saved runs


def _saved(request: Request) -> dict[Part, list[RunRow]]:
    """Finished runs of the model by team, the largest groups first."""
    found: dict[Part, list[RunRow]] = {}
    for row in RunsStore([request.runs_dir]).list(sort="run"):
        same = row.model == request.model and row.status in ("completed", "ended") and not row.source
        if same and row.agents is not None and row.strategy in STRATEGIES and not row.parent:
            part = Part(row.suite, row.structure, row.strategy, row.agents, row.model)
            if row.wall_seconds and row.tokens and rehearsable(part):
                found.setdefault(part, []).append(row)
    largest = sorted(found, key=lambda part: (-len(found[part]), part.suite, part.strategy, part.agents))
    return {part: found[part] for part in largest[:SAVED_MAX]}


def _largest(saved: Iterable[Part]) -> int:
    """The largest team that anything was recorded of."""
    return max(*(cell.agents for cell in table().cells), *(part.agents for part in saved))


def rehearsable(part: Part) -> bool:
    """Whether there is a graph of the suite that a rehearsal can play."""
    try:
        graph(part.suite, part.structure)
    except (SuiteError, UsageError):
        return False
    return True


def _observed(
    saved: Mapping[Part, Sequence[RunRow]], rehearsed: Mapping[Part, Sequence[Sample]], model: str
) -> dict[Figure, tuple[Observation, ...]]:
    settings, usual = table().settings, shares(table().cells)
    found: dict[Figure, list[Observation]] = {"seconds": [], "tokens": [], "success": []}
    for part, rows in saved.items():
        if not any(sample.completed for sample in rehearsed[part]):
            continue  # how long it takes is not known by rehearsal
        simulation = point(rehearsed[part])
        suite = graph(part.suite, part.structure)
        team = Team(
            mode_of(part.strategy),
            part.strategy,
            namesake(model).removeprefix("sim/") or model,
            _suite_name(part.suite),
            suite.p,
            part.agents,
        )
        good = [row for row in rows if row.status == "completed"]
        figures: tuple[Figure, ...] = ("seconds", "tokens")
        for figure in figures:
            values = [row.wall_seconds if figure == "seconds" else row.tokens for row in good]
            known = [float(value) for value in values if value]
            if known:
                at = simulation.seconds if figure == "seconds" else simulation.tokens
                noise = settings[figure].run[team.mode] / len(known)
                found[figure].append(Observation(team, math.log(fmean(known)), at, noise))
        found["success"].append(Observation(team, *odds(len(good), len(rows), usual[team.mode])))
    return {figure: tuple(each) for figure, each in found.items()}
