"""``teamtop report``: the figures of a saved run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.record.clean import clean_line
from tui.commands.options import Command, Word, runs_dir_option

if TYPE_CHECKING:
    from engine.analysis.exports import Format


@click.command("report", cls=Command, short_help="Print the figures of a saved run.")
@click.argument("run")
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, numbers unrounded.")
@click.option(
    "--format",
    "form",
    type=Word("md", "json", "csv", "svg", "parquet"),
    default=None,
    help="Print it in this form: Markdown, JSON, one CSV row, a picture, a Parquet table of one row.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Write to this file, or into this folder, instead. Without --format, its ending says the form.",
)
def command(run: str, runs_dir: Path, as_json: bool, form: str | None, output: Path | None) -> int:
    """Print the report of RUN: its id, the beginning of it, or the path of its folder."""
    chosen = _form(as_json, form, output)
    from engine.analysis.report import build
    from engine.store import RunsStore
    from tui.commands.running import show

    store = RunsStore([runs_dir])
    folder = store.find(run)
    # of a run elsewhere the runs beside it are those that it is measured against
    dirs = tuple(dict.fromkeys([folder.path.parent, *store.dirs]))
    report = build(folder, dirs)
    if chosen is None:
        show(report, as_json=False, folder=folder)
        return 0
    from tui.exporting import content, export

    if output is not None:
        click.echo(f"Saved {clean_line(str(export(report, chosen, str(output), folder.run_id)))}", err=True)
        return 0
    made = content(report, chosen)
    click.echo(made.rstrip("\n") if isinstance(made, str) else made, nl=isinstance(made, str))
    return 0


def _form(as_json: bool, form: str | None, output: Path | None) -> Format | None:
    """What the flags ask for; null: the page for people. Raises click's usage error."""
    from engine.analysis.exports import FORMATS

    asked = "json" if as_json else form
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} exclude each other: leave one out.")
    if asked is None and output is not None:
        asked = output.suffix.removeprefix(".").lower()
    if asked is None:
        return None
    if asked not in FORMATS:
        raise click.UsageError(f"--output needs a --format, or an ending that is one: {', '.join(FORMATS)}.")
    if asked == "parquet" and output is None and sys.stdout.isatty():
        raise click.UsageError("Parquet is not to be read on a terminal: give --output FILE.")
    return next(known for known in FORMATS if known == asked)
