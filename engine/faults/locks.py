"""Faults on the Locks seam: a holder that dies at once, a release that gets lost, a service that forgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.faults.switchboard import Active, Switchboard
from engine.world.locks import Answer, Denied, Granted, Held, LockService


class DisturbedLocks:
    """Locks behind the faults that are active when they are taken or should be freed.

    A leaked lock is free below but held here, until the lease of its leak is over (``lease_over``), the fault
    is healed, or the agent's own lease takes it. If its holder edits again under it, it stays in any case
    until the turns that are open then have ended. ``on_death`` is called when the holder of a new lock is to
    crash, ``on_leak`` when a lock begins to leak, ``on_forgotten`` when one is forgotten; who held that goes
    on to write under its old token until the turns that were open have ended, for it does not know.
    """

    def __init__(
        self,
        inner: LockService,
        faults: Switchboard,
        on_death: Callable[[Active, str], None],
        on_leak: Callable[[Held], None],
        on_forgotten: Callable[[Held], None],
    ) -> None:
        self._inner = inner
        self._faults = faults
        self._on_death = on_death
        self._on_leak = on_leak
        self._on_forgotten = on_forgotten
        self._unaware: dict[tuple[str, str], Held] = {}
        self._leaked: dict[str, Held] = {}
        self._in_use: set[str] = set()
        self._expired: set[str] = set()

    def acquire(self, path: str, agent: str, *, turn: int, now: float, horizon: int) -> Answer:
        """As the inner ones, but a leaked lock is held."""
        unaware = self._unaware.get((path, agent))
        if unaware is not None:
            return Granted(unaware.token, again=True)
        leaked = self._leaked.get(path)
        if leaked is not None:
            if leaked.agent != agent:
                return Denied(leaked.agent, max(0.0, now - leaked.since))
            self._leaked[path] = replace(leaked, horizon=horizon)
            self._in_use.add(path)
            return Granted(leaked.token, again=True)
        answer = self._inner.acquire(path, agent, turn=turn, now=now, horizon=horizon)
        if isinstance(answer, Denied) and self._faults.on("lock_amnesia", agent):
            forgotten = self._inner.forget(path)
            if forgotten is not None:
                self._unaware[path, forgotten.agent] = forgotten
                self._on_forgotten(forgotten)
            answer = self._inner.acquire(path, agent, turn=turn, now=now, horizon=horizon)
        if isinstance(answer, Granted) and not answer.again:
            for fault in self._faults.on("holder_dies", agent)[:1]:
                self._on_death(fault, agent)
        return answer

    def release_through(self, first_open_turn: int | None) -> tuple[Held, ...]:
        """As the inner ones, without those that begin to leak, with those that do no longer."""
        for key, held in list(self._unaware.items()):
            if first_open_turn is None or held.horizon < first_open_turn:
                del self._unaware[key]
        for path in list(self._leaked):
            held = self._leaked[path]
            if path in self._in_use and (first_open_turn is None or held.horizon < first_open_turn):
                self._in_use.discard(path)
        healed = self._take(self._is_over)
        freed: list[Held] = []
        for held in self._inner.release_through(first_open_turn):
            if self._faults.on("lock_leak", held.agent):
                self._leaked[held.path] = held
                self._on_leak(held)
            else:
                freed.append(held)
        return (*healed, *freed)

    def lease_over(self, held: Held) -> bool:
        """End the leak of ``held``; whether it still leaked."""
        leaked = self._leaked.get(held.path)
        if leaked is None or leaked.token != held.token:
            return False
        if held.path in self._in_use:
            self._expired.add(held.path)
            return False
        del self._leaked[held.path]
        return True

    def _is_over(self, held: Held) -> bool:
        if held.path in self._in_use:
            return False
        return held.path in self._expired or not self._faults.on("lock_leak", held.agent)

    def forget(self, path: str) -> Held | None:
        """As the inner ones."""
        return self._inner.forget(path)

    def release_agent(self, agent: str) -> tuple[Held, ...]:
        """As the inner ones."""
        for key in [key for key in self._unaware if key[1] == agent]:
            del self._unaware[key]
        return (*self._take(lambda held: held.agent == agent), *self._inner.release_agent(agent))

    def release_all(self) -> tuple[Held, ...]:
        """As the inner ones."""
        self._unaware.clear()
        return (*self._take(lambda held: True), *self._inner.release_all())

    def _take(self, over: Callable[[Held], bool]) -> tuple[Held, ...]:
        freed = tuple(held for held in self._leaked.values() if over(held))
        for held in freed:
            del self._leaked[held.path]
            self._in_use.discard(held.path)
            self._expired.discard(held.path)
        return freed
