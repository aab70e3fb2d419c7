from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from itertools import pairwise
from statistics import median
from typing import Any

import pytest

from engine.models.base import Message
from engine.models.pricing import NOTIONAL
from engine.models.registry import SIMULATED
from engine.models.simulated import costs
from engine.models.simulated.draws import Draws
from engine.models.simulated.model import SimulatedModel, simulate
from engine.models.simulated.past import Said
from engine.models.simulated.profile import profile
from engine.team.scanner import scan

Talk = Callable[..., Any]
NAMESAKES = SIMULATED[:3]
SUITES = ("mathutils", "dataanalysis", "svg")


def counts(text: str) -> tuple[int, int]:
    """Edits and other actions of a reply."""
    names = [action.name for action in scan(text).actions]
    return names.count("edit_file"), len(names) - names.count("edit_file")


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("model", NAMESAKES)
@pytest.mark.parametrize(("claims", "first"), [(True, True), (True, False), (False, True), (False, False)])
def test_the_median_latency_over_seeds_is_the_recorded_one(
    model: str, suite: str, claims: bool, first: bool
) -> None:
    table = profile(model, suite).latency
    for edits, tags in ((0, 1), (3, 4)):
        kind = "first" if first else "edit" if edits else "plain"
        regime = getattr(table, f"{'dec' if claims else 'pre'}_{kind}")
        seconds = [
            costs.latency(
                table, claims=claims, first=first, edits=edits, tags=tags, draws=Draws(seed, "Dev1", 2)
            )
            for seed in range(600)
        ]
        base = min(regime.l0 + regime.per_edit * edits + regime.per_tag * tags, table.cap)
        assert median(seconds) == pytest.approx(base * math.exp(regime.bias), rel=0.12)
        assert all(0 < second <= costs.LONGEST and second == round(second, 3) for second in seconds)


# Medians of the recorded first replies of self-claiming agents, in seconds, at N = 1 and N = 5 (the suites
# pooled): Mieczkowski et al. 2026, recorded runs.
RECORDED = {
    "sim/claude-sonnet-4-6": (35.4, 36.8),
    "sim/gemini-3-flash": (3.1, 3.9),
    "sim/gpt-5.2": (9.2, 16.1),
}


@pytest.mark.parametrize("model", NAMESAKES)
def test_first_replies_take_as_long_as_the_recorded_ones(talk: Talk, model: str) -> None:
    seconds = [
        simulate(model, seed, talk(suite, structure).prompt()).latency_seconds
        for suite in SUITES
        for structure in ("parallel", "mixed", "serial")
        for seed in range(25)
    ]
    low, high = RECORDED[model]
    assert low * 0.6 < median(seconds) < high * 1.4


@pytest.mark.parametrize("model", NAMESAKES)
def test_tokens_written_are_those_of_the_table_for_what_the_reply_holds(talk: Talk, model: str) -> None:
    ratios = []
    for seed in range(80):
        reply = simulate(model, seed, talk().prompt())
        edits, tags = counts(reply.text)
        table = profile(model, "mathutils").tokens
        expected = min(table.cap, table.per_reply + table.per_edit * edits + table.per_tag * tags)
        ratios.append(reply.output_tokens / expected)
        assert 1 <= reply.output_tokens <= table.cap
    assert median(ratios) == pytest.approx(1, abs=0.12)


def test_tokens_read_grow_with_the_last_replies_and_stop_growing_with_the_window() -> None:
    table = profile("sim/gpt-5.2", "svg").tokens
    said = [Said(("a.py",), 2)] * (table.window + 10)
    read = [costs.input_tokens(table, said[:turns]) for turns in range(len(said))]
    assert read[0] == table.base
    assert all(less < more for less, more in pairwise(read[: table.window + 1]))
    assert len(set(read[table.window :])) == 1


def test_the_model_sleeps_its_latency_on_the_clock_it_was_given_and_costs_what_its_namesake_would(
    talk: Talk,
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    name = SIMULATED[0]
    messages: list[Message] = talk().prompt()
    reply = asyncio.run(SimulatedModel(name, 7, sleep).complete(messages))
    expected = simulate(name, 7, messages)
    assert slept == [expected.latency_seconds]
    assert (reply.text, reply.finish_reason) == (expected.text, expected.finish_reason)
    assert reply.cost_source == "notional"
    assert reply.cost_usd == NOTIONAL[name].cost(expected.input_tokens, expected.output_tokens)


def test_the_perfect_model_has_no_namesake_and_no_price(talk: Talk) -> None:
    async def sleep(seconds: float) -> None:
        assert seconds == 1.0

    reply = asyncio.run(SimulatedModel("sim/perfect", 7, sleep).complete(talk().prompt()))
    assert (reply.cost_usd, reply.cost_source) == (None, "unknown")
