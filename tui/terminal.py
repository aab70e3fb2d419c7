"""The way to the terminal, which may be gone at any moment: what cannot be shown any more is dropped."""

from __future__ import annotations

import errno
import io
import termios
from typing import IO, Any

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver


class Line:
    """A terminal to write to. Once a write fails (the line dropped), all that follows is dropped.

    Textual writes in a thread of its own; were that to end by an error, the application would wait for
    ever to hand it the next piece, and never end.

    A terminal may take less than it was given (a signal came, or the process was frozen for a while).
    Python's buffer gives it the rest, but there is none where PYTHONUNBUFFERED is set.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        below = getattr(file, "buffer", None)
        self._unbuffered = below if isinstance(below, io.RawIOBase) else None
        self._encoding: str = getattr(file, "encoding", None) or "utf-8"
        self.gone = False

    def write(self, text: str) -> int:
        """Write ``text``; returns its length, also when nobody will see it."""
        if not self.gone:
            try:
                if self._unbuffered is None:
                    self._file.write(text)
                else:
                    _write_whole(self._unbuffered, text.encode(self._encoding, "replace"))
            except (OSError, ValueError):  # ValueError: closed by the interpreter at its end
                self.gone = True
        return len(text)

    def flush(self) -> None:
        """Send what is buffered."""
        if not self.gone:
            try:
                self._file.flush()
            except (OSError, ValueError):
                self.gone = True

    def fileno(self) -> int:
        """The number of the file below."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether the file below is a terminal."""
        return self._file.isatty()


def _write_whole(file: io.RawIOBase, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        taken = file.write(rest)
        if not taken:
            raise OSError(errno.EAGAIN, "it takes nothing")
        rest = rest[taken:]


class TolerantDriver(LinuxDriver):
    """Textual's driver, for a terminal that may go."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - passed on as they are
        super().__init__(*args, **options)
        if self._file is not None:
            self._file = Line(self._file)  # type: ignore[assignment]  # it is only written to and flushed


def tolerant(driver: type[Driver]) -> type[Driver]:
    """The driver to take instead of ``driver``; those for other things than a terminal stay as they are."""
    return TolerantDriver if driver is LinuxDriver else driver


def hung_up() -> bool:
    """Whether the terminal that we were started on is gone, as after ssh dropped."""
    return any(_is_dead(stream) for stream in (0, 1, 2))


def _is_dead(stream: int) -> bool:
    try:
        termios.tcgetattr(stream)
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)  # what is no terminal at all gives other numbers
    return False
