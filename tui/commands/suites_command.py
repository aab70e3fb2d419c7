"""``teamtop suites``: what a team can work on."""

from __future__ import annotations

import click

from tui.commands.options import Command


@click.command("suites", cls=Command, short_help="List suites and strategies, or print a task graph.")
@click.argument("suite", required=False)
@click.option("--structure", metavar="NAME", default=None, help="Print the graph of this structure only.")
def command(suite: str | None, structure: str | None) -> int:
    """List the suites and strategies that come with teamtop, or print the task graph of SUITE."""
    if suite is None:
        _list()
    else:
        _graphs(suite, structure)
    return 0


def _list() -> None:
    from engine.strategies import STRATEGIES
    from tasks.suite import load, shipped, structures
    from tui.printing import print_table

    rows = []
    for name in shipped():
        for structure in structures(name):
            suite = load(name, structure)
            rows.append(
                (name, structure, str(len(suite.tasks)), f"{suite.p:.2g}", str(suite.span), suite.title)
            )
    print_table(("SUITE", "STRUCTURE", "TASKS", "P", "SPAN", "TITLE"), rows)
    click.echo()
    print_table(("STRATEGY", "WHO DECIDES WHO DOES WHAT"), [(s.name, s.title) for s in STRATEGIES.values()])


def _graphs(ref: str, structure: str | None) -> None:
    from tasks.graph import render
    from tasks.suite import load, structures

    for number, name in enumerate([structure] if structure else structures(ref)):
        click.echo("\n" if number else "", nl=False)
        click.echo("\n".join(render(load(ref, name))))
