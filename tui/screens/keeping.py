"""What the browser does to saved runs: write tags and notes on them, delete them, bring them back.

The disk is touched in threads; each function returns the sentence to say and whether all went well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from engine import runnotes, trash
from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.rows import RunRow

Item = TypeVar("Item", RunRow, Path)


class Said(NamedTuple):
    """What came of it, in a sentence; ``gone`` are the runs that are in the trash now."""

    text: str
    good: bool
    gone: tuple[Path, ...] = ()


async def tag(rows: Sequence[RunRow], tags: tuple[str, ...]) -> Said:
    """Give the runs these tags; their notes stay."""
    words = " ".join(f"#{tag}" for tag in tags) or "no tags"
    return await _each(rows, lambda row: _write(row, tags=tags), f"{{}}: {words}.")


async def note(row: RunRow, text: str) -> Said:
    """Write the note on the run; its tags stay."""
    return await _each(
        [row], lambda one: _write(one, note=text), "Noted on {}." if text else "No note on {}."
    )


async def discard(rows: Sequence[RunRow]) -> Said:
    """Move the runs to the trash."""
    gone: list[Path] = []
    said = await _each(
        rows,
        lambda row: gone.append(trash.discard(row.folder, sample=row.sample)),
        "{} moved to the trash; u brings it back.",
    )
    return said._replace(gone=tuple(gone))


async def restore(places: Sequence[Path]) -> Said:
    """Bring runs back from the trash."""
    return await _each(places, trash.restore, "{} is back.")


async def remove(places: Sequence[Path]) -> Said:
    """Delete runs of the trash for good."""
    return await _each(places, trash.remove, "{} deleted for good.")


def _write(row: RunRow, tags: tuple[str, ...] | None = None, note: str | None = None) -> None:
    before = runnotes.read(row.folder)
    notes = runnotes.Notes(
        before.tags if tags is None else tags, before.note if note is None else note, pins=before.pins
    )
    runnotes.write(row.folder, notes, sample=row.sample)


async def _each(items: Sequence[Item], act: Callable[[Item], object], well: str) -> Said:
    """Do it to each in a thread; one refusal does not keep the others from it."""
    done: list[str] = []
    problems: list[str] = []
    for item in items:
        name = clean_line(item.name if isinstance(item, Path) else item.run_id)
        try:
            await asyncio.to_thread(act, item)
            done.append(name)
        except TeamtopError as error:
            problems.append(clean_line(str(error)))
    names = done[0] if len(done) == 1 else f"{len(done)} runs"
    sentences = [well.format(names)] if done else []
    sentences += problems[:2]
    sentences += [f"{len(problems) - 2} more stayed as they were."] if len(problems) > 2 else []
    return Said(" ".join(sentences), not problems)
