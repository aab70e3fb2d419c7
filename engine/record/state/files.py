"""The workspace as the journal tells it: versions, authors, rewrites, concurrent writes."""

from __future__ import annotations

from collections import deque

import msgspec

from engine.record import events as ev
from engine.record.clean import clean_line

CONTENDED_KEPT = 200
"""Rounds per path that are known to have had a concurrent write: far more than turns can overlap."""

ROUNDS_KEPT = 2_000
"""Rounds whose clashes are kept, the latest: as many as have a row of their own in the metrics."""

_Span = tuple[int, int | None]
"""First and last seq of a turn; null while it is open."""


class FileState(msgspec.Struct):
    """One file: its last version, who wrote it in which round and event, and how often it was written."""

    path: str
    version: int
    author: str
    round: int
    hash: str
    edits: int = 0
    rewrites: int = 0
    seq: int = 0


class Clashes(msgspec.Struct):
    """What writers did to one another in turns of one round."""

    rewrites: int = 0
    concurrent: int = 0


class FilesState:
    """All files. ``rewrites`` and ``concurrent_writes`` as defined for reports (SEMANTICS, Words), in terms
    of turns: two that overlap are concurrent, as those of one round are in lockstep; an edit is a rewrite of
    what stood there when its turn began, as that of an earlier round does.
    """

    def __init__(self) -> None:
        self.files: dict[str, FileState] = {}
        self.edits = 0
        self.rewrites = 0
        self.concurrent_writes = 0
        self.version = 0
        self.clashes: dict[int, Clashes] = {}
        self._open: dict[int, tuple[int, int]] = {}
        self._written: dict[int, dict[str, None]] = {}
        self._writers: dict[str, dict[str, _Span]] = {}
        self._contended: dict[str, deque[int]] = {}

    def turn_started(self, event: ev.TurnStarted) -> None:
        """Somebody may write from here on."""
        self._open.setdefault(event.turn, (event.seq, event.number))

    def turn_ended(self, event: ev.TurnEnded) -> None:
        """Whoever begins from here on knows what the turn wrote."""
        self._open.pop(event.turn, None)
        agent = clean_line(event.agent)
        for path in self._written.pop(event.turn, ()):
            start, _ = self._writers[path].get(agent, (event.seq, None))
            self._writers[path][agent] = (start, event.seq)

    def _overlaps(self, path: str, agent: str, start: int) -> bool:
        """Whether the agent's last turn that wrote the path was open at ``start`` or later."""
        span = self._writers[path].get(agent)
        return span is not None and (span[1] is None or span[1] > start)

    def _clash(self, number: int) -> Clashes:
        """The clashes of the round; the oldest one gives way when too many are known."""
        if number not in self.clashes and len(self.clashes) >= ROUNDS_KEPT:
            self.clashes.pop(next(iter(self.clashes)))
        return self.clashes.setdefault(number, Clashes())

    def file_edited(self, event: ev.FileEdited) -> None:
        """A new version of a file."""
        path, agent = clean_line(event.path), clean_line(event.agent)
        # What is said to be written outside of any turn is a turn by itself.
        start, number = self._open.get(event.turn, (event.seq, event.round))
        writers = self._writers.setdefault(path, {})
        if any(other != agent and self._overlaps(path, other, start) for other in writers):
            rounds = self._contended.setdefault(path, deque(maxlen=CONTENDED_KEPT))
            if number not in rounds:  # a path is contended once per round
                rounds.append(number)
                self.concurrent_writes += 1
                self._clash(number).concurrent += 1
        file = self.files.get(path)
        if file is None:
            file = self.files[path] = FileState(path, 0, agent, event.round, "")
        elif file.author != agent and file.seq < start:
            self.rewrites += 1
            file.rewrites += 1
            self._clash(number).rewrites += 1
        if event.turn in self._open:
            writers[agent] = (start, None)
            self._written.setdefault(event.turn, {})[path] = None
        else:
            writers[agent] = (start, start)
        file.version, file.author, file.round, file.seq = event.version, agent, event.round, event.seq
        file.hash = clean_line(event.hash)
        file.edits += 1
        self.edits += 1
        self.version += 1
