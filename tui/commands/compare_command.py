"""``teamtop compare``: two saved runs side by side."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.options import Command, interactive, runs_dir_option

if TYPE_CHECKING:
    from engine.analysis.parting import Side


@click.command("compare", cls=Command, short_help="Compare two saved runs.")
@click.argument("first")
@click.argument("second")
@runs_dir_option
@click.option(
    "--plain", is_flag=True, help="Print the comparison instead of opening it. Default without a terminal."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(first: str, second: str, runs_dir: Path, plain: bool, as_json: bool) -> int:
    """Compare runs FIRST and SECOND: where they part, who was ahead when, and what differs in the end."""
    from engine.analysis import compare
    from engine.store import RunsStore
    from tui.screens.compare import CompareScreen, pair_of

    store = RunsStore([runs_dir])
    folders = (store.find(first), store.find(second))
    if not (as_json or plain) and interactive():
        from tui.app import start

        return start(lambda _: CompareScreen(folders, store.dirs))[1]
    pair = pair_of(folders, store.dirs)
    if as_json:
        found = pair.parting
        told = {
            "runs": list(pair.names),
            "sentence": compare.sentence(*pair.reports),
            "divergence": None
            if found is None
            else {
                "agent": found.agent,
                "differs": found.differs,
                "first": _side(found.left),
                "second": _side(found.right),
            },
            "milestones": [asdict(each) for each in compare.milestones(*pair.events)],
            "figures": [asdict(each) for each in compare.table(*pair.reports)],
        }
        click.echo(json.dumps(told, indent=2, allow_nan=False))
        return 0
    from tui.printing import WIDTH_WITHOUT_TERMINAL, print_rows, width_of
    from tui.widgets.compare_rows import compare_rows

    print_rows(compare_rows(pair, width_of(sys.stdout) or WIDTH_WITHOUT_TERMINAL))
    return 0


def _side(side: Side) -> dict[str, object]:
    """What happened in one run, and when; an event of null is the end of what the agent did."""
    from engine.analysis.compare import shown

    event = side.event
    where = {"seq": None, "round": None} if event is None else {"seq": event.seq, "round": event.round}
    return {**where, "tasks_done": side.done, "event": shown(event)}
