"""Who holds which path: engine state with fencing tokens, mirrored on lock files.

The table decides among agents; the files keep other processes out and vanish with the engine, also after
``kill -9``. ``Locks`` joins the two and is the seam that the engine uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

OUTSIDE = "another process"
"""The holder named when a lock file is held by nobody of this team."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lock as it stands: ``agent`` holds ``path`` since ``since`` (run-clock seconds), taken in ``turn``.

    ``token`` grows with every acquisition of the path over the whole run. ``horizon`` is the last turn that
    had begun at the holder's latest edit: the lock lasts until it and all turns before it have ended.
    """

    path: str
    agent: str
    turn: int
    token: int
    since: float
    horizon: int


@dataclass(frozen=True, slots=True)
class Granted:
    """The agent holds the path under ``token``. ``again``: it already did, and nothing was acquired."""

    token: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Denied:
    """``holder`` has held the path for ``age_seconds`` (0 if the holder is ``OUTSIDE``: nobody knows)."""

    holder: str
    age_seconds: float


Answer: TypeAlias = Granted | Denied


class LockTable:
    """The locks of one run. ``tokens`` are the last ones given per path, when a run is resumed."""

    def __init__(self, tokens: Mapping[str, int] | None = None) -> None:
        self._tokens = dict(tokens or {})
        self._held: dict[str, Held] = {}
        self._nearest = 0

    def acquire(self, path: str, agent: str, *, turn: int, now: float, horizon: int) -> Answer:
        """Take the lock for an edit, never waiting.

        ``horizon`` is the highest turn that has begun, ``now`` run-clock seconds. A holder that edits again
        keeps token and age; its lock lasts until the later horizon.
        """
        held = self._held.get(path)
        if held is None:
            token = self._tokens[path] = self._tokens.get(path, 0) + 1
            self._nearest = min(self._nearest, horizon) if self._held else horizon
            self._held[path] = Held(path, agent, turn, token, now, horizon)
            return Granted(token)
        if held.agent != agent:
            return Denied(held.agent, max(0.0, now - held.since))
        self._held[path] = replace(held, horizon=max(held.horizon, horizon))
        return Granted(held.token, again=True)

    def release_through(self, first_open_turn: int | None) -> tuple[Held, ...]:
        """Free the locks whose turns have all ended; ``first_open_turn`` is the lowest open one.

        None: no turn is open. A turn whose agent crashed, or stalled past its lease, counts as ended.
        """
        if not self._held or (first_open_turn is not None and first_open_turn <= self._nearest):
            return ()
        freed = self._release(lambda held: first_open_turn is None or held.horizon < first_open_turn)
        self._nearest = min((held.horizon for held in self._held.values()), default=0)
        return freed

    def forget(self, path: str) -> Held | None:
        """Free one lock without its holder's knowledge, as a service does that lost its memory."""
        return self._held.pop(path, None)

    def release_agent(self, agent: str) -> tuple[Held, ...]:
        """Free all locks of an agent whose lease ran out."""
        return self._release(lambda held: held.agent == agent)

    def release_all(self) -> tuple[Held, ...]:
        """Free everything."""
        return self._release(lambda held: True)

    def _release(self, over: Callable[[Held], bool]) -> tuple[Held, ...]:
        freed = tuple(held for held in self._held.values() if over(held))
        for held in freed:
            del self._held[held.path]
        return freed

    def undo(self, path: str) -> None:
        """Forget a lock just taken, because its file could not be locked. Its token stays spent."""
        del self._held[path]

    def holder(self, path: str) -> Held | None:
        """The lock on the path, or None if it is free."""
        return self._held.get(path)

    @property
    def held(self) -> tuple[Held, ...]:
        """All locks, oldest first."""
        return tuple(self._held.values())

    def is_current(self, path: str, agent: str, token: int) -> bool:
        """True if the agent holds the path under this very token: the fencing check before a write."""
        held = self._held.get(path)
        return held is not None and held.agent == agent and held.token == token


class FileLocks(Protocol):
    """Keeps other processes off a path."""

    def acquire(self, path: str) -> bool:
        """Lock the path's file without waiting; False if somebody else has it. Not to be repeated while held.

        Raises ``LockFileError`` if the file cannot be used at all.
        """
        ...

    def release(self, path: str) -> None:
        """Unlock the path's file; nothing happens if it is not held."""
        ...


class NoLockFiles:
    """Lock files of a run that nobody else can see: simulation, virtual time."""

    def acquire(self, path: str) -> bool:
        """Always."""
        return True

    def release(self, path: str) -> None:
        """Nothing to do."""


class LockService(Protocol):
    """The Locks seam, as the engine uses it; see ``Locks``."""

    def acquire(self, path: str, agent: str, *, turn: int, now: float, horizon: int) -> Answer:
        """Take the lock for an edit, never waiting. Raises ``LockFileError``."""
        ...

    def release_through(self, first_open_turn: int | None) -> tuple[Held, ...]:
        """Free the locks whose turns have all ended."""
        ...

    def forget(self, path: str) -> Held | None:
        """Free one lock without its holder's knowledge; null if nobody holds it."""
        ...

    def release_agent(self, agent: str) -> tuple[Held, ...]:
        """Free all locks of an agent."""
        ...

    def release_all(self) -> tuple[Held, ...]:
        """Free everything."""
        ...


class Locks:
    """The table, and the lock files in step with it."""

    def __init__(self, files: FileLocks, table: LockTable | None = None) -> None:
        self._files = files
        self.table = table or LockTable()

    def acquire(self, path: str, agent: str, *, turn: int, now: float, horizon: int) -> Answer:
        """As ``LockTable.acquire``; denied with holder ``OUTSIDE`` if another process has the path's file.

        Raises ``LockFileError`` if lock files cannot be used; nothing is held then.
        """
        answer = self.table.acquire(path, agent, turn=turn, now=now, horizon=horizon)
        if isinstance(answer, Denied) or answer.again:
            return answer
        locked = False
        try:
            locked = self._files.acquire(path)
        finally:
            if not locked:
                self.table.undo(path)
        return answer if locked else Denied(OUTSIDE, 0.0)

    def release_through(self, first_open_turn: int | None) -> tuple[Held, ...]:
        """As ``LockTable.release_through``; returns what was freed, oldest first."""
        return self._unlock(self.table.release_through(first_open_turn))

    def forget(self, path: str) -> Held | None:
        """As ``LockTable.forget``."""
        held = self.table.forget(path)
        return self._unlock((held,))[0] if held is not None else None

    def release_agent(self, agent: str) -> tuple[Held, ...]:
        """As ``LockTable.release_agent``."""
        return self._unlock(self.table.release_agent(agent))

    def release_all(self) -> tuple[Held, ...]:
        """As ``LockTable.release_all``."""
        return self._unlock(self.table.release_all())

    def _unlock(self, freed: tuple[Held, ...]) -> tuple[Held, ...]:
        for held in freed:
            self._files.release(held.path)
        return freed
