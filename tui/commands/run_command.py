"""``teamtop run``: start a team and watch it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands import limit_options
from tui.commands.call_options import call_options, take
from tui.commands.options import Command, Speed, Word, choose_display, display_option, runs_dir_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.launch import Prepared
    from engine.record.config import RunConfig

DEFAULT_MODEL = "sim/claude-sonnet-4-6"

SIMULATED_SPEED = 2.0
"""Default speed of simulated models: a run of minutes takes seconds, and can still be followed."""


@click.command("run", cls=Command, short_help="Run a team and watch it.")
@click.argument("suite", default="mathutils")
@click.option(
    "--structure",
    metavar="NAME",
    default="",
    help="parallel, mixed, serial. Default: mixed, if the suite has it.",
)
@click.option(
    "-n", "--agents", type=int, default=4, show_default=True, help="Number of developers; a lead is extra."
)
@click.option(
    "--strategy",
    metavar="NAME",
    default="decentralized",
    show_default=True,
    help="Who decides who does what: preassigned, decentralized, lead-assigned, lead, work-stealing, "
    "critical-path, speculative, verified-by, quorum. `teamtop suites` says what each is.",
)
@click.option(
    "--verified-by",
    type=Word("review", "tests"),
    default="review",
    show_default=True,
    help="With the strategy verified-by: what a task needs to be done, a teammate's review or its tests.",
)
@click.option(
    "--quorum",
    metavar="K/N",
    default="2/3",
    show_default=True,
    help="With the strategy quorum: how many of how many versions of a task have to agree.",
)
@click.option(
    "--model",
    metavar="NAME",
    default=DEFAULT_MODEL,
    show_default=True,
    help="A simulated model (sim/claude-sonnet-4-6, sim/gemini-3-flash, sim/gpt-5.2, sim/perfect) "
    "or provider/model as litellm knows it. Several: Dev1=NAME,Dev2=NAME; a NAME alone is for the others.",
)
@click.option(
    "--team",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="A team from a TOML file: [[agent]] with name, role, model, count. It sets -n.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Seed of everything that is left to chance."
)
@click.option(
    "--speed",
    type=Speed(),
    default=None,
    help="Run-clock seconds per second; max: no waiting. Default: 2 for simulated models, 1 for real ones.",
)
@click.option(
    "--max-rounds", type=int, default=60, show_default=True, help="Rounds after which the run ends."
)
@click.option(
    "--locks",
    type=Word("pessimistic", "optimistic", "none"),
    default="pessimistic",
    show_default=True,
    help="What keeps two agents from writing one file.",
)
@click.option(
    "--barrier",
    metavar="round|stale:K|none",
    default="round",
    show_default=True,
    help="Who waits for whom between turns: all for all, whoever leads the slowest by K turns, or nobody.",
)
@click.option(
    "--completion",
    type=Word("reported", "verified"),
    default="reported",
    show_default=True,
    help="Whether a task is done when its agent says so, or when its tests pass.",
)
@click.option(
    "--lead-lost",
    type=Word("self-claim", "promote"),
    default="self-claim",
    show_default=True,
    help="What becomes of a team whose lead is lost: agents claim for themselves until it is back, or, after "
    "the lease, a developer takes its place for good.",
)
@click.option(
    "--faults",
    "plan",
    default="",
    metavar="PLAN",
    help="A ready fault plan that `teamtop faults` lists, or a TOML file.",
)
@click.option(
    "--tests",
    type=Word("real", "simulated"),
    default=None,
    help="Default: simulated with --speed max, else real.",
)
@click.option(
    "--unsafe-tests",
    is_flag=True,
    help="Let code of models run with your rights, without a sandbox.",
)
@click.option(
    "--replies",
    metavar="RUN",
    default=None,
    help="Ask no model: give the recorded replies of RUN again, in a run like it, at no cost.",
)
@click.option(
    "--replies-mode",
    type=Word("strict", "lenient"),
    default="strict",
    show_default=True,
    help="With --replies: stop at the first prompt that is another than then, or go on with the next reply.",
)
@call_options
@limit_options.limit_options()
@click.option(
    "--redact",
    metavar="PATTERN",
    multiple=True,
    help="A regular expression of what is taken out of replies, failures, test output and messages before "
    "anything is kept; can be given again. It is kept with the run, so it must not be the secret itself.",
)
@click.option(
    "--engine-quirks",
    type=Word("none", "paper"),
    default="none",
    show_default=True,
    help="Have the defects of the engine that the paper's runs were recorded with, to compare with them.",
)
@runs_dir_option
@click.option(
    "--run-id", metavar="ID", default=None, help="Name of the run. Default: time, suite, and four digits."
)
@click.option("--detach", is_flag=True, help="Start the team, say how to watch it, and return.")
@display_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print the report as one JSON object; all else goes to stderr."
)
def command(
    *,
    runs_dir: Path,
    run_id: str | None,
    plan: str,
    detach: bool,
    display: str | None,
    as_json: bool,
    replies: str | None,
    replies_mode: str,
    **asked: Any,  # noqa: ANN401 - the rest goes to `configure`, which names it
) -> int:
    """Run a team on SUITE: a name that `teamtop suites` lists, a path, or synthetic:tasks=200,p=0.9.

    Exit codes: 0 all tasks done, 3 ended with tasks open, 1 failure, 2 usage, 130 interrupted.
    """
    from datetime import datetime

    from engine import launch
    from engine.record.clean import clean_line
    from engine.store import new_run_id
    from tui.commands import running

    environ = launch.environment()
    new_id = run_id or new_run_id(replies or asked["suite"], datetime.now().astimezone())
    if replies is not None:
        prepared = _again(replies, replies_mode, runs_dir, new_id, asked, environ)
    else:
        _heeded(asked["strategy"])
        calls, limits = take(asked), _limits(asked)
        config = configure(
            **asked, calls=calls, limits=limits, faults=_text_of(plan), plan_name=clean_line(plan)
        )
        prepared = launch.prepare(config, runs_dir, new_id, environ)
        running.warn(prepared)
    if detach:
        return running.detach(prepared, as_json=as_json)
    chosen = choose_display(display, quiet=as_json)
    if chosen == "full":
        return running.on_screen(prepared, as_json=as_json)
    return running.in_lines(prepared, environ, chosen, as_json=as_json)


_OF_RERUNS = (
    "replies",
    "replies_mode",
    "runs_dir",
    "run_id",
    "detach",
    "display",
    "as_json",
    "speed",
    "strategy",
)
"""Parameters that ``--replies`` heeds; all else is as it was in the recorded run."""


def _again(  # noqa: PLR0917 - what one run is made of
    source: str,
    mode: Any,  # noqa: ANN401 - a word that click has checked
    runs_dir: Path,
    run_id: str,
    asked: dict[str, Any],
    environ: Mapping[str, str],
) -> Prepared:
    """Prepare a run like ``source`` on its replies. Raises ``UsageError``, ``TeamtopError``."""
    from click.core import ParameterSource

    from engine import fork
    from engine.errors import UsageError
    from engine.store import RunsStore
    from engine.teamchange import change_of

    context = click.get_current_context()
    given = [
        param.opts[0]
        for param in context.command.params
        if param.name not in _OF_RERUNS
        and context.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
    ]
    if given:
        raise UsageError(f"--replies plays a run like {source}: leave {given[0]} out, it is as it was there.")
    strategy = context.get_parameter_source("strategy") is ParameterSource.COMMANDLINE
    return fork.prepare(
        RunsStore([runs_dir]).find(source),
        lambda _: 0,
        runs_dir=runs_dir,
        run_id=run_id,
        team=change_of(asked["strategy"] if strategy else None, None),
        speed=0.0 if asked["speed"] is None else asked["speed"],
        replies=mode,
        environ=environ,
    )


def _limits(asked: dict[str, Any]) -> dict[str, float]:
    """The limits that were asked for, as fields of ``Limits``: whole tokens."""
    given = limit_options.take(asked)
    return {
        field: int(value) if field.endswith("tokens") else value
        for field, value in given.items()
        if value is not None
    }


def _heeded(strategy: str) -> None:
    """Raise ``UsageError`` for what was asked for in words that ``strategy`` would not heed.

    A variable may stand there for other runs; a flag was meant for this one.
    """
    from click.core import ParameterSource

    from engine.errors import UsageError
    from engine.strategies import STRATEGIES

    known = STRATEGIES.get(strategy)
    given = click.get_current_context().get_parameter_source
    for flag, name, heeds in (
        ("quorum", "quorum", known is None or known.versions),
        ("verified_by", "verified-by", known is None or known.reviews),
    ):
        if not heeds and given(flag) is ParameterSource.COMMANDLINE:
            raise UsageError(f"--{name} is for --strategy {name}, not for {strategy}.")


def configure(
    *,
    suite: str,
    structure: str,
    model: str,
    speed: float | None,
    tests: str | None,
    agents: int,
    strategy: str,
    team: Path | None = None,
    barrier: str = "round",
    **rest: Any,  # noqa: ANN401 - checked against RunConfig
) -> RunConfig:
    """Resolve every default that depends on another choice. Raises ``UsageError``, ``SuiteError``."""
    import msgspec

    from engine.models import registry
    from engine.record.config import RunConfig
    from engine.teamchange import change_of
    from tasks.suite import structures

    known = structures(suite)
    structure = structure or ("mixed" if "mixed" in known else known[0])
    cast = change_of(None, model)
    model, models = cast.model or DEFAULT_MODEL, dict(cast.models)
    names: tuple[str, ...] = ()
    if team is not None:
        names, models = _of_file(team, strategy, models)
        agents = len(names)
    used = {model, *models.values()}
    if speed is None:
        speed = 1.0 if any(registry.resolve(each).real for each in used) else SIMULATED_SPEED
    clock = "virtual" if speed == 0 else "wall" if speed == 1 else "scaled"
    return msgspec.convert(
        {
            "suite": suite,
            "structure": structure,
            "model": model,
            "models": models,
            "names": names,
            "agents": agents,
            "strategy": strategy,
            "speed": speed,
            "clock": clock,
            "barrier": barrier.strip().lower(),
            "tests": _tests(tests, clock, suite, structure),
            **rest,
        },
        type=RunConfig,
    )


def _of_file(path: Path, strategy: str, given: dict[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Names and models of a team file; models ``given`` on the command line win. Raises ``UsageError``."""
    from engine.errors import UsageError
    from engine.strategies import STRATEGIES
    from engine.teamfile import read

    read_ = read(path)
    if read_.lead and strategy in STRATEGIES and not STRATEGIES[strategy].has_lead:
        raise UsageError(f"{path} has a lead, which {strategy} has not: choose another --strategy.")
    return tuple(read_.names), {**read_.models, **given}


def _tests(wanted: str | None, clock: str, suite: str, structure: str) -> str:
    """Simulated if asked for, and by default on the virtual clock where the suite has a table of verdicts."""
    from tasks.errors import SuiteError
    from tasks.suite import load
    from tasks.verdicts import table

    if wanted == "real" or (wanted is None and clock != "virtual"):
        return "real"
    name = load(suite, structure).name
    try:
        table(name)
    except SuiteError:
        if wanted is None:
            return "real"
        raise
    return "simulated"


def _text_of(plan: str) -> str:
    from engine.faults import library

    return library.text_of(plan) if plan else ""
