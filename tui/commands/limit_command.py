"""``teamtop limit``: other limits for a run that is live."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.limit_options import limit_options, take
from tui.commands.options import Command, runs_dir_option
from tui.commands.steering import steer


@click.command("limit", cls=Command, short_help="Raise, lower or lift limits of a running team.")
@click.argument("run")
@limit_options("", "; none lifts the limit. Default: as it is.")
@runs_dir_option
def command(run: str, runs_dir: Path, **asked: float | None) -> int:
    """Set limits of RUN. A team that was held by a limit goes on if the new one lets it.

    A run that has been stopped takes them with `teamtop resume RUN --limit-tokens N`.
    """
    from engine.control import SetLimits
    from engine.errors import UsageError

    changes = take(asked)
    if not changes:
        raise UsageError("Name a limit, as in --tokens 50000 or --cost none.")
    return steer(run, runs_dir, SetLimits(changes=changes))
