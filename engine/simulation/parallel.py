"""Many seeds on all cores, streamed: results come as they are ready, in order of seed.

Workers are spawned, so that each starts clean (and with a hash seed of its own, which is a test in itself);
they never hear of Ctrl+C, which the parent handles by ending them.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future

from engine import workers
from engine.errors import TeamtopError
from engine.simulation.runner import Result, run_seed
from engine.simulation.scenario import Settings

CHUNK = 8
"""Seeds per trip to a worker: a fraction of a second of work, so that progress shows."""

AHEAD = 4
"""Chunks per worker that wait for it."""


def run_many(
    seeds: range, settings: Settings, *, jobs: int = 0, twice: bool = False
) -> Generator[Result, None, None]:
    """Simulate ``seeds`` on ``jobs`` processes (0: one per core; 1: in this one).

    Close the iterator to stop early. Raises ``TeamtopError`` if a worker dies.
    """
    width = min(jobs or os.cpu_count() or 1, max(1, len(seeds) // CHUNK))
    if width == 1:
        with _rare_collections():
            for seed in seeds:
                yield run_seed(seed, settings, twice=twice)
        return
    yield from _spread(seeds, settings, width, twice)


def _spread(seeds: range, settings: Settings, width: int, twice: bool) -> Generator[Result, None, None]:
    pool = workers.pool(width)
    chunks = iter(range(0, len(seeds), CHUNK))
    waiting: deque[Future[list[Result]]] = deque()
    try:
        while True:
            with _deaf():  # what is started meanwhile stays so for life
                while len(waiting) < width * AHEAD and (start := next(chunks, None)) is not None:
                    waiting.append(pool.submit(_chunk, seeds[start : start + CHUNK], settings, twice))
            if not waiting:
                break
            yield from waiting.popleft().result()
    except RuntimeError as error:  # BrokenProcessPool is one
        raise TeamtopError(f"A simulation process died ({error}); try fewer --jobs.") from None
    finally:
        workers.end(pool, at_once=bool(waiting))  # interrupted: nobody waits for what they are at


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Hold Ctrl+C back; it arrives afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _chunk(seeds: range, settings: Settings, twice: bool) -> list[Result]:
    with _rare_collections():
        return [run_seed(seed, settings, twice=twice) for seed in seeds]


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """Collect garbage rarely: a run makes much that lives for seconds, and little that is circular."""
    before = gc.get_threshold()
    gc.set_threshold(*workers.COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
