"""What a sweep will cost, before it is paid for: from saved runs of the same kind, else from rehearsals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from engine.advice import stage
from engine.advice.planning import namesake, price, rehearsable
from engine.advice.rehearsal import Part, Sample
from engine.models import registry
from engine.rows import describe
from engine.store import RunsStore
from engine.sweeps.cells import Cell

REHEARSED_MAX = 120
"""Kinds of runs that are rehearsed: a few seconds; of more, that many, evenly chosen, stand for the rest."""

Group = tuple[str, str, str, str, int]
"""Suite, structure, strategy, model, agents."""

Cost = tuple[float, float | None]
"""Tokens of a run, and dollars, null if a price is unknown."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """``tokens`` and ``usd`` (null if a price is unknown) of the ``runs`` that are still to be played.

    ``saved`` of them are known from saved runs like them, ``rehearsed`` from a simulated model that plays
    them or others of the sweep; of the rest, suites that nobody can rehearse, nothing is known.
    """

    runs: int
    saved: int
    rehearsed: int
    tokens: float
    usd: float | None

    @property
    def known(self) -> int:
        """How many runs the figures are of."""
        return self.saved + self.rehearsed


def estimate(todo: Sequence[Cell], runs_dir: Path, tell: stage.Tell = lambda _done, _of: None) -> Estimate:
    """Estimate from means of saved runs with the same suite, structure, strategy, model and size.

    Where there are none, one rehearsal in virtual time says it: of the simulated model itself, of a real
    one's namesake at its own price, or of the default model. Raises ``TeamtopError`` if a process dies.
    """
    seen = _saved(runs_dir)
    missing = list(dict.fromkeys(cell.group for cell in todo if cell.group not in seen))
    rounds = {cell.group: cell.config.max_rounds for cell in todo}
    parts = {group: _part(group, rounds[group]) for group in missing}
    played = _rehearsed({group: part for group, part in parts.items() if rehearsable(part)}, tell)
    tokens, usd, priced = 0.0, 0.0, True
    saved = rehearsed = 0
    for cell in todo:
        cost = seen.get(cell.group)
        saved += cost is not None
        if cost is None:
            cost = played.get(cell.group)
            rehearsed += cost is not None
        if cost is not None:
            tokens += cost[0]
            usd, priced = usd + (cost[1] or 0.0), priced and cost[1] is not None
    return Estimate(len(todo), saved, rehearsed, tokens, usd if priced and saved + rehearsed else None)


def _saved(runs_dir: Path) -> dict[Group, Cost]:
    seen: dict[Group, list[Cost]] = {}
    for folder in RunsStore([runs_dir]).folders():
        row = describe(folder)
        if row.tokens is not None and row.agents is not None and row.status in ("completed", "ended"):
            key = (row.suite, row.structure, row.strategy, row.model, row.agents)
            seen.setdefault(key, []).append((row.tokens, row.cost_usd))
    return {group: _mean(costs) for group, costs in seen.items()}


def _mean(costs: Sequence[Cost]) -> Cost:
    paid = [usd for _, usd in costs if usd is not None]
    return fmean(tokens for tokens, _ in costs), fmean(paid) if paid else None


def _part(group: Group, max_rounds: int) -> Part:
    """The group on the simulated model that stands for its own."""
    suite, structure, strategy, model, agents = group
    played = (namesake(model) or registry.DEFAULT) if registry.resolve(model).real else model
    return Part(suite, structure, strategy, agents, played, max_rounds)


def _rehearsed(parts: Mapping[Group, Part], tell: stage.Tell) -> dict[Group, Cost]:
    if not parts:
        return {}
    groups = list(parts)
    step = max(1.0, len(groups) / REHEARSED_MAX)
    chosen = [groups[int(place * step)] for place in range(min(len(groups), REHEARSED_MAX))]
    samples = stage.rehearse_all(list(dict.fromkeys(parts[group] for group in chosen)), 1, 0.0, tell)
    found = {}
    for group in chosen:
        sample = samples[parts[group]].get(0)
        if sample is not None:
            found[group] = _cost(sample, group[3])
    if not found:
        return {}
    usual = _mean(list(found.values()))
    return {group: found.get(group, usual) for group in groups}


def _cost(sample: Sample, model: str) -> Cost:
    if not registry.resolve(model).real:
        return float(sample.tokens), sample.usd
    per_token = price(model)
    if per_token is None:
        return float(sample.tokens), None
    return float(sample.tokens), sample.input_tokens * per_token[0] + sample.output_tokens * per_token[1]
