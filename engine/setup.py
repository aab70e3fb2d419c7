"""Before a run: everything that can be wrong is found here, and the first event is made."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from msgspec.structs import asdict, replace

from engine.errors import TeamtopError, UsageError
from engine.faults import selectors
from engine.faults.plan import Planned, parse
from engine.joining import TEAM_MAX
from engine.models import calls, registry
from engine.record import events as ev
from engine.record.barrier import slack
from engine.record.config import RunConfig, RunMeta
from engine.record.folder import RunFolder
from engine.record.limits import changed
from engine.record.redaction import BadPatternError, compiled
from engine.strategies import STRATEGIES
from engine.team.prompts import TEMPLATE
from engine.world.sandbox.chosen import best, refusal
from tasks import suite as suites
from tasks.errors import SuiteError, nearest, quoted
from tasks.model import Suite
from tasks.verdicts import table

SEED_LIMIT = 1 << 63
"""Seeds are 64-bit numbers with a sign: what events and ``run.json`` can hold."""

FREE_BYTES = 32 << 20
"""Space that must be free before a team starts: a run with all its files takes a few megabytes."""

_RUN_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
"""A dot in front would hide the run, a hyphen would make its name a flag."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that can start: its folder (with ``run.json`` in it), suite, first event and fault plan."""

    folder: RunFolder
    meta: RunMeta
    suite: Suite
    start: ev.RunStarted
    plan: tuple[Planned, ...]


def prepare(config: RunConfig, runs_dir: Path, run_id: str, environ: Mapping[str, str]) -> Prepared:
    """Check ``config`` and make the run's folder. Raises ``UsageError`` or ``TeamtopError``, one sentence."""
    config = replace(config, suite=suites.address(config.suite))
    suite, start, plan = check(config, environ)
    folder = make_folder(runs_dir, run_id)
    meta = RunMeta(
        run_id=run_id,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        teamtop=teamtop_version(),
        python=platform.python_version(),
        config=config,
        suite_hash=suite.content_hash,
        sandbox="none" if config.unsafe_tests else "unused",
    )
    try:
        folder.write_meta(meta)
    except TeamtopError:
        shutil.rmtree(folder.path, ignore_errors=True)  # it was made a moment ago and holds nothing
        raise
    return Prepared(folder, meta, suite, start, plan)


def reopen(path: Path, environ: Mapping[str, str], config: RunConfig | None = None) -> Prepared:
    """Find a prepared run again: in the engine's own process, or to go on with it (under another ``config``).

    Raises ``UsageError`` or ``TeamtopError``, one sentence.
    """
    folder = RunFolder(path)
    meta = folder.read_meta()
    if config is not None:
        meta = replace(meta, config=config)
    suite, start, plan = check(meta.config, environ)
    if suite.content_hash != meta.suite_hash:
        raise TeamtopError(
            f"The suite {meta.config.suite} is not what it was when {meta.run_id} began; start a new run."
        )
    return Prepared(folder, meta, suite, start, plan)


def check(
    config: RunConfig, environ: Mapping[str, str], suite: Suite | None = None
) -> tuple[Suite, ev.RunStarted, tuple[Planned, ...]]:
    """Resolve every name in ``config``. Raises ``UsageError`` for the first that leads nowhere.

    ``suite`` is the one that ``config`` names, if the caller has loaded it already.
    """
    try:
        suite = suite or suites.load(config.suite, config.structure or None)
    except SuiteError as error:
        raise UsageError(str(error)) from None
    if config.strategy not in STRATEGIES:
        raise UsageError(
            f"There is no strategy {config.strategy!r}.{nearest(config.strategy, tuple(STRATEGIES))}"
        )
    if not 1 <= config.agents <= TEAM_MAX:
        raise UsageError(f"A team has 1 to {TEAM_MAX} agents, not {config.agents}.")
    check_max_rounds(config.max_rounds)
    if not -SEED_LIMIT <= config.seed < SEED_LIMIT:
        raise UsageError(f"The seed {config.seed} does not fit 64 bits: use a shorter one.")
    try:
        slack(config.barrier)
    except ValueError:
        raise UsageError(
            f"There is no barrier {config.barrier[:40]!r}: write round, none, or stale:K, which lets agents "
            "run ahead by K rounds (0 to 999)."
        ) from None
    team = _team(config)
    names = tuple(spec.name for spec in team)
    if stranger := next((name for name in config.models if name not in names), None):
        raise UsageError(f"There is no agent {stranger!r} to give a model to.{nearest(stranger, names)}")
    for name in dict.fromkeys(spec.model for spec in team):
        if config.replies:
            registry.resolve(name)  # it is named, but not asked
        else:
            registry.check(name, environ, config.calls.api_base)
    calls.check(config.calls)
    _check_limits(config, team)
    try:
        compiled(config.redact)
    except BadPatternError as error:
        raise UsageError(str(error)) from None
    _check_speed(config, team)
    quorum, verified_by, notes = demands(config)
    _check_tests(config, suite)
    named = config.plan_name or "the fault plan"
    plan = parse(config.faults, named) if config.faults else ()
    start = replace(_start(config, suite, team), quorum=quorum, verified_by=verified_by, notes=notes)
    if verified_by == "tests":
        start = replace(start, completion="verified")
    _check_targets(plan, start, named)
    return suite, start, plan


def check_max_rounds(max_rounds: int) -> None:
    """Raise ``UsageError`` if no run can be limited like this."""
    if max_rounds < 1:
        raise UsageError(f"--max-rounds is a number from 1, not {max_rounds}.")


def member(config: RunConfig, name: str, role: ev.Role) -> ev.AgentSpec:
    """An agent of the team that ``config`` asks for."""
    return ev.AgentSpec(name=name, role=role, model=config.models.get(name, config.model))


def _team(config: RunConfig) -> tuple[ev.AgentSpec, ...]:
    lead = [member(config, "Lead", "lead")] if STRATEGIES[config.strategy].has_lead else []
    developers = [member(config, name, "developer") for name in config.developers]
    return (*lead, *developers)


def check_joiner(config: RunConfig, spec: ev.AgentSpec, environ: Mapping[str, str]) -> ev.AgentSpec:
    """Return ``spec`` if a run of ``config`` can take it in as it goes. Raises ``UsageError``."""
    registry.check(spec.model, environ, config.calls.api_base)
    _check_speed(config, (spec,))
    if registry.resolve(spec.model).real and not config.unsafe_tests:
        _check_sandbox(spec.model)  # simulated tests of such a team may run code that they do not know
    return spec


def _check_speed(config: RunConfig, team: tuple[ev.AgentSpec, ...]) -> None:
    real = [spec.model for spec in team if registry.resolve(spec.model).real]
    if real and config.clock != "wall" and not config.replies:
        raise UsageError(f"{real[0]} is a real model, whose time cannot be scaled: use --speed 1.")
    if real and config.tests == "real" and not config.unsafe_tests:
        _check_sandbox(real[0])


def _check_sandbox(model: str) -> None:
    sandbox, probes = best()
    if sandbox is None:
        raise UsageError(
            f"{model} writes code that nobody knows, and no sandbox can be had here ({refusal(probes)}): see "
            "`teamtop doctor`, add --unsafe-tests to run it with your rights, or --tests simulated, which "
            "runs none of it."
        )


def _check_limits(config: RunConfig, team: tuple[ev.AgentSpec, ...]) -> None:
    try:
        changed(ev.NO_LIMITS, asdict(config.limits))
    except ValueError as error:
        raise UsageError(str(error)) from None
    if config.limits.cost_usd is None and config.limits.agent_cost_usd is None:
        return
    for spec in team:
        if not registry.priced(spec.model):
            raise UsageError(
                f"Nobody knows the price of {spec.model}, so no limit of money could be kept: "
                "limit tokens (--limit-tokens) instead."
            )


def demands(
    config: RunConfig,
) -> tuple[tuple[int, int] | None, Literal["", "review", "tests"], tuple[str, ...]]:
    """The quorum and what verifies a completion, where the strategy asks for them; and what to say of it."""
    quorum, small = _quorum(config)
    verified_by, alone = _verified_by(config)
    return quorum, verified_by, (*small, *alone)


def _quorum(config: RunConfig) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    """How many of how many versions must agree, and what the team is too small for; null if none must."""
    needed, _, versions = config.quorum.partition("/")
    if not (_count(needed) and _count(versions)) or int(needed) > int(versions):
        raise UsageError(
            f"--quorum is K/N with 1 ≤ K ≤ N ≤ {TEAM_MAX}, as in 2/3, not {quoted(config.quorum)}."
        )
    if not STRATEGIES[config.strategy].versions:
        return None, ()
    asked = (int(needed), int(versions))
    capped = (min(asked[0], config.agents), min(asked[1], config.agents))
    if asked == capped:
        return asked, ()
    said = (
        f"{config.agents} agent{'s' if config.agents > 1 else ''} cannot write {asked[1]} independent "
        f"versions of a task: the quorum is {capped[0]} of {capped[1]} instead of {asked[0]} of {asked[1]}."
    )
    return capped, (said,)


def _verified_by(config: RunConfig) -> tuple[Literal["", "review", "tests"], tuple[str, ...]]:
    """What a completion needs where it needs anything; one agent has nobody to review its work."""
    if not STRATEGIES[config.strategy].reviews:
        return "", ()
    if config.verified_by == "review" and config.agents == 1:
        said = "One agent has nobody to review its work: its tasks are verified by their tests instead."
        return "tests", (said,)
    return config.verified_by, ()


def _count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= TEAM_MAX


def _check_tests(config: RunConfig, suite: Suite) -> None:
    if config.tests != "simulated":
        return
    try:
        table(suite.name)
    except SuiteError:
        raise UsageError(
            f"Tests of {suite.name} cannot be simulated, only those of shipped and generated suites: "
            "use --tests real."
        ) from None


def _check_targets(plan: tuple[Planned, ...], start: ev.RunStarted, named: str) -> None:
    for number, entry in enumerate(plan, 1):
        selectors.check(entry.target, start.team, start.tasks, f"{named}: fault {number}")


def _start(config: RunConfig, suite: Suite, team: tuple[ev.AgentSpec, ...]) -> ev.RunStarted:
    return ev.RunStarted(
        suite=suite.name,
        structure=suite.structure,
        suite_hash=suite.content_hash,
        brief=suite.brief,
        p=suite.p,
        tasks=tuple(
            ev.TaskSpec(
                id=task.id,
                name=task.name,
                title=task.title,
                description=task.description,
                files=task.files,
                dependencies=task.dependencies,
                tests=task.tests,
            )
            for task in suite.tasks
        ),
        files=tuple(
            ev.FileSpec(path=path, content=text)
            for path, text in (*suite.support.items(), *suite.start.items())
        ),
        team=team,
        strategy=config.strategy,
        seed=config.seed,
        locks=config.locks,
        completion=config.completion,
        tests=config.tests,
        clock=config.clock,
        speed=config.speed,
        max_rounds=config.max_rounds,
        lease_seconds=config.lease_seconds,
        template=TEMPLATE,
        lead_lost=config.lead_lost,
        barrier=config.barrier,
        limits=config.limits,
        quirks="" if config.engine_quirks == "none" else config.engine_quirks,
    )


def make_folder(runs_dir: Path, run_id: str) -> RunFolder:
    """Make the folder of a new run. Raises ``UsageError`` or ``TeamtopError``, one sentence."""
    if not _RUN_ID.fullmatch(run_id):
        raise UsageError(
            f"{run_id[:60]!r} is no run id: use up to 128 letters, digits, '_', '-' and '.', "
            "and none of the last two in front."
        )
    folder = RunFolder(runs_dir / run_id)
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        folder.path.mkdir()
    except FileExistsError:
        if folder.path.exists():
            raise UsageError(f"{folder.path} exists already: choose another --run-id.") from None
        raise UsageError(f"{runs_dir} is not a folder: choose another --runs-dir.") from None
    except OSError as error:
        raise TeamtopError(
            f"{runs_dir} cannot hold a run ({error.strerror or error}): choose another --runs-dir."
        ) from None
    free = shutil.disk_usage(folder.path).free
    if free < FREE_BYTES:
        folder.path.rmdir()
        raise TeamtopError(
            f"{runs_dir} has {free >> 20} MiB free and a run needs {FREE_BYTES >> 20}: "
            "free space or choose another --runs-dir."
        )
    return folder


def refuse_imported(folder: RunFolder) -> None:
    """Raise ``UsageError`` if the run was imported: it lacks what going on from it takes."""
    if folder.exists() and folder.read_meta().imported is not None:
        raise UsageError(
            f"{folder.run_id} was imported and cannot go on: its files and prompts are not recorded. "
            f"`teamtop replay {folder.run_id}` shows it."
        )


def teamtop_version() -> str:
    """The installed version; ``0`` when run from a bare checkout."""
    try:
        return version("teamtop")
    except PackageNotFoundError:
        return "0"
