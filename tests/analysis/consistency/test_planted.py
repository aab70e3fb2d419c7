"""Anomalies planted into real journals are all found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from engine.analysis.consistency import PREDICATES, Class, Finding, History
from engine.record import events as ev
from tests.helpers.plants import PLANTS, Plant, planted

Play = Callable[..., list[ev.AnyEvent]]

SEEDS = 5


def judge(events: Sequence[ev.Event], name: str, class_: Class) -> Finding:
    checker = next(p for p in PREDICATES if (p.name, p.class_) == (name, class_))
    return checker(History(events))


@pytest.mark.parametrize(
    ("name", "class_", "plant"), PLANTS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_planted_anomaly_is_found_wherever_it_is(
    play: Play, name: str, class_: Class, plant: Plant
) -> None:
    for run, model in ((2, "sim/claude-sonnet-4-6"), (7, "sim/gpt-5.2")):  # teams that also talk
        events = play(seed=run, model=model)
        before = judge(events, name, class_)
        assert class_ != "engine" or before.verdict != "false"
        for seed in range(SEEDS):
            after = judge(planted(plant, seed, events), name, class_)
            assert after.verdict == "false", (run, seed)
            assert after.count > before.count, (run, seed, after.sentence)
