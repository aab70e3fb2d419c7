"""Commands of the command line to the engine of a run that is live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from engine.control import AnyCommand


def steer(run: str, runs_dir: Path, command: AnyCommand) -> int:
    """Give ``command`` to the engine of a run and say what came of it. Raises ``TeamtopError``."""
    from engine.control import ControlClient
    from engine.errors import TeamtopError
    from engine.record.clean import clean_line
    from engine.store import RunsStore

    folder = RunsStore([runs_dir]).find(run)
    if folder.alive() is None:
        raise TeamtopError(
            f"{folder.run_id} is not running, so nobody can take that: `teamtop resume {folder.run_id}` goes "
            f"on with a run that was stopped, `teamtop fork {folder.run_id} --at round:N` with one that is "
            "over."
        )
    answer = ControlClient(folder.socket_path).send(command)
    if not answer.ok:
        raise TeamtopError(clean_line(answer.detail) or "The engine refused.")
    click.echo(f"Done: event {answer.seq} of {clean_line(folder.run_id)}.")
    return 0
