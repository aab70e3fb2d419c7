"""``teamtop replay``: a saved run, driven by its journal."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.options import PREFIX, Command, Speed, choose_display, display_option, runs_dir_option


@click.command("replay", cls=Command, short_help="Replay a saved run.")
@click.argument("run")
@click.option(
    "--at", metavar="seq:N|round:R", default="", help="Where to begin: an event, or the start of a round."
)
@click.option(
    "--speed",
    type=Speed(maximum=False),
    default=1.0,
    show_default=True,
    envvar=f"{PREFIX}REPLAY_SPEED",  # TEAMTOP_SPEED is the speed of runs, which may be max
    help="Run-clock seconds per second, 0.25 to 64.",
)
@runs_dir_option
@display_option
def command(*, run: str, at: str, speed: float, runs_dir: Path, display: str | None) -> int:
    """Replay RUN: its id, the beginning of it, or the path of its folder.

    Without a terminal the journal is folded up to --at, and the report of that moment printed.
    """
    from engine.errors import UsageError
    from engine.store import RunsStore
    from tui.replaysource import parse_position

    store = RunsStore([runs_dir])
    folder = store.find(run)
    try:
        position = parse_position(at or "end")
    except ValueError as error:
        raise UsageError(f"--at does not say where. {error}") from None
    if choose_display(display) == "full":
        from tui.app import run_replay

        return run_replay(folder, at, speed)
    from tui.commands.folding import report_at

    report_at(folder, position, store.dirs, quiet=display == "none")
    return 0
