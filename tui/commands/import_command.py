"""``teamtop import``: runs that other engines recorded, as saved runs."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.options import Command, give_variables, runs_dir_option

if TYPE_CHECKING:
    from engine.interop.feed import Reader

INTERRUPTED = 130


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
    done, found = 0, None
    with click.progressbar(
        length=recording.runs.height,
        label="Importing runs",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:

        def tell(progress: Progress) -> None:
            nonlocal done
            bar.update(progress.written + progress.kept - done)
            done = progress.written + progress.kept

        with contextlib.suppress(KeyboardInterrupt):
            found = import_runs(recording, runs_dir, tell)
    if found is None:
        there = f"{done:,} of {recording.runs.height:,} runs are there"
        click.echo(f"teamtop: interrupted; {there}, and the same command goes on.", err=True)
        return INTERRUPTED
    kept = f", {found.kept:,} were there already" if found.kept else ""
    click.echo(f"{found.written:,} runs imported into {runs_dir}{kept}.")
    if found.left_out:
        click.echo(
            f"teamtop: {found.left_out:,} rows of the log fit no turn of their run and were left out.",
            err=True,
        )
    return 0


@command.command("log", cls=Command)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--run-id", default="", metavar="ID", help="Name of the run. Default: source, time, name.")
@runs_dir_option
def log(path: Path, run_id: str, runs_dir: Path) -> int:
    """Import a team log: lines that a program wrote about its team (docs/teamlog.md)."""
    from engine.interop.teamlog.reader import LogReader

    return _save(LogReader(path.expanduser()), runs_dir, run_id)


@command.command("claude", cls=Command)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--team", default="", metavar="NAME", help="Which team, if there are several.")
@click.option("--run-id", default="", metavar="ID", help="Name of the run. Default: source, time, name.")
@runs_dir_option
def claude(path: Path, team: str, run_id: str, runs_dir: Path) -> int:
    """Import an agent team of Claude Code.

    PATH is a folder like ~/.claude, or that of a team in its teams/.
    """
    from engine.interop.claude.reader import ClaudeReader

    return _save(ClaudeReader(path, team), runs_dir, run_id)


@command.command("otel", cls=Command)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--run-id", default="", metavar="ID", help="Name of the run. Default: source, time, name.")
@runs_dir_option
def otel(path: Path, run_id: str, runs_dir: Path) -> int:
    """Import OpenTelemetry spans of agents: OTLP/JSON, one document or one per line (docs/otel.md)."""
    from engine.interop.otel.reader import OtelReader

    return _save(OtelReader(path.expanduser()), runs_dir, run_id)


@command.command("inspect", cls=Command)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--run-id", default="", metavar="ID", help="Name of the run. Default: source, time, name.")
@runs_dir_option
def inspect(path: Path, run_id: str, runs_dir: Path) -> int:
    """Import a log of Inspect (.eval or .json): each sample is a task, its agents are the team."""
    from engine.interop.inspect.reader import InspectReader

    return _save(InspectReader(path.expanduser()), runs_dir, run_id)


def _save(reader: Reader, runs_dir: Path, run_id: str) -> int:
    from engine.interop.feed import Feed
    from engine.interop.saving import save

    feed = Feed(reader)
    folder = save(feed, runs_dir, run_id)
    click.echo(f"{feed.tally.taken:,} records imported as {folder.path}.")
    if feed.tally.note:
        click.echo(f"teamtop: {feed.tally.note}", err=True)
    return 0


give_variables(command)
