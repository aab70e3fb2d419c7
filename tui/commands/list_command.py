"""``teamtop list``: what runs are saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.options import Command, runs_dir_option

if TYPE_CHECKING:
    from engine.rows import RunRow


@click.command("list", cls=Command, short_help="List saved runs.")
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(runs_dir: Path, as_json: bool) -> int:
    """List saved runs, the newest first."""
    if not as_json:
        print_runs(runs_dir)
        return 0
    from engine.store import RunsStore

    store = RunsStore([runs_dir])
    listing = {"runs_dirs": [str(path) for path in store.dirs], "runs": [_facts(row) for row in store.list()]}
    click.echo(json.dumps(listing, indent=2, allow_nan=False))
    return 0


def print_runs(runs_dir: Path) -> None:
    """Print the table for people."""
    from engine.store import RunsStore
    from tui.printing import print_table

    rows = RunsStore([runs_dir]).list()
    if not rows:
        click.echo("No run is saved yet: `teamtop run` makes one.")
        return
    header = ("RUN", "STATUS", "TASKS", "SUITE", "AGENTS", "STRATEGY", "MODEL", "ROUNDS", "WALL", "SPEEDUP")
    print_table(header, [_cells(row) for row in rows])
    for row in rows:
        if row.problem:
            from engine.record.clean import clean_line

            click.echo(f"{clean_line(row.run_id)}: {clean_line(row.problem)}", err=True)


def _cells(row: RunRow) -> tuple[str, ...]:
    from engine.record.clean import clean_line
    from tui.widgets.figures import clock, times

    def number(value: int | None) -> str:
        return "–" if value is None else str(value)

    done = "–" if row.tasks_done is None else f"{row.tasks_done}/{number(row.tasks_total)}"
    wall = "–" if row.wall_seconds is None else clock(row.wall_seconds)
    return (
        clean_line(row.run_id),
        row.status,
        done,
        clean_line(f"{row.suite} {row.structure}"),
        number(row.agents),
        clean_line(row.strategy),
        clean_line(row.model),
        number(row.rounds),
        wall,
        times(row.speedup),
    )


def _facts(row: RunRow) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in row.__slots__ if name != "folder"}
    return {"run_id": row.run_id, "path": str(row.folder.path), **facts}
