"""Foreign records as journals of ours: read as they grow, translated, and kept where a screen can follow.

A ``Reader`` knows one form (a team log, sessions of some tool, spans) and gives what it finds as lines of a
team log (``engine.interop.teamlog``); all that comes after is the same for every form.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.interop.teamlog.assembler import Assembler
from engine.interop.teamlog.lines import AnyLine, Topic
from engine.interop.teamlog.tally import Misfit, Tally, lacking
from engine.record import events as ev
from engine.record.codec import encode

LOOK_SECONDS = 0.1
"""Between two looks at a source that grows: as often as a screen paints at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """A line, and in words ``where`` it was found (``line 7``, ``s1.jsonl line 7``)."""

    where: str
    line: AnyLine


class Reader(Protocol):
    """Reads one form. ``source`` is what journals call it, ``name`` what its run is called.

    ``lacks`` is what the form does not record; null if that is to be judged by what is there at first.
    ``over`` says that nothing more will come. What cannot be read is counted in ``tally``, never raised,
    but for a source that is not there or cannot be opened (``TeamtopError``).
    """

    source: str
    name: str
    lacks: tuple[Topic, ...] | None
    tally: Tally

    @property
    def over(self) -> bool: ...  # noqa: D102 said above

    def poll(self) -> list[Found]:
        """What is new, in order of time."""
        ...

    def last(self) -> list[Found]:
        """What stood there unfinished, once nothing more will come."""
        ...


class Feed:
    """Has the events that a reader's lines make. ``clock`` is the time of lines that come without one."""

    def __init__(self, reader: Reader, clock: Callable[[], float] = time.time) -> None:
        self.reader = reader
        self.assembler: Assembler | None = None
        """What makes the events; null before the first line."""
        self._clock = clock
        self._timed = True

    @property
    def tally(self) -> Tally:
        """What was used of the source and what was left out."""
        return self.reader.tally

    def poll(self) -> list[ev.Event]:
        """The events of what is new."""
        return self._take(self.reader.poll())

    def _take(self, found: list[Found]) -> list[ev.Event]:
        if not found:
            return []
        arrived: float | None = self._clock()
        if self.assembler is None:
            reader = self.reader
            lacks = reader.lacks if reader.lacks is not None else lacking(each.line for each in found)
            self.assembler = Assembler(reader.source, lacks, name=reader.name)
            self._timed = any(each.line.ts is not None for each in found)
        if self._timed:
            arrived = None  # its clock need not be ours: a line without a time is as old as the one before
        for each in found:
            try:
                self.assembler.take(each.line, arrived)
                self.tally.taken += 1
            except Misfit as misfit:
                self.tally.skip(each.where, str(misfit))
        return self.assembler.drain()

    def finish(self, detail: str) -> list[ev.Event]:
        """The last events of a run whose source has stopped, be it without an end."""
        events = self._take(self.reader.last())
        if self.assembler is not None:
            self.assembler.close(detail)
            events += self.assembler.drain()
        return events


class Following:
    """Writes what a feed gives to the journal at ``path``, in a thread, until it is over or closed.

    ``ended`` says that the source will give no more, as far as the source itself can tell; ``finished`` is
    set once the journal holds all of it. An error of the source is kept in ``error`` and ends it.
    """

    def __init__(
        self, feed: Feed, path: Path, ended: Callable[[], bool], *, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self.feed = feed
        self.finished = threading.Event()
        self.error: Exception | None = None
        self._path = path
        self._ended = ended
        self._look_seconds = look_seconds
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="following", daemon=True)

    def __enter__(self) -> Following:
        self._path.touch()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with self._path.open("ab", buffering=0) as file:
                while not self._closing.is_set():
                    last = self._ended() or self.feed.reader.over  # asked before reading: nothing is missed
                    events = self.feed.poll()
                    if not events and last:
                        events = self.feed.finish("Its record stops here.")
                        file.write(b"".join(map(encode, events)))
                        return
                    file.write(b"".join(map(encode, events)))
                    if not events:
                        self._closing.wait(self._look_seconds)
        except Exception as error:
            self.error = error
        finally:
            self.finished.set()
