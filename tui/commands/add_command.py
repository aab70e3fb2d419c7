"""``teamtop add``: take an agent into a running team, or give it more to do."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.options import Command, runs_dir_option
from tui.commands.steering import steer


@click.group("add", short_help="Add an agent, a task or a dependency to a running team.")
def command() -> None:
    """Add an agent, a task or a dependency to a running team."""


@command.command("agent", cls=Command)
@click.argument("run")
@click.option("--model", metavar="NAME", default=None, help="Default: that of the other developers.")
@click.option("--name", metavar="NAME", default=None, help="Default: the next of Dev1, Dev2, and so on.")
@runs_dir_option
def agent(run: str, model: str | None, name: str | None, runs_dir: Path) -> int:
    """Take an agent into the team of RUN. It begins with the next round, with the brief and the board."""
    from engine.control import AddAgent

    return steer(run, runs_dir, AddAgent(name=name, model=model))


@command.command("task", cls=Command)
@click.argument("run")
@click.option("--title", metavar="TEXT", required=True, help="What the board says.")
@click.option("--file", "files", metavar="PATH", required=True, multiple=True, help="A file that it writes.")
@click.option("--after", metavar="ID", multiple=True, help="A task that it waits for, by id or name.")
@click.option("--description", metavar="TEXT", default="", help="What agents read. Default: the title.")
@runs_dir_option
def task(
    *, run: str, title: str, files: tuple[str, ...], after: tuple[str, ...], description: str, runs_dir: Path
) -> int:
    """Put a task on the board of RUN. It has no tests, so nothing can verify it."""
    from engine.control import AddTask

    return steer(run, runs_dir, AddTask(title=title, files=files, after=after, description=description))


@command.command("dependency", cls=Command)
@click.argument("run")
@click.argument("task")
@click.argument("on")
@runs_dir_option
def dependency(run: str, task: str, on: str, runs_dir: Path) -> int:
    """Have TASK of RUN, which nobody may have begun, wait for ON, too (ids or names)."""
    from engine.control import AddDependency

    return steer(run, runs_dir, AddDependency(task=task, on=on))
