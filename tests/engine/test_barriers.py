"""From any place of rest on, a simulated run can be repeated exactly: forks are made of that."""

from __future__ import annotations

import pytest

from engine.fork import rests
from engine.record.config import RunConfig
from engine.strategies import STRATEGIES
from tests.helpers.durable import config, go

PLAN = """
[[fault]]
kind = "crash"
target = "Dev2"
at_round = 2
duration_seconds = 40
[[fault]]
kind = "stall"
target = "Dev1"
at_seconds = 12
duration_seconds = 35
[[fault]]
kind = "api_errors"
at_round = 3
probability = 0.5
duration_seconds = 60
[[fault]]
kind = "slow"
target = "Dev3"
at_seconds = 1.5
"""

CELLS = {
    **{f"perfect {name}": config(agents=5, strategy=name) for name in STRATEGIES},
    **{f"claude {name}": config(model="sim/claude-sonnet-4-6", strategy=name) for name in STRATEGIES},
    "disturbed": config(model="sim/gpt-5.2", strategy="decentralized", faults=PLAN, lease_seconds=15.0),
    "disturbed lead": config(strategy="lead", faults=PLAN, lease_seconds=3.0, agents=4),
}


@pytest.mark.parametrize("chosen", CELLS.values(), ids=CELLS)
def test_a_run_gone_on_with_silently_from_any_place_of_rest_is_the_run_itself(chosen: RunConfig) -> None:
    whole = go(chosen)
    places = list(rests(whole.events))
    assert len(places) > 1
    for barrier in places:
        again = go(chosen, whole.events[:barrier], silently=True)
        assert again.error is None
        assert again.events == whole.events, barrier
