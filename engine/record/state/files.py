"""The workspace as the journal tells it: versions, authors, rewrites, concurrent writes."""

from __future__ import annotations

from dataclasses import dataclass

from engine.record import events as ev
from engine.record.clean import clean_line


@dataclass(slots=True)
class FileState:
    """One file: its last version, who wrote it in which round, and how often it was written."""

    path: str
    version: int
    author: str
    round: int
    hash: str
    edits: int = 0
    rewrites: int = 0


class FilesState:
    """All files. ``rewrites`` and ``concurrent_writes`` as defined for reports (SEMANTICS, Words)."""

    def __init__(self) -> None:
        self.files: dict[str, FileState] = {}
        self.edits = 0
        self.rewrites = 0
        self.concurrent_writes = 0
        self.version = 0
        self._writers: dict[str, set[str]] = {}
        self._writers_round = -1

    def file_edited(self, event: ev.FileEdited) -> None:
        """A new version of a file."""
        path, agent = clean_line(event.path), clean_line(event.agent)
        if event.round != self._writers_round:
            self._writers_round = event.round
            self._writers.clear()
        writers = self._writers.setdefault(path, set())
        if agent not in writers:
            writers.add(agent)
            if len(writers) == 2:  # the second writer makes the path contended, once per round
                self.concurrent_writes += 1
        file = self.files.get(path)
        if file is None:
            file = self.files[path] = FileState(path, 0, agent, event.round, "")
        elif file.author != agent and file.round < event.round:
            self.rewrites += 1
            file.rewrites += 1
        file.version, file.author, file.round = event.version, agent, event.round
        file.hash = clean_line(event.hash)
        file.edits += 1
        self.edits += 1
        self.version += 1
