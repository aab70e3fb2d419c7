"""``teamtop import``: runs that other engines recorded, as saved runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tui.commands.options import Command, give_variables, runs_dir_option


@click.group("import", no_args_is_help=False, short_help="Import runs that another engine recorded.")
def command() -> None:
    """Import recorded runs of other engines: browse, replay, report and check them like runs of your own.

    What was not recorded is shown as unknown.
    """


@command.command("paper", cls=Command)
@click.argument("path", type=click.Path(path_type=Path))
@runs_dir_option
def paper(path: Path, runs_dir: Path) -> int:
    """Import the published runs of the paper (arXiv 2603.12229).

    PATH is the folder that holds runs.parquet and events.parquet. Runs that are there already are kept.
    """
    from engine.analysis.paper.recording import read
    from engine.interop.paper import Progress, import_runs

    recording = read(path.expanduser())
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=recording.runs.height, label="Importing runs", file=sys.stderr, hidden=hidden
    ) as bar:
        done = 0

        def tell(progress: Progress) -> None:
            nonlocal done
            bar.update(progress.written + progress.kept - done)
            done = progress.written + progress.kept

        found = import_runs(recording, runs_dir, tell)
    kept = f", {found.kept:,} were there already" if found.kept else ""
    click.echo(f"{found.written:,} runs imported into {runs_dir}{kept}.")
    if found.left_out:
        click.echo(
            f"teamtop: {found.left_out:,} rows of the log fit no turn of their run and were left out.",
            err=True,
        )
    return 0


give_variables(command)
