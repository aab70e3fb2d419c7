"""Playing the cells of a sweep: some at a time, within a budget, each kept as soon as it ends."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path

from engine import workers
from engine.errors import TeamtopError
from engine.sweeps.cells import Cell
from engine.sweeps.plan import Budget
from engine.sweeps.play import Result, finished, play_in_worker


@dataclass(slots=True)
class Spent:
    """What the sweep has spent by now; ``usd`` is null once a price is unknown."""

    tokens: int = 0
    usd: float | None = 0.0
    began: float = field(default_factory=time.monotonic)

    def add(self, result: Result) -> None:
        """Count what a run has cost, also one that failed, or that an earlier sweep has played."""
        self.tokens += result.tokens
        self.usd = None if self.usd is None or result.usd is None else self.usd + result.usd

    def over(self, budget: Budget) -> str:
        """Which limit is reached, as a sentence; empty while there is something left."""
        if budget.tokens is not None and self.tokens >= budget.tokens:
            return f"The budget of {budget.tokens:,} tokens is spent."
        if budget.usd is not None and self.usd is None:
            return "The price of a model is unknown, so a budget in dollars cannot be kept."
        if budget.usd is not None and self.usd is not None and self.usd >= budget.usd:
            return f"The budget of ${budget.usd:,.2f} is spent."
        seconds = time.monotonic() - self.began
        if budget.seconds is not None and seconds >= budget.seconds:
            return f"The budget of {budget.seconds:,.15g} seconds is spent."
        return ""


Submit = Callable[[Cell], "Future[Result]"]


def play_all(
    todo: Sequence[Cell], submit: Submit, width: int, budget: Budget, spent: Spent
) -> Generator[Result, None, str]:
    """Yield results as runs end, ``width`` at a time; returns why it stopped early, empty if it did not."""
    waiting: dict[Future[Result], Cell] = {}
    queue = iter(todo)
    stopped = ""
    while True:
        while not stopped and len(waiting) < width and (cell := next(queue, None)) is not None:
            waiting[submit(cell)] = cell
        if not waiting:
            return stopped
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            del waiting[future]
            result = future.result()
            spent.add(result)
            yield result
        stopped = stopped or spent.over(budget)


def sweep(
    cells: Sequence[Cell], runs_dir: Path, *, jobs: int, retries: int, budget: Budget, dask: str = ""
) -> Generator[Result, None, str]:
    """Play all cells that are not finished yet, here or on the cluster at ``dask``; kept ones come first.

    Close the generator to stop early: what is being played then goes on with the next sweep. Returns why no
    more runs were started, empty if all were. The budget is that of all cells, kept ones too, but for time,
    which counts from now. Raises ``TeamtopError`` if a process dies.
    """
    todo, spent = [], Spent()
    for cell in cells:
        kept = finished(cell, runs_dir)
        if kept is None:
            todo.append(cell)
        else:
            spent.add(kept)
            yield kept
    if not todo:
        return ""
    if over := spent.over(budget):
        return over
    if dask:
        from engine.sweeps.cluster import connected

        with connected(dask, runs_dir.resolve(), retries) as cluster:
            try:
                width = min(jobs or cluster.width, len(todo))
                return (yield from play_all(todo, cluster.submit, width, budget, spent))
            finally:
                cluster.drop()
    width = min(jobs or os.cpu_count() or 1, len(todo))
    pool = workers.pool(width)
    place = str(runs_dir.resolve())
    played = False
    try:
        playing = play_all(
            todo, lambda cell: pool.submit(play_in_worker, cell, place, retries), width, budget, spent
        )
        stopped = yield from playing
        played = True
        return stopped
    except RuntimeError as error:  # BrokenProcessPool is one
        raise TeamtopError(
            f"A process of the sweep died ({error}); what was played is kept, run the sweep again to go on."
        ) from None
    finally:
        # Killed, not asked to stop: what was cut goes on as if nothing had been, what was stopped has ended.
        workers.end(pool, at_once=not played)
