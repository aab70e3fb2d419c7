"""Pairs of forks with and without a change, each pair drawn with a seed of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine import control, fork, launch
from engine.analysis.consistency import check
from engine.analysis.pairs import difference
from engine.errors import UsageError
from engine.faults.catalogue import BY_KIND
from engine.models import registry
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.record.state import RunState
from engine.teamchange import UNCHANGED, TeamChange

FIGURES = ("wall_seconds", "tokens", "anomalies")
"""What is compared; anomalies are what the checker finds and lays at the team's door."""


def compare(
    parent: RunFolder,
    place: Callable[[Sequence[ev.AnyEvent]], int],
    count: int,
    *,
    faults: Iterable[control.Inject],
    without: int | None,
    team: TeamChange = UNCHANGED,
    change: str = "with the change",
    environ: Mapping[str, str],
    told: Callable[[int], None],
) -> dict[str, Any]:
    """Play ``count`` pairs on the virtual clock and compare them; ``told`` hears after each pair.

    ``change`` names what differs, in words. The first pair has the parent's own seed. Raises ``UsageError``
    for teams with real models, whose tokens each pair would cost twice, and faults that stop the engine.
    """
    config = parent.read_meta().config
    _only_simulated(config)
    _only_simulated(team.of(config))
    faults = tuple(faults)
    _only_survivable(faults)
    pairs = []
    for number in range(count):
        seed = config.seed if number == 0 else _seed(config.seed, number)
        with tempfile.TemporaryDirectory(prefix="teamtop-fork-") as folder:

            def play(name: str, changed: bool, seed: int = seed, folder: str = folder) -> dict[str, Any]:
                prepared = fork.prepare(
                    parent,
                    place,
                    runs_dir=Path(folder),
                    run_id=name,
                    faults=faults if changed else (),
                    without=without if changed else None,
                    team=team if changed else UNCHANGED,
                    speed=0.0,
                    seed=seed,
                    environ=environ,
                )
                launch.run_here(prepared, environ)
                return _figures(read(prepared.folder.events_path).events)

            pairs.append({"seed": seed, "without": play("without", False), "with": play("with", True)})
        told(number + 1)
    figures = {name: _compared(pairs, name) for name in FIGURES}
    return {"pairs": pairs, **figures, "sentence": sentence(change, pairs, figures)}


def _only_simulated(config: RunConfig) -> None:
    for name in (config.model, *config.models.values()):
        if registry.resolve(name).real:
            raise UsageError(f"{name} is a real model: --seeds would pay for every pair; fork once instead.")


def _only_survivable(faults: Iterable[control.Inject]) -> None:
    for fault in faults:
        if BY_KIND[fault.kind].with_engine:
            raise UsageError(
                f"{fault.kind} stops the engine, which leaves nothing to compare: fork once without --seeds, "
                "and resume that fork."
            )


def _seed(seed: int, number: int) -> int:
    """Seeds of further pairs: far from those that people count through."""
    return seed + 1_000_003 * number


def _figures(events: Sequence[ev.AnyEvent]) -> dict[str, Any]:
    state = RunState.of(events)
    found = check(events).findings
    return {
        "wall_seconds": state.run.wall_seconds or 0.0,
        "tokens": state.metrics.input_tokens + state.metrics.output_tokens,
        "anomalies": sum(each.count for each in found if each.class_ == "team" and each.verdict == "false"),
        "completed": state.completed,
    }


def _compared(pairs: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    values = [(float(pair["without"][name]), float(pair["with"][name])) for pair in pairs]
    return asdict(difference([a for a, _ in values], [b for _, b in values]))


SURE = 0.05
"""Largest p-value at which a difference is called more than chance."""


def sentence(change: str, pairs: Sequence[dict[str, Any]], figures: Mapping[str, dict[str, Any]]) -> str:
    """Say what a change did and whether that may be chance; ``change`` as in ``with the change``."""
    wall, tokens, anomalies = (_said(figures[name], *_WORDS[name]) for name in FIGURES)
    count = len(pairs)
    first = f"Over {count} pairs" if count > 1 else "In one pair"
    text = f"{first}, a run {change} {wall}, {tokens}, and {anomalies}."
    for side, words in (("with", change), ("without", "as it was")):
        missing = sum(not pair[side]["completed"] for pair in pairs)
        if missing:
            text += f" {missing} of {count} runs {words} left tasks open."
    return text


_WORDS = {
    "wall_seconds": ("takes {:,.1f} s longer", "is {:,.1f} s faster", "takes as long"),
    "tokens": ("needs {:,.0f} tokens more", "needs {:,.0f} tokens less", "needs as many tokens"),
    "anomalies": ("shows {:,.1f} anomalies more", "shows {:,.1f} anomalies less", "shows as many anomalies"),
}


def _said(found: Mapping[str, Any], more: str, less: str, same: str) -> str:
    mean, p = found["mean"], found["p_value"]
    if mean == 0:
        return same
    text = (more if mean > 0 else less).format(abs(mean))
    if p is None:
        return text
    chance = "" if p <= SURE else ", which may be chance"
    return f"{text} (p = {p:.3f}{chance})"
