"""Reads a team log from a file that may still be growing."""

from __future__ import annotations

from pathlib import Path

from engine.errors import TeamtopError
from engine.interop.feed import Found
from engine.interop.growing import LINE_MAX, GrowingLines
from engine.interop.teamlog.lines import BadLine, Topic, decode
from engine.interop.teamlog.tally import Tally

SOURCE = "log"
"""What journals call runs that were made of team logs."""


class LogReader:
    """The lines of the team log at ``path``."""

    source = SOURCE
    lacks: tuple[Topic, ...] | None = None

    def __init__(self, path: Path, name: str = "") -> None:
        self.name = name or path.stem
        self.tally = Tally()
        self._lines = GrowingLines(path)

    @property
    def over(self) -> bool:
        """A log may always grow."""
        return False

    def poll(self) -> list[Found]:
        """The lines that are new. Raises ``TeamtopError`` if the file cannot be read."""
        try:
            return self._found(self._lines.poll())
        except FileNotFoundError:
            again = "was moved or deleted while it was read" if self._lines.number else "does not exist"
            raise TeamtopError(f"{self._lines.path} {again}.") from None
        except OSError as error:
            raise TeamtopError(f"{self._lines.path} cannot be read: {error.strerror or error}.") from None

    def last(self) -> list[Found]:
        """The last line, which never got its newline."""
        return self._found(self._lines.last())

    def _found(self, lines: list[tuple[int, bytes | None]]) -> list[Found]:
        found = []
        for number, line in lines:
            where = f"line {number:,}"
            if line is None:
                self.tally.skip(where, f"it is longer than {LINE_MAX >> 20} MiB")
                continue
            try:
                found.append(Found(where, decode(line)))
            except BadLine as bad:
                self.tally.skip(where, str(bad))
        return found
