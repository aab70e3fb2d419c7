"""``teamtop demo``: the guided tour."""

from __future__ import annotations

import click

from tui.commands.options import Command, interactive

SAMPLE = "sample-team"
"""The recorded run that the tour is about."""


@click.command("demo", cls=Command, short_help="Take a two-minute tour of a recorded run.")
def command() -> int:
    """Take a two-minute tour of a recorded run: what is on the screen, and what to look at.

    It plays by itself; space goes on, left goes back, escape quits.
    """
    from engine.errors import TeamtopError, UsageError
    from engine.record.folder import RunFolder
    from engine.store import samples_dir

    if not interactive():
        raise UsageError("The tour needs a terminal; `teamtop report sample-team` prints what came of it.")
    samples = samples_dir()
    if samples is None or not (samples / SAMPLE / "run.json").is_file():
        raise TeamtopError("The recorded samples are missing: install teamtop again, or use `teamtop run`.")
    from tui.app import start
    from tui.screens.tour import TourScreen

    folder = RunFolder(samples / SAMPLE)
    return start(lambda _: TourScreen(folder))[1]
