"""A program in a pseudo-terminal with an emulator behind it: what a person would type, and see."""

from __future__ import annotations

import fcntl
import itertools
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte
from wcwidth import wcwidth

PATIENCE_SECONDS = 180.0
"""How long to wait for something to be seen before the test fails; generous, for machines are busy."""


class Terminal:
    """``teamtop WORDS`` on a screen of ``columns`` × ``rows``; everything it wrote is ``raw``.

    ``program`` stands in for teamtop; ``variables`` are added to its environment.
    """

    def __init__(
        self,
        words: Sequence[str],
        cwd: Path,
        *,
        columns: int = 120,
        rows: int = 36,
        program: Sequence[str] = (sys.executable, "-m", "tui"),
        **variables: str,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self._master, slave = pty.openpty()
        self.resize(columns, rows)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TEAMTOP_")}
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"}
        for name in ("NO_COLOR", "CI", "COLUMNS", "LINES"):
            environment.pop(name, None)
        environment |= variables
        self.process = subprocess.Popen(
            [*program, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=environment,
            start_new_session=True,
            preexec_fn=_own_terminal,  # noqa: PLW1509 - tests start it without threads of their own
        )
        os.close(slave)

    def resize(self, columns: int, rows: int) -> None:
        """Another size, as when a window is dragged."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)
        if hasattr(self, "process"):
            os.kill(self.process.pid, signal.SIGWINCH)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join("".join(self._cells(y)).rstrip() for y in range(self.screen.lines))

    def look_of(self, words: str) -> tuple[str, str, bool, bool]:
        """Colours, bold and reverse of the first cell of ``words``: what says where the keyboard is."""
        for y in range(self.screen.lines):
            cells = self._cells(y)
            if (at := "".join(cells).find(words)) >= 0:
                ends = itertools.accumulate(len(cell) for cell in cells)
                cell = self.screen.buffer[y][next(x for x, end in enumerate(ends) if end > at)]
                return cell.fg, cell.bg, cell.bold, cell.reverse
        raise AssertionError(f"not on the screen: {words!r}\n{self.text}")

    def _cells(self, y: int) -> list[str]:
        """A line cell by cell; the right half of a wide character is empty.

        Not ``pyte``'s own ``display``: it fails on a wide character of which one half was drawn over, as
        terminals are in the middle of a frame. They show the half that is left as blank.
        """
        line = self.screen.buffer[y]
        data = [line[x].data for x in range(self.screen.columns)]
        cells: list[str] = []
        for x, shown in enumerate(data):
            if shown == "":
                whole = x > 0 and wcwidth(data[x - 1]) == 2
                cells.append("" if whole else " ")
            elif wcwidth(shown) == 2 and (x + 1 == len(data) or data[x + 1] != ""):
                cells.append(" ")
            else:
                cells.append(shown)
        return cells

    def read(self, seconds: float = 0.2) -> bool:
        """Take in what the program writes; False once it has closed the terminal."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def settle(self) -> None:
        """Take in what the program writes until it rests: silent, and asleep whenever one looks.

        One that waits for a processor or its disk, or was stopped, is not asleep, however long it takes.
        """
        calm, end = 0, time.monotonic() + PATIENCE_SECONDS
        while calm < 3:
            assert time.monotonic() < end, f"never at rest:\n{self.text}"
            before = len(self.raw)
            if not self.read(0.05):
                return
            calm = calm + 1 if len(self.raw) == before and self._asleep() else 0

    def _asleep(self) -> bool:
        """Whether no thread of the program is at work or about to be; where that cannot be seen, true."""
        try:
            threads = list(Path(f"/proc/{self.process.pid}/task").iterdir())
            return all((each / "stat").read_text().rpartition(")")[2].split()[0] in "SZ" for each in threads)
        except OSError:  # no Linux, or a thread that has just ended
            return not Path("/proc/self/task").exists()

    def wait_for(self, wanted: str | Callable[[str], bool]) -> str:
        """Return the screen once it shows ``wanted`` (a pattern, or a judgement of the text)."""
        sees = wanted if callable(wanted) else (lambda text: re.search(wanted, text) is not None)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if sees(self.text):
                return self.text
            if not self.read() and not sees(self.text):
                break
        raise AssertionError(f"never seen: {wanted!r}\n{self.text}")

    def wait(self) -> int:
        """Return the exit code once the program has ended."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            open_ = self.read()
            if self.process.poll() is not None:
                while open_ and select.select([self._master], [], [], 0)[0]:
                    open_ = self.read(0)
                return self.process.returncode
        raise AssertionError(f"still running:\n{self.text}")

    @property
    def modes(self) -> set[int]:
        """Private modes that the program has set and not taken back, as a terminal that began with none."""
        found: set[int] = set()
        for numbers, way in re.findall(rb"\x1b\[\?([\d;]+)([hl])", bytes(self.raw)):
            each = {int(number) for number in numbers.split(b";")}
            found = found | each if way == b"h" else found - each
        return found

    @property
    def cooked(self) -> bool:
        """Whether the terminal shows what is typed and waits for whole lines, as shells want it."""
        flags = termios.tcgetattr(self._master)[3]
        return bool(flags & termios.ECHO) and bool(flags & termios.ICANON)

    def hang_up(self) -> None:
        """The line goes dead, as when ssh drops."""
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        """End the program, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            self.hang_up()


def _own_terminal() -> None:
    """In the child: have the terminal as its own, so that a hang-up reaches it and a shell has its jobs."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
