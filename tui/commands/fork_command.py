"""``teamtop fork``: a saved run lives on from any moment, as it was or with something changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.options import PREFIX, Command, Speed, choose_display, display_option, runs_dir_option

if TYPE_CHECKING:
    from engine.record.events import AnyEvent
    from tui.positions import Position


def _variable(flag: str) -> str:
    """A variable of this command's own: what runs are begun with must not change every fork."""
    return f"{PREFIX}FORK_{flag}"


@click.command("fork", cls=Command, short_help="Let a saved run live on from any moment, changed or not.")
@click.argument("run")
@click.option(
    "--at", metavar="seq:N|round:R", required=True, help="Where: after an event, or before a round."
)
@click.option("--run-id", metavar="ID", default=None, help="Name of the fork. Default: as for `teamtop run`.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    envvar=_variable("FAULT"),
    metavar="KIND[:AGENT][,KEY=VALUE…]",
    help="Inject a fault there, as in crash:Dev2,duration_seconds=30; can be given again.",
)
@click.option(
    "--without",
    type=int,
    default=None,
    envvar=_variable("WITHOUT"),
    metavar="SEQ",
    help="Leave out one event after that moment: a fault, or what a person did.",
)
@click.option(
    "--strategy",
    metavar="NAME",
    default=None,
    envvar=_variable("STRATEGY"),
    help="Go on from there under another strategy.",
)
@click.option(
    "--model",
    metavar="NAME",
    default=None,
    envvar=_variable("MODEL"),
    help="Go on from there with another model, or with some: Dev1=NAME,Dev2=NAME.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1, 10_000),
    default=None,
    envvar=_variable("SEEDS"),
    metavar="K",
    help="Play K pairs of forks, with and without the change, and compare them; nothing is saved.",
)
@click.option(
    "--speed",
    type=Speed(),
    default=None,
    help="Run-clock seconds per second; max: no waiting. Default: as the run.",
)
@runs_dir_option
@click.option("--detach", is_flag=True, help="Start the team, say how to watch it, and return.")
@display_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print the report as one JSON object; all else goes to stderr."
)
def command(
    *,
    run: str,
    at: str,
    run_id: str | None,
    faults: tuple[str, ...],
    without: int | None,
    strategy: str | None,
    model: str | None,
    seeds: int | None,
    speed: float | None,
    runs_dir: Path,
    detach: bool,
    display: str | None,
    as_json: bool,
) -> int:
    """Fork RUN: its id, the beginning of it, or the path of its folder.

    The fork shares the run's past up to the moment; no tokens are spent for it. Without a change it goes on
    as the run did. Exit codes are those of `teamtop run`.
    """
    from datetime import datetime

    from engine import fork, launch, resume, teamchange
    from engine.errors import UsageError
    from engine.store import RunsStore, new_run_id
    from tui.commands import running
    from tui.positions import parse_position

    parent = RunsStore([runs_dir]).find(run)
    try:
        position = parse_position(at)
    except ValueError as error:
        raise UsageError(f"--at does not say where. {error}") from None
    environ = launch.environment()
    injected = fork.faults_of(faults, parent, environ)
    team = teamchange.change_of(strategy, model)
    if seeds is not None:
        from engine.pairedforks import compare

        if not (injected or team.changes) and without is None:
            raise UsageError(
                "--seeds compares forks with and without a change: "
                "give --fault, --without, --strategy or --model."
            )
        refuse_for_pairs(display)
        found = compare(
            parent,
            lambda events: place(position, events),
            seeds,
            faults=injected,
            without=without,
            team=team,
            change=change_in_words(faults, without, strategy, model),
            environ=environ,
            told=lambda done: click.echo(f"teamtop: {done} of {seeds} pairs", err=True),
        )
        click.echo(json.dumps(found, indent=2) if as_json else _words(found))
        return 0
    name = run_id or new_run_id(parent.read_meta().config.suite, datetime.now().astimezone())
    prepared = fork.prepare(
        parent,
        lambda events: place(position, events),
        runs_dir=runs_dir,
        run_id=name,
        faults=injected,
        without=without,
        team=team,
        speed=speed,
        environ=environ,
    )
    past = resume.look(prepared.folder)
    if detach:
        return running.detach(prepared, as_json=as_json, past=past)
    chosen = choose_display(display, quiet=as_json)
    if chosen == "full":
        return running.on_screen(prepared, as_json=as_json, past=past)
    return running.in_lines(prepared, environ, chosen, as_json=as_json, past=past)


def refuse_for_pairs(display: str | None) -> None:
    """Raise ``UsageError`` for a flag that means nothing where pairs of forks are played.

    A variable may stand there for other commands; a flag was meant for this one.
    """
    from click.core import ParameterSource

    from engine.errors import UsageError

    given = click.get_current_context().get_parameter_source
    why = {
        "run_id": ("--run-id", "saves none of them"),
        "speed": ("--speed", "plays them without waiting"),
        "detach": ("--detach", "compares them when they have ended"),
        "display": ("--display", "shows only how they compare"),
    }
    for name, (flag, reason) in why.items():
        if (name, display) != ("display", "none") and given(name) is ParameterSource.COMMANDLINE:
            raise UsageError(f"--seeds plays pairs of forks and {reason}: leave out {flag}, or --seeds.")


def change_in_words(
    faults: Sequence[str], without: int | None, strategy: str | None, model: str | None
) -> str:
    """``with slow:Dev1 and under strategy lead``, as it stands in a sentence about runs."""
    from engine.record.clean import clean_line

    parts = [f"with {fault}" for fault in faults]
    parts += [f"without event {without}"] if without is not None else []
    parts += [f"under strategy {strategy}"] if strategy else []
    parts += [f"with model {model}"] if model else []
    return clean_line(" and ".join(parts), 120)


def place(position: Position, events: Sequence[AnyEvent]) -> int:
    """The last event before a moment: that event itself, the one before a round or before anybody was given
    a task, the last one by a time.

    Raises ``UsageError`` for a round that was never played and a task that nobody was given.
    """
    if position.kind == "seq":
        return int(position.value)
    if position.kind == "start":
        return 0
    if position.kind == "end":
        return len(events)
    if position.kind == "round":
        last = events[-1].round if events else 0
        if position.value > last + 1:  # the round after the last one would begin at the end
            from engine.errors import UsageError

            raise UsageError(
                f"Its last round is {last}; fork it at one up to there, not at round {position.value:g}."
            )
        before = [event.seq for event in events if event.round < position.value]
    elif position.kind == "task":
        from engine.errors import UsageError
        from tui.recording import Recording

        recording = Recording.of(events)
        if (given := recording.task_start(position.name)) is None:
            raise UsageError(f"--at: {recording.missing(position)}")
        return given - 1
    else:
        before = [event.seq for event in events if event.ts <= position.value]
    return before[-1] if before else 0


def _words(found: dict[str, Any]) -> str:
    """The comparison as a table."""
    lines = [f"{'':<14}{'as it was':>12}{'changed':>12}{'difference':>12}  95 % interval        p"]
    for name, title in (("wall_seconds", "wall seconds"), ("tokens", "tokens"), ("anomalies", "anomalies")):
        row = found[name]
        low, high = row["interval"] or (None, None)
        interval = f"{low:,.1f} … {high:,.1f}" if low is not None and high is not None else "one pair only"
        p = "-" if row["p_value"] is None else f"{row['p_value']:.3f}"
        values = f"{row['mean_without']:>12,.1f}{row['mean_with']:>12,.1f}{row['mean']:>+12,.1f}"
        lines.append(f"{title:<14}{values}  {interval:<20} {p}")
    lines.append(
        f"{len(found['pairs'])} pairs, equal seeds within each; bootstrap and sign-flip permutation."
    )
    return "\n".join([found["sentence"], "", *lines])
