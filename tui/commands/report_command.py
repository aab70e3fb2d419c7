"""``teamtop report``: the figures of a saved run."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.options import Command, runs_dir_option


@click.command("report", cls=Command, short_help="Print the figures of a saved run.")
@click.argument("run")
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, numbers unrounded.")
def command(run: str, runs_dir: Path, as_json: bool) -> int:
    """Print the report of RUN: its id, the beginning of it, or the path of its folder."""
    from engine.analysis.report import build
    from engine.store import RunsStore
    from tui.commands.running import show

    store = RunsStore([runs_dir])
    folder = store.find(run)
    # of a run elsewhere the runs beside it are those that it is measured against
    dirs = tuple(dict.fromkeys([folder.path.parent, *store.dirs]))
    show(build(folder, dirs), as_json=as_json, folder=folder)
    return 0
