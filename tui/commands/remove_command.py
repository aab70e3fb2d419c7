"""``teamtop remove``: take an agent out of a running team."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.options import Command, runs_dir_option
from tui.commands.steering import steer


@click.group("remove", short_help="Take an agent out of a running team.")
def command() -> None:
    """Take an agent out of a running team."""


@command.command("agent", cls=Command)
@click.argument("run")
@click.argument("name")
@click.option("--why", metavar="TEXT", default="", help="What the record says.")
@runs_dir_option
def agent(run: str, name: str, why: str, runs_dir: Path) -> int:
    """Take agent NAME out of the team of RUN, at once: an open turn is lost, its tasks are passed on."""
    from engine.control import RemoveAgent

    return steer(run, runs_dir, RemoveAgent(name=name, why=why))
