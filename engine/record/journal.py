"""The journal on disk: read as far as it is valid, followed while it grows, written in batches.

A reader keeps the longest valid prefix and says in a sentence what it left out. A torn last line is what a
killed engine leaves behind and no damage; an invalid line with valid ones after it is damage.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from engine.errors import TeamtopError
from engine.record.codec import BadRecord, NewerSchema, decode, encode
from engine.record.events import AnyEvent, Event
from engine.record.files import open_regular

__all__ = ["BadRecord", "Journal", "NewerSchema", "Tail", "append_all", "decode", "encode", "read", "saved"]

CHUNK = 1 << 20
"""Bytes read at once: some thousand events, a few milliseconds of decoding."""

LINE_MAX = 64 << 20
"""A line longer than this is not a record (a file edit of 1 MiB escapes to at most 6 MiB)."""


@dataclass(slots=True)
class Journal:
    """What could be read. ``valid_bytes`` is the length of the valid prefix; ``note`` is "" or a sentence.

    ``damaged``: something invalid stands before something valid, so the rest cannot be trusted.
    ``newer``: the file goes on in a newer schema.
    """

    events: list[AnyEvent]
    note: str
    damaged: bool
    newer: bool
    valid_bytes: int


class Tail:
    """Reads a journal from the start and goes on as it grows; never raises for what it holds.

    After damage ``poll`` returns nothing more; ``note``, ``damaged`` and ``newer`` say why, as in
    ``Journal``. A last line without its newline is left for the next poll.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.note = ""
        self.damaged = False
        self.newer = False
        self.offset = 0
        self.seq = 0
        self._rest = b""
        self._ready: list[bytes] = []
        self._stopped = False

    @property
    def backlog(self) -> int:
        """Bytes in the file that have not been turned into events yet."""
        try:
            return max(0, self.path.stat().st_size - self.offset)
        except OSError:
            return 0

    @property
    def lost(self) -> str:
        """What became of the file since it was read: "deleted", "cut short" or, as it should be, ""."""
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return "deleted" if self.offset else ""
        except OSError:
            return ""
        return "cut short" if size < self.offset else ""

    def poll(self, limit: int = 5_000) -> list[AnyEvent]:
        """Return up to ``limit`` events that are new since the last call."""
        events: list[AnyEvent] = []
        while not self._stopped and len(events) < limit:
            if not self._ready and not self._read():
                break
            while self._ready and len(events) < limit:
                line = self._ready.pop()
                try:
                    event = decode(line)
                    if event.seq != self.seq + 1:
                        raise BadRecord(f"it has seq {event.seq} where {self.seq + 1} belongs")
                except (BadRecord, NewerSchema) as error:
                    self._refuse(line, error)
                    break
                self.seq += 1
                self.offset += len(line) + 1
                events.append(event)
        return events

    def _read(self) -> bool:
        """Bring whole lines into ``_ready`` (last first); False if there are none."""
        while True:
            try:
                with open_regular(self.path) as file:
                    file.seek(self.offset + len(self._rest))
                    chunk = file.read(CHUNK)
            except FileNotFoundError:
                return False
            except OSError as error:
                self.note = f"{self.path.name} cannot be read: {error.strerror or error}."
                return False
            if not chunk:
                return False
            lines = (self._rest + chunk).split(b"\n")
            self._rest = lines.pop()
            if lines:
                lines.reverse()
                self._ready = lines
                return True
            if len(self._rest) > LINE_MAX:
                self._refuse(self._rest, BadRecord("it is longer than any record"))
                return False

    def _refuse(self, line: bytes, error: Exception) -> None:
        self._stopped = True
        where = f"line {self.seq + 1} (byte {self.offset:,})"
        self.newer = isinstance(error, NewerSchema)
        if self.newer:
            self.note = f"{where} was written by a newer teamtop: {error}; shown is what stands before it."
            return
        last = not self._ready and not self._rest and self.backlog <= len(line) + 1
        if last:
            self.note = f"the last record, {where}, is invalid and was dropped: {error}."
        else:
            self.damaged = True
            self.note = f"{where} is damaged: {error}; shown is what stands before it."

    @property
    def torn(self) -> int:
        """Bytes of a last line that has no end yet: being written, or torn by a kill."""
        return len(self._rest)


def read(path: Path) -> Journal:
    """Read a whole journal that nobody is writing. Raises ``OSError`` if the file cannot be opened."""
    with open_regular(path):
        pass  # a missing or unreadable file is the caller's to explain; Tail would wait for it
    tail = Tail(path)
    events: list[AnyEvent] = []
    while batch := tail.poll():
        events.extend(batch)
    note = tail.note
    if not note and tail.torn:
        note = f"the last record, line {tail.seq + 1}, is torn after {tail.torn:,} bytes and was dropped."
    return Journal(events, note, tail.damaged, tail.newer, tail.offset)


def saved(path: Path) -> Journal:
    """As ``read``, for whoever cannot do without it: raises ``TeamtopError`` if the file cannot be opened."""
    try:
        return read(path)
    except OSError as error:
        raise TeamtopError(f"{path} cannot be read: {error.strerror or error}.") from None


def append_all(path: Path, events: list[Event]) -> None:
    """Write whole events at once and sync them: for samples, conversions and tests, not for live runs."""
    with path.open("ab") as file:
        file.write(b"".join(encode(event) for event in events))
        file.flush()
        os.fsync(file.fileno())
