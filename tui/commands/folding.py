"""Replay without a screen: fold the journal up to a moment and report on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from engine.analysis.report import build
from engine.errors import UsageError
from engine.record import journal
from engine.record.folder import RunFolder
from tui.commands.running import show
from tui.recording import Recording
from tui.replaysource import Position


def report_at(folder: RunFolder, position: Position, runs_dirs: Sequence[Path], *, quiet: bool) -> None:
    """Print the report of the run as it stood at ``position``, and say that nothing is shown on a screen.

    Raises ``UsageError`` for a place that the run does not have.
    """
    recording = Recording.of(journal.saved(folder.events_path).events)
    seq = _seq(recording, position)
    report = build(folder, runs_dirs, until=seq)
    if not quiet:
        click.echo(f"teamtop: no screen; folded {seq:,} of {recording.count:,} events.", err=True)
    show(report, as_json=False, quiet=quiet)


def _seq(recording: Recording, position: Position) -> int:
    """Return the event that ``position`` names; rounds and tasks are named by the event that begins them."""
    if why := recording.missing(position):
        raise UsageError(f"--at: {why}")
    match position.kind:
        case "round":
            seq = recording.round_start(int(position.value))
        case "task":
            seq = recording.task_start(position.name)
        case "time":
            seq = recording.seq_at(position.value)
        case "start":
            seq = 1
        case "end":
            seq = recording.count
        case "seq":
            seq = int(position.value)
    assert seq is not None  # or it would be missing
    return seq
