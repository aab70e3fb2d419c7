"""Reads spans from a file of OTLP/JSON: one document, or one per line as collectors write them."""

from __future__ import annotations

from pathlib import Path

from engine.errors import TeamtopError
from engine.interop.feed import Found
from engine.interop.growing import FILE_MAX, LINE_MAX, GrowingLines, Replaced
from engine.interop.loose import BadJson, parse
from engine.interop.otel.gathering import Gathering
from engine.interop.teamlog.lines import Topic
from engine.interop.teamlog.tally import Tally
from engine.record.files import open_regular

SOURCE = "otel"
"""What journals call runs that were made of spans."""


class OtelReader:
    """The spans in the file at ``path``, which may grow by lines, or be replaced by a longer document."""

    source = SOURCE
    lacks: tuple[Topic, ...] | None = None

    def __init__(self, path: Path, name: str = "") -> None:
        self.name = name or path.stem
        self.tally = Tally()
        self._path = path
        self._gathering = Gathering(self.tally)
        self._lines = GrowingLines(path)
        self._whole: Replaced | None = None
        self._begun = False

    @property
    def over(self) -> bool:
        """Spans may always come."""
        return False

    def poll(self) -> list[Found]:
        """What is new. Raises ``TeamtopError`` if the file cannot be read."""
        try:
            if not self._begun:
                self._begun = self._path.stat().st_size > 0
                self._whole = Replaced(self._path) if self._spread() else None
            if self._whole is not None:
                self._document(self._whole)
            else:
                self._take(self._lines.poll())
        except OSError as error:
            raise TeamtopError(f"{self._path} cannot be read: {error.strerror or error}.") from None
        return self._gathering.drain()

    def last(self) -> list[Found]:
        """The line that never got its newline, and the spans whose surroundings never came."""
        if self._whole is None:
            self._take(self._lines.last())
        return self._gathering.drain(last=True)

    def _spread(self) -> bool:
        """Whether the file is one document over several lines."""
        with open_regular(self._path) as file:
            first = next((line for line in iter(lambda: file.readline(LINE_MAX), b"") if line.strip()), b"")
        try:
            parse(first)
        except BadJson:
            return first.strip() in {b"{", b"["} or first.strip().endswith((b"[", b"{"))
        return False

    def _document(self, file: Replaced) -> None:
        try:
            new = file.poll()
        except ValueError:
            raise TeamtopError(
                f"{self._path} is one document of more than {FILE_MAX >> 20} MiB: put its "
                "resourceSpans on lines of their own (jq -c '.resourceSpans[] | {resourceSpans: [.]}')."
            ) from None
        if new is not None:
            self._parse("the document", new[1])

    def _take(self, lines: list[tuple[int, bytes | None]]) -> None:
        for number, line in lines:
            where = f"line {number:,}"
            if line is None:
                self.tally.skip(where, f"it is longer than {LINE_MAX >> 20} MiB")
            else:
                self._parse(where, line)

    def _parse(self, where: str, raw: bytes) -> None:
        try:
            self._gathering.take(where, parse(raw))
        except BadJson as bad:
            self.tally.skip(where, str(bad))
