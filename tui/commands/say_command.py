"""``teamtop say``: write to the agents of a running team."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.options import Command, runs_dir_option
from tui.commands.steering import steer


@click.command("say", cls=Command, short_help="Write to a running team, or answer an agent of it.")
@click.argument("run")
@click.argument("text")
@click.option("--to", metavar="AGENT", default=None, help="Whom to write to. Default: everybody.")
@runs_dir_option
def command(run: str, text: str, to: str | None, runs_dir: Path) -> int:
    """Write TEXT to the agents of RUN: it is in their next prompt, and answers what they asked."""
    from engine.control import Say

    return steer(run, runs_dir, Say(text=text, to=to))
