"""What people write on a saved run: tags, a note, and notes pinned to moments, in its ``notes.json``.

They are no part of the run: no fold, figure or check reads them. Kept raw, cleaned where they are shown.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from engine.control import PIN_MAX
from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.record.files import read_bounded, write_whole
from engine.record.folder import RunFolder

SCHEMA = 1

TAGS_MAX = 12
"""Tags of a run: more are no order."""

TAG_MAX = 24
"""Characters of a tag, so that a list has room for some."""

NOTE_MAX = 500
"""Characters of a note: it is one line, read below a list."""

PINS_MAX = 200
"""Notes pinned to one run: as many as a list of them is read to its end."""

FILE_MAX = 1_000_000
"""Bytes of the file that are read: as many notes as there can be, of four bytes a character, take half."""


class Pin(msgspec.Struct, frozen=True):
    """What ``author`` wrote about the moment of event ``seq``; its round and run-clock seconds."""

    seq: Annotated[int, msgspec.Meta(ge=1)]
    ts: float
    round: int
    author: Annotated[str, msgspec.Meta(max_length=200)]
    text: Annotated[str, msgspec.Meta(max_length=4_000)]


class Notes(msgspec.Struct, frozen=True):
    """Tags, sorted, without ``#``; one line of text; and what is pinned to moments, in their order."""

    tags: tuple[Annotated[str, msgspec.Meta(max_length=200)], ...] = ()
    note: str = ""
    schema: int = SCHEMA
    pins: tuple[Pin, ...] = ()


NONE = Notes()
"""Of a run on which nobody wrote."""


def parse_tags(text: str) -> tuple[str, ...]:
    """The tags in what a person typed: words between blanks or commas, with or without ``#``.

    Raises ``TeamtopError`` about too many or too long ones.
    """
    tags = tuple(
        sorted({word.lstrip("#").casefold() for word in clean_line(text).replace(",", " ").split()} - {""})
    )
    if len(tags) > TAGS_MAX:
        raise TeamtopError(f"{len(tags)} tags are too many: a run takes {TAGS_MAX}.")
    if long := next((tag for tag in tags if len(tag) > TAG_MAX), None):
        raise TeamtopError(f"The tag “{clean_line(long, 40)}” is too long: {TAG_MAX} characters at most.")
    return tags


def read(folder: RunFolder) -> Notes:
    """What is written on the run; nothing if the file is missing, damaged or not ours."""
    try:
        notes = msgspec.json.decode(read_bounded(folder.notes_path, FILE_MAX), type=Notes)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return NONE
    return notes if notes.schema <= SCHEMA else NONE


def write(folder: RunFolder, notes: Notes, *, sample: bool) -> None:
    """Keep ``notes``, whole or not at all. Raises ``TeamtopError``: samples and running runs are refused."""
    if sample:
        raise TeamtopError(f"{folder.run_id} ships with teamtop: nothing is written on samples.")
    folder.read_meta()
    if (pid := folder.alive()) is not None:
        raise TeamtopError(f"{folder.run_id} is run by process {pid}: write on it when it has ended.")
    kept = Notes(notes.tags, clean_line(notes.note, NOTE_MAX), pins=notes.pins)
    try:
        if kept == NONE:
            folder.notes_path.unlink(missing_ok=True)
            return
        write_whole(folder.notes_path, msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
    except OSError as error:
        raise TeamtopError(f"{folder.notes_path} cannot be written: {error.strerror or error}.") from None


def pin(folder: RunFolder, note: Pin, *, sample: bool) -> Notes:
    """Pin a note to a moment of an ended run, and return all; the journal stays as it is.

    Raises ``TeamtopError`` for an empty or a long text, too many notes, and as ``write`` does.
    """
    text = clean_line(note.text, PIN_MAX + 1).strip()
    if not text:
        raise TeamtopError("There is nothing to note: give a text.")
    if len(text) > PIN_MAX:
        raise TeamtopError(f"That note is too long: {PIN_MAX} characters at most.")
    notes = read(folder)
    if len(notes.pins) >= PINS_MAX:
        raise TeamtopError(f"{folder.run_id} has {PINS_MAX} notes pinned to it, and takes no more.")
    pins = sorted((*notes.pins, msgspec.structs.replace(note, text=text)), key=lambda each: each.seq)
    kept = msgspec.structs.replace(notes, pins=tuple(pins))
    write(folder, kept, sample=sample)
    return kept
