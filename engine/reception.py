"""People at a run: their commands come in live, and come in again in its forks.

On the virtual clock a command waits until nothing is left to be run at an instant, and is carried out before
the clock goes on. So its place says all: its time, and the event before it. In a null fork it comes at the
same place, nothing is drawn for it, and the fork is its parent byte for byte. In a fork that goes another way
it comes at its time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, InvalidStateError

from engine import control
from engine.deeds import Deed, Refusal
from engine.run import Run
from engine.world.clock import Clock
from engine.world.virtualloop import VirtualLoop


class Reception:
    """Has ``run`` obey whoever calls, and has ``deeds`` of people done again, those with a time in its order.

    Make it inside the running loop, before the run plays.
    """

    def __init__(self, run: Run, clock: Clock, deeds: Iterable[Deed]) -> None:
        self._run, self._clock = run, clock
        self._loop = asyncio.get_running_loop()
        self._jobs: set[asyncio.Task[None]] = set()
        self._visits: _Visits | None = None
        timed, others = list[Deed](), list[Deed]()
        for deed in deeds:
            (others if deed.ts is None else timed).append(deed)
        if isinstance(self._loop, VirtualLoop):
            self._visits = _Visits(self._loop, clock, run, timed, self._repeat)
        else:
            others = [*timed, *others]
        for deed in others:
            self._keep(self._loop.create_task(self._wait(deed), name="deed"))

    def receive(self, command: control.AnyCommand, answer: Future[control.Answer]) -> None:
        """Carry the command out soon; from any thread."""

        def begin() -> None:
            self._begin(command, answer)

        if self._visits is not None:
            self._visits.call(begin)
        else:
            with contextlib.suppress(RuntimeError):  # the loop has just closed: the client hears no answer
                self._loop.call_soon_threadsafe(begin)

    def _repeat(self, deed: Deed) -> None:
        self._begin(deed.act, Future())

    def _begin(self, act: control.AnyCommand | Refusal, answer: Future[control.Answer]) -> None:
        async def obey() -> None:
            said = await self._run.handle(act)
            with contextlib.suppress(InvalidStateError):  # the server has closed meanwhile
                answer.set_result(said)

        self._keep(self._loop.create_task(obey(), name="command"))

    def _keep(self, job: asyncio.Task[None]) -> None:
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _wait(self, deed: Deed) -> None:
        """Do in a fork what somebody did to its parent, or what it was made for, when its time has come."""
        if deed.ts is not None:
            await self._clock.sleep(deed.ts - self._clock.now())
        if deed.after is not None and self._run.bus.seq < deed.after:
            reached = asyncio.Event()  # set once: a task that is woken in vain would change what is drawn
            self._run.bus.listen(lambda event: reached.set() if event.seq == deed.after else None)
            await reached.wait()
        await self._run.handle(deed.act)


class _Visits:
    """The ``Visitors`` of a loop: deeds, which have a time each, in order, and whoever calls live."""

    def __init__(
        self, loop: VirtualLoop, clock: Clock, run: Run, deeds: Iterable[Deed], do: Callable[[Deed], object]
    ) -> None:
        self._loop, self._clock, self._run, self._do = loop, clock, run, do
        self._deeds = deque(deeds)
        self._calls: deque[Callable[[], object]] = deque()  # at most one per connection to the server
        loop.visitors = self

    def call(self, callback: Callable[[], object]) -> None:
        """Have it called soon; from any thread."""
        self._calls.append(callback)
        self._loop.ring()

    def next(self, *, last: bool) -> Callable[[], object] | None:
        """See ``Visitors``."""
        if not self._run.begun.is_set():
            return None
        if self._deeds and self._due(self._deeds[0], last=last):
            deed = self._deeds.popleft()
            return lambda: self._do(deed)
        return self._calls.popleft() if self._calls else None

    def _due(self, deed: Deed, *, last: bool) -> bool:
        now, due = self._clock.now_us(), _micros(deed)
        if now != due:
            return now > due or (last and self._clock.frozen)  # who else would wake a team that stands still?
        return last or deed.seq is None or self._run.bus.seq >= deed.seq

    def when(self) -> float | None:
        """See ``Visitors``."""
        if not (self._deeds and self._run.begun.is_set()) or self._clock.frozen:
            return None
        wait = _micros(self._deeds[0]) - self._clock.now_us()
        return round(self._loop.time() * 1e6 + wait) / 1e6


def _micros(deed: Deed) -> int:
    return round((deed.ts or 0.0) * 1e6)
