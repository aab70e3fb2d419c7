"""Files that others write while we read: lines of those that grow, contents of those that are replaced."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.record.files import open_regular

LINE_MAX = 16 << 20
"""Bytes of a line; a longer one is left out."""

FILE_MAX = 16 << 20
"""Bytes of a file that is read whole; a larger one is left out."""

CHUNK = 1 << 20
"""Bytes read at once."""


@dataclass(slots=True)
class GrowingLines:
    """The lines of a file that others append to; a last line without its newline waits until that comes.

    ``number`` counts the lines given so far. A file that shrank is read anew from its start.
    """

    path: Path
    number: int = 0
    _offset: int = 0
    _rest: bytes = b""
    _dropping: bool = False

    def poll(self) -> list[tuple[int, bytes | None]]:
        """The number and content of each line that is new; null for one that is too long.

        Raises ``OSError`` if the file cannot be read.
        """
        found: list[tuple[int, bytes | None]] = []
        with open_regular(self.path) as file:
            if file.seek(0, 2) < self._offset:
                self._offset, self._rest, self._dropping = 0, b"", False
            file.seek(self._offset)
            while chunk := file.read(CHUNK):
                self._offset += len(chunk)
                found += self._split(chunk)
        return found

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
