"""Reads a team log from a file that may still be growing."""

from __future__ import annotations

from pathlib import Path

from engine.errors import TeamtopError
from engine.interop.feed import Found
from engine.interop.teamlog.lines import BadLine, Topic, decode
from engine.interop.teamlog.tally import Tally

LINE_MAX = 16 << 20
"""A longer line is left out: the longest text of a line is a million characters."""

CHUNK = 1 << 20
"""Bytes read at once."""

SOURCE = "log"
"""What journals call runs that were made of team logs."""


class LogReader:
    """The lines of the team log at ``path``; a last line without its newline waits until that comes."""

    source = SOURCE
    lacks: tuple[Topic, ...] | None = None

    def __init__(self, path: Path, name: str = "") -> None:
        self.name = name or path.stem
        self.tally = Tally()
        self._path = path
        self._offset = 0
        self._number = 0
        self._rest = b""
        self._dropping = False

    @property
    def over(self) -> bool:
        """A log may always grow."""
        return False

    def poll(self) -> list[Found]:
        """The lines that are new. Raises ``TeamtopError`` if the file cannot be read."""
        found: list[Found] = []
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                while chunk := file.read(CHUNK):
                    self._offset += len(chunk)
                    found += self._split(chunk)
        except OSError as error:
            raise TeamtopError(f"{self._path} cannot be read: {error.strerror or error}.") from None
        return found

    def last(self) -> list[Found]:
        """The last line, which never got its newline."""
        return self._split(b"\n") if self._rest else []

    def _split(self, chunk: bytes) -> list[Found]:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        found = [each for line in whole if (each := self._found(line)) is not None]
        if len(self._rest) > LINE_MAX:
            self._rest, self._dropping = b"", True
        return found

    def _found(self, line: bytes) -> Found | None:
        self._number += 1
        where = f"line {self._number:,}"
        if self._dropping or len(line) > LINE_MAX:
            self._dropping = False
            self.tally.skip(where, f"it is longer than {LINE_MAX >> 20} MiB")
        elif line.strip():
            try:
                return Found(where, decode(line))
            except BadLine as bad:
                self.tally.skip(where, str(bad))
        return None
