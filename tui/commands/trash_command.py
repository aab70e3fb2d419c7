"""``teamtop trash``: what was deleted, and the way to be rid of it or to have it back."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tui.commands.options import Command, interactive, runs_dir_option


@click.command("trash", cls=Command, short_help="Show deleted runs, bring one back, empty the trash.")
@click.option("--empty", is_flag=True, help="Delete all of them for good.")
@click.option("--restore", metavar="RUN", default=None, help="Bring this one back.")
@click.option("--yes", is_flag=True, help="Do not ask before emptying.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@runs_dir_option
def command(*, empty: bool, restore: str | None, yes: bool, as_json: bool, runs_dir: Path) -> int:
    """Show the runs that were deleted (D in the list of runs), and the space that they take."""
    from engine import trash
    from engine.record.clean import clean_line
    from engine.space import used_bytes
    from tui.widgets.figures import storage

    if empty and (restore is not None or as_json):
        raise click.UsageError("--empty goes with --yes only.")
    places = trash.listing([runs_dir])
    if restore is not None:
        place = next((place for place in places if place.name == restore), None)
        if place is None:
            name = clean_line(restore, 60)
            raise click.UsageError(f"there is no {name} in the trash; `teamtop trash` lists what is.")
        folder = trash.restore(place)
        click.echo(f"{clean_line(folder.run_id)} is back.")
        return 0
    sizes = [used_bytes(place) for place in places]
    if as_json:
        rows = [
            {"run_id": place.name, "path": str(place), "bytes": size}
            for place, size in zip(places, sizes, strict=True)
        ]
        click.echo(json.dumps({"runs_dir": str(runs_dir), "bytes": sum(sizes), "runs": rows}, indent=2))
        return 0
    if not places:
        click.echo("The trash is empty.")
        return 0
    amount = f"{len(places)} run{'' if len(places) == 1 else 's'}, {storage(sum(sizes))}"
    if not empty:
        for place, size in zip(places, sizes, strict=True):
            click.echo(f"{storage(size):>9}  {clean_line(place.name)}")
        click.echo(f"{amount}. `teamtop trash --empty` deletes them for good.")
        return 0
    if not yes and not interactive():
        raise click.UsageError("nobody is there to be asked: add --yes.")
    if not yes and not click.confirm(f"Delete {amount}, for good?"):
        click.echo("They stay.")
        return 0
    for place in places:
        trash.remove(place)
    click.echo(f"Deleted for good: {amount}.")
    return 0
