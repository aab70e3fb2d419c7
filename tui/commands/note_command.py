"""``teamtop note``: pin a note to a moment of a run, or read those that are pinned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.options import Command, runs_dir_option
from tui.commands.steering import steer

if TYPE_CHECKING:
    from engine.record.folder import RunFolder
    from engine.record.state import Act


@click.command("note", cls=Command, short_help="Pin a note to a moment of a run, or read its notes.")
@click.argument("run")
@click.argument("text", required=False)
@click.option("--at", metavar="PLACE", default="", help="seq:812, round:5, task:7, 01:12. Default: the end.")
@runs_dir_option
def command(*, run: str, text: str | None, at: str, runs_dir: Path) -> int:
    """Pin TEXT to a moment of RUN; without TEXT, print what is pinned. Agents never read notes.

    While RUN goes on, a note is an event of it and stands at the present. Later notes are kept beside the
    journal, which stays as it is.
    """
    from engine.errors import TeamtopError, UsageError
    from engine.store import RunsStore

    folder = RunsStore([runs_dir]).find(run)
    if text is None:
        if at:
            raise UsageError("--at says where a text is pinned: give one.")
        return _print(folder)
    if folder.alive() is not None:
        from engine.control import Pin

        if at:
            raise UsageError(f"{folder.run_id} goes on, so a note stands at its present: leave --at out.")
        return steer(run, runs_dir, Pin(text=text))
    from tui.screens.pinning import pin

    note = _note(folder, text, at)
    if said := pin(folder, note):
        raise TeamtopError(said)
    click.echo(f"Noted at event {note.seq} of {folder.run_id}.")
    return 0


def _note(folder: RunFolder, text: str, at: str) -> Act:
    """The note at the place that ``at`` says. Raises ``UsageError`` if there is none."""
    from engine.errors import UsageError
    from engine.record.state import Act
    from tui.replaysource import ReplaySource, parse_position

    try:
        place = parse_position(at or "end")
    except ValueError as error:
        raise UsageError(f"--at does not say where. {error}") from None
    source = ReplaySource(folder)
    while source.load():
        pass
    if missing := source.missing(place):
        raise UsageError(missing)
    source.go(place)
    if not source.target:
        raise UsageError(f"{folder.run_id} has no event to pin a note to.")
    event = source.recording.event(source.target)
    return Act(event.seq, source.recording.time(event.seq), event.round, "operator", text)


def _print(folder: RunFolder) -> int:
    from engine.record import journal
    from engine.record.state import RunState
    from tui.screens.pinning import pinned
    from tui.widgets.figures import clock

    state = RunState.of(journal.saved(folder.events_path).events)
    notes: list[Act] = sorted((*state.run.notes, *pinned(folder)), key=lambda note: note.seq)
    for note in notes:
        click.echo(f"seq {note.seq}  r{note.round}  {clock(note.ts)}  {note.author}: {note.text}")
    if not notes:
        click.echo("Nothing is noted. Pin something: teamtop note RUN TEXT --at round:5")
    return 0
