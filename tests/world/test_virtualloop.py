"""The event loop in virtual time: jumps, seeded ties, threads that hold time, deadlocks that say so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from engine.world import virtualloop
from engine.world.virtualloop import Deadlock, VirtualLoop


def run(main: Callable[[], Coroutine[Any, Any, Any]], seed: int = 0, *, attended: bool = False) -> Any:
    return virtualloop.run(main(), seed=seed, attended=attended)


def test_hours_pass_at_once() -> None:
    async def main() -> float:
        await asyncio.sleep(36_000)
        return asyncio.get_running_loop().time()

    assert run(main) == 36_000


def test_timers_fire_in_the_order_of_their_times() -> None:
    async def main() -> list[int]:
        order: list[int] = []
        loop = asyncio.get_running_loop()
        for delay in (3, 1, 2):
            loop.call_later(delay, order.append, delay)
        await asyncio.sleep(4)
        return order

    assert run(main) == [1, 2, 3]


def test_whoever_waits_for_less_than_a_microsecond_waits_for_one() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        fired: asyncio.Future[float] = loop.create_future()
        loop.call_later(1e-7, lambda: fired.set_result(loop.time()))
        return await fired

    assert run(main) == 1e-6


def test_a_timer_in_the_past_fires_now_and_never_turns_time_back() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(5)
        fired = loop.create_future()
        loop.call_at(1, fired.set_result, None)
        await fired
        return loop.time()

    assert run(main) == 5


def test_cancelled_timers_do_not_move_time() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(100, print).cancel()
        await asyncio.sleep(1)
        return loop.time()

    assert run(main) == 1


def ties(seed: int) -> list[int]:
    async def main() -> list[int]:
        order: list[int] = []

        async def one(number: int) -> None:
            await asyncio.sleep(1)
            order.append(number)

        await asyncio.gather(*(one(number) for number in range(6)))
        return order

    found: list[int] = run(main, seed)
    return found


def test_ties_come_in_an_order_that_the_seed_draws_and_repeats() -> None:
    orders = [tuple(ties(seed)) for seed in range(12)]
    assert orders == [tuple(ties(seed)) for seed in range(12)]
    assert len(set(orders)) > 6
    assert {tuple(sorted(order)) for order in orders} == {(0, 1, 2, 3, 4, 5)}


def test_sets_of_tasks_are_iterated_in_order_of_creation() -> None:
    async def nothing() -> None:
        pass

    async def main() -> None:
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(nothing(), name=str(n)) for n in range(50)]
        assert [task.get_name() for task in {*tasks[25:], *tasks[:25]}] == [str(n) for n in range(50)]
        assert len({hash(task) for task in tasks}) == 50
        done, _ = await asyncio.wait(tasks)
        assert len(done) == 50

    run(main)


# ------------------------------------------------------------ deadlock


def test_with_nothing_left_to_happen_the_loop_says_who_waits() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        job = loop.create_task(asyncio.Event().wait(), name="turn 7 of Dev3")
        await job

    with pytest.raises(Deadlock, match=r"nothing is ready.*turn 7 of Dev3"):
        run(main)


def test_an_attended_loop_waits_for_a_call_from_another_thread() -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        said: asyncio.Future[str] = loop.create_future()
        caller = threading.Thread(target=loop.call_soon_threadsafe, args=(said.set_result, "hello"))
        loop.call_soon(caller.start)
        word = await said
        caller.join()
        return word

    assert run(main, attended=True) == "hello"


def test_a_call_from_another_thread_does_not_wait_for_timers_to_come_due() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        heard = asyncio.Event()
        caller = threading.Thread(target=loop.call_soon_threadsafe, args=(heard.set,))
        caller.start()
        caller.join()  # the call is in before the loop can look at a timer
        await heard.wait()
        return loop.time()

    async def with_timer() -> float:
        asyncio.get_running_loop().call_later(10, lambda: None)
        return await main()

    assert run(with_timer, attended=True) == 0


# ------------------------------------------------------------ threads


def test_work_in_a_thread_holds_time_and_its_result_comes_back() -> None:
    async def main() -> tuple[float, str]:
        loop = asyncio.get_running_loop()
        go = threading.Event()
        loop.call_later(5, lambda: None)
        job = loop.run_in_executor(None, go.wait, 60)
        loop.call_soon(go.set)
        assert await job
        return loop.time(), threading.current_thread().name

    assert run(main)[0] == 0


def test_which_thread_is_faster_does_not_show() -> None:
    async def main(first: str) -> tuple[list[str], list[int]]:
        loop = asyncio.get_running_loop()
        done = {"a": threading.Event(), "b": threading.Event()}
        order: list[str] = []

        def work(name: str) -> None:
            if name != first:
                assert done[first].wait(180)
            done[name].set()

        async def one(name: str) -> None:
            await loop.run_in_executor(None, work, name)
            order.append(name)

        await asyncio.gather(one("a"), one("b"))
        ties: list[int] = []
        for number in range(8):
            loop.call_later(1, ties.append, number)
        await asyncio.sleep(2)
        return order, ties

    for seed in range(6):
        assert run(lambda: main("a"), seed) == run(lambda: main("b"), seed)


def test_a_call_from_outside_is_heard_while_threads_work() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        go = threading.Event()
        caller = threading.Timer(0, loop.call_soon_threadsafe, args=(go.set,))
        job = loop.run_in_executor(None, go.wait, 60)
        caller.start()
        assert await job
        return loop.time()

    assert run(main) == 0


def test_what_a_thread_raises_is_raised_where_it_is_awaited() -> None:
    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            await asyncio.get_running_loop().run_in_executor(None, lambda: 1 // 0)
        await asyncio.to_thread(lambda: None)

    run(main)


def test_time_goes_on_after_work_whose_waiter_was_cancelled() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        go = threading.Event()
        job = loop.run_in_executor(None, go.wait, 60)
        job.cancel()
        go.set()
        await asyncio.sleep(5)
        return loop.time()

    assert run(main) == 5


# ------------------------------------------------------------ what asyncio offers on it


def test_timeouts_locks_queues_and_conditions_work_on_it() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 3)
        queue: asyncio.Queue[int] = asyncio.Queue()
        loop.call_later(2, queue.put_nowait, 1)
        assert await queue.get() == 1
        async with asyncio.timeout(50):
            await asyncio.sleep(1)
        with pytest.raises(ExceptionGroup):
            await _group()
        return loop.time()

    assert run(main) == 7


async def _group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_fail(1))
        group.create_task(asyncio.sleep(100))


async def _fail(after: float) -> None:
    await asyncio.sleep(after)
    raise ValueError("as planned")


def test_the_exception_of_main_is_raised() -> None:
    with pytest.raises(ValueError, match="as planned"):
        run(lambda: _fail(1))


def test_an_exception_that_nobody_looked_at_is_raised_at_the_end() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 // 0)
        await asyncio.sleep(1)

    with pytest.raises(ZeroDivisionError):
        run(main)


def test_an_interrupt_is_raised_after_the_tasks_have_cleaned_up() -> None:
    cleaned: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    async def main() -> None:
        asyncio.get_running_loop().call_later(1, interrupt)
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(1)
            cleaned.append("yes")

    with pytest.raises(KeyboardInterrupt):
        run(main)
    assert cleaned == ["yes"]


def test_tasks_that_are_left_are_cancelled_and_may_clean_up() -> None:
    cleaned: list[str] = []

    async def left() -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(1)
            cleaned.append("yes")

    async def main() -> None:
        asyncio.get_running_loop().create_task(left())
        await asyncio.sleep(1)

    run(main)
    assert cleaned == ["yes"]


def test_a_closed_loop_stays_closed_and_a_running_one_cannot_run_twice() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert loop.is_running()
        with pytest.raises(RuntimeError, match="already running"):
            loop.run_forever()

    loop = VirtualLoop()  # type: ignore[abstract]  # as in virtualloop.run
    loop.run_until_complete(main())
    loop.close()
    loop.close()
    assert loop.is_closed()
    assert not loop.is_running()


def test_a_signal_handler_may_call_in_while_the_loop_takes_calls_over() -> None:
    # A SIGINT comes between any two steps; what its handler calls in must not be lost.
    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        heard: list[int] = []

        class Inbox(type(loop._inbox)):  # type: ignore[misc]  # the deque that the loop uses
            def _interrupt(self) -> None:
                if len(interrupts) < 3:
                    interrupts.append(len(interrupts))
                    loop.call_soon_threadsafe(heard.append, interrupts[-1])

            def clear(self) -> None:
                self._interrupt()
                super().clear()

            def popleft(self) -> Any:
                found = super().popleft()
                self._interrupt()
                return found

        interrupts: list[int] = []
        loop._inbox = Inbox()
        loop.call_soon_threadsafe(heard.append, 99)
        await asyncio.sleep(1)
        return heard

    assert sorted(run(main)) == [0, 1, 2, 99]
