"""``teamtop paper``: the paper's results, recomputed from the paper's data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.options import Command, Word, runs_dir_option

if TYPE_CHECKING:
    from engine.analysis.paper.recording import Recording
    from engine.analysis.paper.results import Results

NUMBERS = (2, 3, 4, 5, 6)
"""Figures that hold data; the first is a drawing."""


@click.command("paper", cls=Command, short_help="Recompute the paper's table, statistics and figures.")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@runs_dir_option
@click.option(
    "--figure",
    type=Word(*map(str, NUMBERS), "all"),
    multiple=True,
    help="Draw a figure as a chart instead; can be given several times.",
)
@click.option(
    "--svg",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the figures (all, or those of --figure) into a folder as SVG.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, numbers unrounded.")
def command(
    *, path: Path | None, runs_dir: Path, figure: tuple[str, ...], svg: Path | None, as_json: bool
) -> int:
    """Recompute Table 1 and the statistics of section 4 from recorded runs, beside what the paper prints.

    PATH is the folder that holds the published runs.parquet and events.parquet (arXiv 2603.12229), or a
    folder of saved runs that they were imported into. Without it, the saved runs count. Part of the runs
    gives the figures of that part.
    """
    from engine.analysis.paper.results import results

    if as_json and (figure or svg is not None):
        raise click.UsageError("--json prints the table and the statistics: leave out --figure and --svg.")
    recording = _recording(path, runs_dir)
    found = results(recording)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2, allow_nan=False))
    elif figure or svg is not None:
        _draw(recording, found, figure, svg)
    else:
        from tui.paperprint import print_results

        print_results(found)
    return 0


def _draw(recording: Recording, found: Results, numbers: tuple[str, ...], folder: Path | None) -> None:
    """Draw the figures that were asked for: on the terminal, or into files."""
    from engine.analysis.paper.figures import figures
    from tui.paperfigures import print_figure, write_svg

    wanted = set(numbers) - {"all"} if "all" not in numbers else set()
    drawn = [
        figure
        for figure in figures(recording, found.measures, found.table1)
        if not wanted or str(figure.number) in wanted
    ]
    if folder is not None:
        for path in write_svg(drawn, folder.expanduser()):
            click.echo(str(path))
        return
    for figure in drawn:
        print_figure(figure)


def _recording(path: Path | None, runs_dir: Path) -> Recording:
    """The runs that were asked for; a folder of run folders without a Parquet file is one of saved runs."""
    from engine.analysis.paper import recording, saved

    if path is None:
        return saved.read([runs_dir])
    path = path.expanduser()
    parquet = any((path / name).exists() for name in (recording.RUNS, recording.EVENTS))
    if not parquet and any(path.glob("*/run.json")):
        return saved.read([path])
    return recording.read(path)
