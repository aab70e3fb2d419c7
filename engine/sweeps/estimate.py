"""What a sweep will cost, before it is paid for: from saved runs of the same kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.rows import describe
from engine.store import RunsStore
from engine.sweeps.cells import Cell


@dataclass(frozen=True, slots=True)
class Estimate:
    """``tokens`` and ``usd`` of the runs still to be played, as far as ``known`` of them allow it."""

    runs: int
    known: int
    tokens: float
    usd: float | None


def estimate(todo: Sequence[Cell], runs_dir: Path) -> Estimate:
    """Estimate from the means of saved runs with the same suite, structure, strategy, model and size."""
    seen: dict[tuple[str, str, str, str, int], list[tuple[int, float | None]]] = {}
    for folder in RunsStore([runs_dir]).folders():
        row = describe(folder)
        if row.tokens is not None and row.agents is not None and row.status in ("completed", "ended"):
            key = (row.suite, row.structure, row.strategy, row.model, row.agents)
            seen.setdefault(key, []).append((row.tokens, row.cost_usd))
    tokens, usd, known = 0.0, 0.0, 0
    priced = True
    for cell in todo:
        like = seen.get(cell.group)
        if not like:
            continue
        known += 1
        tokens += sum(spent for spent, _ in like) / len(like)
        costs = [cost for _, cost in like if cost is not None]
        priced = priced and bool(costs)
        usd += sum(costs) / len(costs) if costs else 0.0
    return Estimate(len(todo), known, tokens, usd if priced and known else None)
