"""``teamtop resume``: a run goes on where its engine stopped or died."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.limit_options import limit_options, take
from tui.commands.options import Command, Speed, choose_display, display_option, runs_dir_option


@click.command("resume", cls=Command, short_help="Go on with a run that stopped.")
@click.argument("run")
@click.option(
    "--speed",
    type=Speed(),
    default=None,
    help="Run-clock seconds per second; max: no waiting. Default: as before.",
)
@click.option(
    "--max-rounds",
    type=int,
    default=None,
    help="Rounds after which the run ends, those played included. Default: as before.",
)
@limit_options(tail="; none lifts it. Default: as before.")
@runs_dir_option
@click.option("--detach", is_flag=True, help="Start the team, say how to watch it, and return.")
@display_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print the report as one JSON object; all else goes to stderr."
)
def command(
    *,
    run: str,
    speed: float | None,
    max_rounds: int | None,
    runs_dir: Path,
    detach: bool,
    display: str | None,
    as_json: bool,
    **limits: float | None,
) -> int:
    """Go on with RUN: its id, the beginning of it, or the path of its folder.

    What its journal holds stands; turns that were open are lost, and their agents are told. A simulated run
    at --speed max has them again, and ends as if nothing had stopped it. Of a run that is complete the report
    is printed; one whose journal holds nothing yet begins anew. Exit codes are those of `teamtop run`.
    """
    from engine import launch, resume
    from engine.analysis.report import build
    from engine.errors import UsageError
    from engine.record.state import RunState
    from engine.setup import check_max_rounds
    from engine.store import RunsStore
    from tui.commands import running

    store = RunsStore([runs_dir])
    folder = store.find(run)
    past = resume.look(folder)
    if past.note:
        click.echo(f"teamtop: {past.note}", err=True)
    if max_rounds is not None:
        check_max_rounds(max_rounds)
    state = RunState.of(past.events)
    if resume.over(state):
        report = build(folder, store.dirs)
        running.show(report, as_json=as_json, quiet=display == "none")
        return running.exit_code(report)
    if store.row(folder).sample:
        raise UsageError(f"{folder.run_id} ships with teamtop and stays as it is; fork it instead.")
    environ = launch.environment()
    if not past.events:
        click.echo(f"teamtop: {folder.run_id} had recorded no event yet: it begins anew.", err=True)
    prepared = resume.prepare(
        folder,
        state,
        past.events,
        speed=speed,
        max_rounds=max_rounds,
        limits=take(limits),
        environ=environ,
    )
    if detach:
        return running.detach(prepared, as_json=as_json, past=past)
    chosen = choose_display(display, quiet=as_json)
    if chosen == "full":
        return running.on_screen(prepared, as_json=as_json, past=past)
    return running.in_lines(prepared, environ, chosen, as_json=as_json, past=past)
