"""``teamtop paper``: the paper's results, recomputed from the paper's data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.options import Command, runs_dir_option

if TYPE_CHECKING:
    from engine.analysis.paper.recording import Recording


@click.command("paper", cls=Command, short_help="Recompute the paper's table, statistics and figures.")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, numbers unrounded.")
def command(path: Path | None, runs_dir: Path, as_json: bool) -> int:
    """Recompute Table 1 and the statistics of section 4 from recorded runs, beside what the paper prints.

    PATH is the folder that holds the published runs.parquet and events.parquet (arXiv 2603.12229), or a
    folder of saved runs that they were imported into. Without it, the saved runs count. Part of the runs
    gives the figures of that part.
    """
    from engine.analysis.paper.results import results

    found = results(_recording(path, runs_dir))
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2, allow_nan=False))
        return 0
    from tui.paperprint import print_results

    print_results(found)
    return 0


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
