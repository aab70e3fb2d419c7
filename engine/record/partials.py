"""Replies that are being written: what a live screen shows of them, and no journal holds.

A piece of a reply is a notice, not an event: it is worth nothing once the reply is there, and a journal with
a line per token would be unreadable. There is one place per agent, where the newest notice replaces the one
before, and only the end of a long text is kept. The engine writes them to ``partial.json`` a few times a
second, and removes the file when it ends. That an agent gives signs of life is an event (``reply_heard``).
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import msgspec

from engine.record.files import read_bounded, write_whole

KEPT = 1_500
"""Characters of a partial reply that are kept: more than a pane shows."""

FLUSH_SECONDS = 0.25
"""How often the file follows: a screen looks no more often."""

FILE_MAX = 1 << 20
"""Bytes that a reader takes: 100 agents with the longest texts are a sixth of it."""


class Partial(msgspec.Struct, frozen=True):
    """The end of what an agent has written so far in ``turn``, of ``characters`` in all."""

    agent: str
    turn: int
    characters: int
    text: str


class Partials:
    """The notices of a run, in memory."""

    def __init__(self) -> None:
        self._of: dict[str, Partial] = {}
        self.version = 0

    def say(self, partial: Partial) -> None:
        """Put the newest notice of an agent in its place."""
        self._of[partial.agent] = partial
        self.version += 1

    def drop(self, agent: str) -> None:
        """Its reply is there, or will never be."""
        if self._of.pop(agent, None) is not None:
            self.version += 1

    def all(self) -> tuple[Partial, ...]:
        """What stands now."""
        return tuple(self._of.values())

    async def follow(self, path: Path) -> None:
        """Keep the file up to date until cancelled, then remove it. A disk that fails loses notices only."""
        written = 0
        try:
            while True:
                await asyncio.sleep(FLUSH_SECONDS)
                if self.version != written:
                    written = self.version
                    with contextlib.suppress(OSError):
                        await asyncio.to_thread(_write, path, self.all())
        finally:
            _remove(path)


def _write(path: Path, partials: tuple[Partial, ...]) -> None:
    write_whole(path, msgspec.json.encode(partials))


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def read(path: Path) -> tuple[Partial, ...]:
    """What the file holds; nothing if there is none, or if it is damaged."""
    try:
        return msgspec.json.decode(read_bounded(path, FILE_MAX), type=tuple[Partial, ...])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
