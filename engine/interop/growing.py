"""Files that others write while we read: lines of those that grow, contents of those that are replaced."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from engine.record.files import open_regular

LINE_MAX = 16 << 20
"""Bytes of a line; a longer one is left out."""

FILE_MAX = 16 << 20
"""Bytes of a file that is read whole; a larger one is left out."""

CHUNK = 1 << 20
"""Bytes read at once."""

BEFORE = 64
"""Bytes before those that are new by which a file is known again: the end of a line, mostly its own."""

GONE_SECONDS = 5.0
"""How long a file that was there may be missing: whoever rotates logs moves the old one away first."""


@dataclass(slots=True)
class GrowingLines:
    """The lines of a file that others append to; a last line without its newline waits until that comes.

    ``number`` counts the lines given so far. A file that no longer holds what was read last (cut short,
    rotated, replaced) is another one, which is read from its start; one that is gone for a moment has nothing
    new.
    """

    path: Path
    number: int = 0
    _offset: int = 0
    _rest: bytes = b""
    _dropping: bool = False
    _before: bytes = b""
    _gone: float | None = None

    def poll(self) -> list[tuple[int, bytes | None]]:
        """The number and content of each line that is new; null for one that is too long.

        Raises ``OSError`` if the file cannot be read.
        """
        found: list[tuple[int, bytes | None]] = []
        try:
            opened = open_regular(self.path)
        except FileNotFoundError:
            if self._moved():
                return found
            raise
        self._gone = None
        with opened as file:
            file.seek(self._offset - len(self._before))
            if file.read(len(self._before)) != self._before:
                self._offset, self._rest, self._dropping, self._before = 0, b"", False, b""
                file.seek(0)
            while chunk := file.read(CHUNK):
                self._offset += len(chunk)
                self._before = (self._before + chunk)[-BEFORE:]
                found += self._split(chunk)
        return found

    def _moved(self) -> bool:
        """Whether the file was there, and is away for no longer than it may take to be replaced."""
        if not self._offset:
            return False
        now = time.monotonic()
        self._gone = now if self._gone is None else self._gone
        return now - self._gone < GONE_SECONDS

    def last(self) -> list[tuple[int, bytes | None]]:
        """The line that never got its newline."""
        return self._split(b"\n") if self._rest or self._dropping else []

    def _split(self, chunk: bytes) -> list[tuple[int, bytes | None]]:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        found: list[tuple[int, bytes | None]] = []
        for line in whole:
            self.number += 1
            long = self._dropping or len(line) > LINE_MAX
            self._dropping = False
            if long or line.strip():
                found.append((self.number, None if long else line))
        if len(self._rest) > LINE_MAX:
            self._rest, self._dropping = b"", True
        return found


@dataclass(slots=True)
class Replaced:
    """The content of a file that others replace as a whole, given again whenever it is another."""

    path: Path
    _seen: tuple[int, int] | None = field(default=None)

    def poll(self) -> tuple[float, bytes] | None:
        """When it was written (seconds since 1970) and what it holds, if that is new; null otherwise.

        Raises ``OSError`` if it cannot be read, ``ValueError`` if it is too large.
        """
        stat = self.path.stat()
        mark = (stat.st_mtime_ns, stat.st_size)
        if mark == self._seen:
            return None
        self._seen = mark
        if stat.st_size > FILE_MAX:
            raise ValueError(f"it is larger than {FILE_MAX >> 20} MiB")
        return stat.st_mtime, self.path.read_bytes()
