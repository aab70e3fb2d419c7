"""An event loop in virtual time: nothing waits, order is seeded, the same seed gives the same run.

Time jumps to the next timer when nothing is ready. Which ready callback runs next is drawn from a seeded
generator, or a ``Scheduler`` chooses it, so that ties at one instant are explored and repeatable. Work in
threads holds the clock: time does not jump while such work is out. With nothing ready, no timer and no
thread, the loop is deadlocked and says so, unless somebody may still call in from another thread
(``attended``). Times are whole microseconds, and ``stretch`` begins the draws anew: what happens from there
on does not depend on what was before.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import threading
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from random import Random
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Deadlock(RuntimeError):  # noqa: N818 - the name of the condition
    """Nothing can ever run again; the message lists the tasks that wait."""


class Scheduler(Protocol):
    """Decides which ready callback runs next."""

    def pick(self, ready: Sequence[events.Handle]) -> int:
        """The place of the next one in ``ready``, which is in order of arrival and never empty."""
        ...


class Visitors(Protocol):
    """Who calls in from outside the run, at moments that are not drawn: between two of its instants."""

    def next(self, *, last: bool) -> Callable[[], object] | None:
        """What to call while nothing is left to be run; null if nobody comes now. ``last``: the clock goes on
        if nobody does."""
        ...

    def when(self) -> float | None:
        """The loop's time at which somebody comes at the latest; null if nobody is expected."""
        ...


class _Task(asyncio.Task[Any]):
    """A task whose hash is its number: sets of tasks iterate in order of creation on every machine."""

    number = 0

    def __hash__(self) -> int:
        return self.number


class VirtualLoop(asyncio.AbstractEventLoop):
    """See the module's text. Supports what the engine uses: timers, tasks, threads; no sockets or signals."""

    def __init__(
        self, seed: int | str = 0, *, attended: bool = False, scheduler: Scheduler | None = None
    ) -> None:
        self.attended = attended
        self.visitors: Visitors | None = None
        self._scheduler = scheduler
        self._seed = seed
        self._random = Random(f"loop/{seed}")
        self._resting: list[asyncio.Future[None]] = []
        self._time = 0.0
        self._count = 0
        self._ready: list[events.Handle] = []
        self._timers: list[tuple[float, int, events.TimerHandle]] = []
        self._inbox: deque[events.Handle] = deque()
        self._rung = False
        self._bell = threading.Condition()
        self._outside = 0
        self._works = 0
        self._finished: dict[int, events.Handle] = {}
        self._executor: ThreadPoolExecutor | None = None
        self._running = self._stopping = self._closed = False
        self._tasks = 0
        self._live: dict[int, _Task] = {}
        self.failures: list[dict[str, Any]] = []

    # ------------------------------------------------------------ running

    def run_forever(self) -> None:
        """Run until ``stop``."""
        if self._running:
            raise RuntimeError("this loop is already running")
        self._running, self._stopping = True, False
        before = events._get_running_loop()
        events._set_running_loop(self)
        try:
            while not self._stopping:
                self._step()
        finally:
            self._running = False
            events._set_running_loop(before)

    def run_until_complete(self, future: Any) -> Any:
        """Run until ``future`` (or coroutine) is done and return its result."""
        task = future if asyncio.isfuture(future) else self.create_task(future)
        task.add_done_callback(self._stop_after)
        try:
            self.run_forever()
        finally:
            task.remove_done_callback(self._stop_after)  # interrupted: ``close`` ends the task
        if not task.done():
            raise RuntimeError("the loop stopped before the future was done")
        return task.result()

    def _stop_after(self, _: object) -> None:
        self.stop()

    def _step(self) -> None:
        if self._inbox:
            with self._bell:
                while self._inbox:  # one by one: a signal handler may add more at any moment
                    self._ready.append(self._inbox.popleft())
        ready = self._ready
        if not ready and self.visitors is not None and (visit := self.visitors.next(last=self._last())):
            visit()
        if not ready and self._resting:
            self._resting.pop(0).set_result(None)
        if not ready and not self._advance():
            return
        if self._scheduler is not None:
            handle = ready.pop(self._scheduler.pick(ready))
        else:
            if len(ready) > 1:
                pick = int(self._random.random() * len(ready))
                ready[pick], ready[-1] = ready[-1], ready[pick]
            handle = ready.pop()
        if not handle.cancelled():
            handle._run()

    def _last(self) -> bool:
        """Whether nothing more is to come at this instant."""
        self._drop_cancelled()
        return not (self._resting or self._outside or (self._timers and self._timers[0][0] <= self._time))

    def _drop_cancelled(self) -> None:
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)

    def ring(self) -> None:
        """Have the loop look for visitors; from any thread."""
        with self._bell:
            self._rung = True
            self._bell.notify()

    async def rest(self) -> None:
        """Return when nothing else is left to be run at this instant."""
        future: asyncio.Future[None] = self.create_future()
        self._resting.append(future)
        await future

    def reseed(self, part: int | str) -> None:
        """Draw from here on as any loop with this seed draws in ``part``."""
        self._random = Random(f"loop/{self._seed}/{part}")

    def _advance(self) -> bool:
        """Make something ready: by waiting for threads, or by moving the clock. False: look again."""
        self._drop_cancelled()
        if self._outside:
            self._wait_for_threads()
            return False
        visit = self.visitors.when() if self.visitors is not None else None
        if visit is not None and not (self._timers and self._timers[0][0] <= visit):
            self._time = max(self._time, visit)
            return False
        if not self._timers and self.attended:
            with self._bell:
                self._bell.wait_for(lambda: self._inbox or self._rung, timeout=1.0)
                self._rung = False
            return False
        if not self._timers:
            waiting = ", ".join(task.get_name() for task in self._live.values() if not task.done())
            raise Deadlock(f"nothing is ready and no timer is set; waiting: {waiting or 'nobody'}")
        when = self._timers[0][0]
        self._time = max(self._time, when)
        while self._timers and self._timers[0][0] <= when:
            handle = heapq.heappop(self._timers)[2]
            if not handle.cancelled():
                self._ready.append(handle)
        return True

    def _wait_for_threads(self) -> None:
        """Wait until all work in threads is back, or somebody calls in.

        Results are taken over together and in the order in which the work was given: which thread was faster
        must not show.
        """
        with self._bell:
            self._bell.wait_for(
                lambda: self._inbox or self._rung or len(self._finished) == self._outside, timeout=1.0
            )
            self._rung = False
            if len(self._finished) == self._outside:
                self._ready.extend(self._finished[number] for number in sorted(self._finished))
                self._finished.clear()
                self._outside = 0

    def stop(self) -> None:
        """Leave ``run_forever`` after the current callback."""
        self._stopping = True

    def is_running(self) -> bool:
        """Whether callbacks are being run."""
        return self._running

    def is_closed(self) -> bool:
        """Whether the loop can run no more."""
        return self._closed

    def close(self) -> None:
        """Cancel what is left, wait for threads, and run no more."""
        if self._closed:
            return
        left = [task for task in self._live.values() if not task.done()]
        for task in left:
            task.cancel()
        if left:
            self.run_until_complete(asyncio.wait(left))
        if self._executor is not None:
            self._executor.shutdown(wait=True)
        self._closed = True
        self._ready.clear()
        self._timers.clear()

    async def shutdown_asyncgens(self) -> None:
        """Nothing to do: the engine keeps no asynchronous generators."""

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - given
        """``close`` does it."""

    # ------------------------------------------------------------ time and callbacks

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._time

    def call_soon(  # type: ignore[override]  # as for run_in_executor
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> events.Handle:
        handle = events.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]  # as for run_in_executor
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> events.TimerHandle:
        return self.call_at(self._time + max(0.0, delay), callback, *args, context=context)

    def call_at(  # type: ignore[override]  # as for run_in_executor
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> events.TimerHandle:
        micros = round(when * 1e6)  # equal times are equal, whatever sums they came about by
        if micros / 1e6 <= self._time < when:
            micros += 1  # what is still to come is never now: who waits in a loop for it would wait for ever
        when = micros / 1e6
        handle = events.TimerHandle(when, callback, args, self, context)
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, handle))
        return handle

    def _timer_handle_cancelled(self, handle: events.TimerHandle) -> None:
        """Cancelled timers are dropped when they come up."""

    def call_soon_threadsafe(  # type: ignore[override]  # as for run_in_executor
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> events.Handle:
        handle = events.Handle(callback, args, self, context)
        with self._bell:
            self._inbox.append(handle)
            self._bell.notify()
        return handle

    def run_in_executor(  # type: ignore[override]  # typeshed wants a TypeVarTuple that we do not need
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Run ``func`` in a thread; the clock stands still until it is back."""
        if executor is None:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(thread_name_prefix="virtual")
            executor = self._executor
        future: asyncio.Future[T] = self.create_future()
        self._outside += 1
        self._works += 1
        number = self._works

        def settle(result: T | None, error: BaseException | None) -> None:
            if future.cancelled():
                return
            if error is None:
                future.set_result(result)  # type: ignore[arg-type]  # None only where T is None
            else:
                future.set_exception(error)

        def work() -> None:
            result, failure = None, None
            try:
                result = func(*args)
            except BaseException as error:  # handed on to whoever awaits, whatever it is
                failure = error
            handle = events.Handle(settle, (result, failure), self)
            with self._bell:
                self._finished[number] = handle
                self._bell.notify()

        executor.submit(work)
        return future

    # ------------------------------------------------------------ futures and tasks

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]  # later Pythons pass further keywords that we do not use
        self,
        coro: Coroutine[Any, Any, T],
        *,
        name: str | None = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Task[T]:
        """A task whose place in sets depends on nothing but the order of creation."""
        self._tasks += 1
        number = self._tasks
        task = _Task(coro, loop=self, name=name or f"task-{number}", context=context)
        task.number = number
        self._live[number] = task
        task.add_done_callback(lambda _: self._live.pop(number, None) and None)
        return task

    def get_debug(self) -> bool:
        """Never: debug mode reads the wall clock."""
        return False

    def set_debug(self, enabled: bool) -> None:
        """Ignored, as above."""

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep what nobody awaited; ``run`` raises it at the end."""
        self.failures.append(context)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """As above: there is one handler."""
        self.default_exception_handler(context)


async def stretch(part: int | str) -> None:
    """Begin a stretch of virtual time that can be repeated without what was before; other loops go on."""
    loop = asyncio.get_running_loop()
    if isinstance(loop, VirtualLoop):
        await loop.rest()
        loop.reseed(part)


def run(main: Coroutine[Any, Any, T], *, seed: int | str = 0, attended: bool = False) -> T:
    """Run ``main`` to its end in virtual time and return its result.

    An exception that a task raised and nobody looked at is raised here, so that none is lost.
    """
    return run_on(VirtualLoop(seed, attended=attended), main)  # type: ignore[abstract]  # no sockets, signals


def run_on(loop: VirtualLoop, main: Coroutine[Any, Any, T]) -> T:
    """As ``run``, on a fresh loop that the caller made."""
    try:
        result: T = loop.run_until_complete(main)
    finally:
        loop.close()
    for failure in loop.failures:
        if isinstance(error := failure.get("exception"), Exception):
            raise error
    return result
