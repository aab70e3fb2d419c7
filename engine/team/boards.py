"""The board as text, now and as it was: an agent may be shown an old one, and a reader has to rebuild it."""

from __future__ import annotations

import bisect
import hashlib

from engine.team import prompts


class Boards:
    """Every version of the board; a version is the seq of the change that made it."""

    def __init__(self) -> None:
        self.version = 0
        self._lines: dict[str, str] = {}
        self._changes: list[tuple[int, str, str]] = []
        self._versions: list[int] = []
        self._done: list[int] = []
        self._now: tuple[str, bytes] | None = None

    def change(self, seq: int, task: str, line: str, done: int) -> None:
        """``line`` is the row of ``task`` from event ``seq`` on; ``done`` tasks are done then."""
        self._lines[task] = line
        self._changes.append((seq, task, line))
        if seq != self.version or not self._versions:
            self._versions.append(seq)
            self._done.append(done)
        self._done[-1] = done
        self.version = seq
        self._now = None

    def text(self, version: int | None = None) -> tuple[int, str, bytes]:
        """That version of the board (null: the present one): its number, its section, a digest of it."""
        if version is None or version >= self.version:
            if self._now is None:
                self._now = _section(self._lines, self._done[-1] if self._done else 0)
            return (self.version, *self._now)
        place = max(0, bisect.bisect_right(self._versions, version) - 1)
        lines: dict[str, str] = {}
        for seq, task, line in self._changes:
            if seq > self._versions[place]:
                break
            lines[task] = line
        return (self._versions[place], *_section(lines, self._done[place]))

    def at(self, seq: int) -> int:
        """The version that stood after event ``seq``; the first one if there was none yet."""
        if not self._versions:
            return 0
        return self._versions[max(0, bisect.bisect_right(self._versions, seq) - 1)]

    def before(self, changes: int) -> int:
        """The version that many changes ago; the first one at most."""
        return self._versions[max(0, len(self._versions) - 1 - changes)] if self._versions else 0


def _section(lines: dict[str, str], done: int) -> tuple[str, bytes]:
    text = prompts.board(done, len(lines), lines.values())
    return text, hashlib.blake2b(text.encode(), digest_size=16).digest()
