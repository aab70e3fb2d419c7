"""Limits on tokens, money and time: what was used, folded from the journal, and whoever holds the team.

Tokens and money count as they are reported, so a call whose outcome is unknown counts nothing; a reply whose
price is unknown ends a limit of money, which nobody could keep from there on. Tokens, money and an agent's
time are looked at when a turn ends; the run's time when it is over.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.errors import UsageError
from engine.record import events as ev
from engine.record.bus import Bus
from engine.record.limits import changed, sentence
from engine.team.gate import Gate
from engine.world.clock import Clock


@dataclass(frozen=True, slots=True)
class Over:
    """A limit that is reached; fields as in ``LimitReached``."""

    limit: str
    bound: float
    used: float | None
    agent: str = ""

    def __str__(self) -> str:
        return sentence(self.limit, self.bound, self.used, self.agent)


class Spending:
    """``apply`` every event. ``limits`` are those that hold, ``names`` who may have spent anything."""

    def __init__(self) -> None:
        self.limits = ev.Limits()
        self.first_prompt: float | None = None
        self._tokens: Counter[str] = Counter()
        self._cost: dict[str, float] = {}
        self._unpriced: set[str] = set()
        self._seconds: dict[str, float] = {}
        self._open: dict[int, float] = {}

    def apply(self, event: ev.Event) -> None:
        """Fold one event."""
        match event:
            case ev.RunStarted() | ev.LimitsChanged():
                self.limits = event.limits
            case ev.RunResumed(limits=ev.Limits() as limits):
                self.limits = limits
            case ev.TurnStarted():
                if self.first_prompt is None:
                    self.first_prompt = event.ts
                self._open[event.turn] = event.ts
            case ev.Replied() | ev.ReplyFenced():
                name = event.agent
                self._tokens[name] += (event.input_tokens or 0) + (event.output_tokens or 0)
                if event.cost_usd is None:
                    self._unpriced.add(name)
                else:
                    self._cost[name] = self._cost.get(name, 0.0) + event.cost_usd
            case ev.TurnEnded():
                began = self._open.pop(event.turn, event.ts)
                self._seconds[event.agent] = self._seconds.get(event.agent, 0.0) + event.ts - began

    def left(self, now: float) -> float | None:
        """Seconds of the run's time that are left; null without such a limit, or before the first prompt."""
        if self.limits.seconds is None or self.first_prompt is None:
            return None
        return self.first_prompt + self.limits.seconds - now

    def over(self, now: float) -> Iterator[Over]:
        """Every limit that is reached at ``now`` (run-clock seconds)."""
        limits = self.limits
        if limits.tokens is not None and self._tokens.total() >= limits.tokens:
            yield Over("tokens", limits.tokens, self._tokens.total())
        if limits.cost_usd is not None:
            spent = sum(self._cost.values())
            if self._unpriced or spent >= limits.cost_usd:
                yield Over("cost_usd", limits.cost_usd, None if self._unpriced else spent)
        left = self.left(now)
        if limits.seconds is not None and left is not None and left <= 0:
            yield Over("seconds", limits.seconds, limits.seconds - left)
        yield from self._agents_over(limits)

    def _agents_over(self, limits: ev.Limits) -> Iterator[Over]:
        if (bound := limits.agent_tokens) is not None:
            yield from (Over("agent_tokens", bound, n, who) for who, n in self._tokens.items() if n >= bound)
        if (dollars := limits.agent_cost_usd) is not None:
            for name in sorted({*self._cost, *self._unpriced}):
                used = None if name in self._unpriced else self._cost[name]
                if used is None or used >= dollars:
                    yield Over("agent_cost_usd", dollars, used, name)
        if (time := limits.agent_seconds) is not None:
            yield from (Over("agent_seconds", time, s, who) for who, s in self._seconds.items() if s >= time)


class Limiter:
    """Holds the team when a limit is reached: ``hold`` is told why, and pauses or stops it."""

    def __init__(
        self, spending: Spending, bus: Bus, clock: Clock, gate: Gate, hold: Callable[[str], None]
    ) -> None:
        self._spending = spending
        self._bus = bus
        self._clock = clock
        self._gate = gate
        self._hold = hold
        self._held = False
        self._timer: asyncio.Task[None] | None = None

    def check(self) -> None:
        """Hold the team if a limit is reached while it goes on."""
        over = next(self._spending.over(self._clock.now()), None)
        if over is not None and self._gate.phase == "open":
            self._reached(over)

    def _reached(self, over: Over) -> None:
        self._bus.emit(ev.LimitReached(limit=over.limit, bound=over.bound, used=over.used, agent=over.agent))
        self._held = True
        self._hold(str(over))

    def guard(self) -> None:
        """Raise ``UsageError`` if the team may not go on as the limits are."""
        over = next(self._spending.over(self._clock.now()), None)
        if over is not None:
            said = str(over)
            raise UsageError(f"{said[0].upper()}{said[1:]}: raise it first, with $ or `teamtop limit`.")

    def change(self, changes: dict[str, float | None], author: str, why: str = "") -> ev.LimitsChanged:
        """Set other limits; a team that an old one held goes on if the new ones let it."""
        try:
            limits = changed(self._spending.limits, changes)
        except ValueError as error:
            raise UsageError(str(error)) from None
        event = self._bus.emit(ev.LimitsChanged(author=author, limits=limits, why=why))
        self.watch()
        over = next(self._spending.over(self._clock.now()), None)
        if over is not None:
            self._reached(over)
        elif self._held:
            self._held = False
            self._gate.open(author, "the limit was raised")
        return event

    def watch(self) -> None:
        """Look when the run's time is over; begin anew after a change. Call it once there is a prompt."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._spending.left(self._clock.now()) is not None:
            self._timer = asyncio.get_running_loop().create_task(self._wait(), name="time limit")

    async def _wait(self) -> None:
        while (left := self._spending.left(self._clock.now())) is not None and left > 0:
            await self._clock.sleep(max(left, 1e-3))
        self.check()

    async def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._timer
