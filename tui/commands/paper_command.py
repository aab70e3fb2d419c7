"""``teamtop paper``: the paper's results, recomputed from the paper's data."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tui.commands.options import Command


@click.command("paper", cls=Command, short_help="Recompute the paper's table, statistics and figures.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, numbers unrounded.")
def command(path: Path, as_json: bool) -> int:
    """Recompute Table 1 and the statistics of section 4 from recorded runs, beside what the paper prints.

    PATH is the folder that holds the published runs.parquet and events.parquet (arXiv 2603.12229). Part of
    the runs gives the figures of that part.
    """
    from engine.analysis.paper.recording import read
    from engine.analysis.paper.results import results

    found = results(read(path.expanduser()))
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2, allow_nan=False))
        return 0
    from tui.paperprint import print_results

    print_results(found)
    return 0
