"""φ: how suspicious a silence is, against the tail of the agent's own reply times."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.record import events as ev
from engine.record.state import AgentState, RunState
from engine.record.state.suspicion import ALARM, PHI_MAX, Rhythm
from tests.helpers.faultplay import Script, inject, timed
from tests.helpers.scripted import Say


def rhythm(*seconds: float) -> Rhythm:
    made = Rhythm()
    for each in seconds:
        made.beat(each)
    return made


def test_the_median_of_many_replies_is_exceeded_by_half_and_the_rest_by_the_log_normal_tail() -> None:
    chance = random.Random(1)
    many = rhythm(*(math.exp(chance.gauss(math.log(8.0), 0.9)) for _ in range(5_000)))
    assert many.phi(8.0) == pytest.approx(-math.log10(0.5), abs=0.02)
    for z, tail in ((1.0, 0.1587), (2.0, 0.02275), (3.0, 0.00135)):
        assert many.phi(8.0 * math.exp(0.9 * z)) == pytest.approx(-math.log10(tail), abs=0.1)


def test_a_silence_that_is_usual_for_a_slow_agent_is_suspicious_for_a_quick_one() -> None:
    quick, slow = rhythm(*[2.0, 2.5, 1.8, 2.2] * 5), rhythm(*[30.0, 40.0, 25.0, 35.0] * 5)
    assert quick.phi(60.0) > ALARM
    assert slow.phi(60.0) < 2.0


def test_before_the_first_reply_recorded_turns_tell_what_is_usual() -> None:
    assert Rhythm().phi(7.8) == pytest.approx(0.301, abs=0.01)
    assert Rhythm().phi(50.0) == pytest.approx(1.8, abs=0.2)  # their 99th percentile is 49.9 s


@given(st.lists(st.floats(0.0, 1e5), max_size=30), st.floats(0, 1e7), st.floats(0, 1e7))
def test_it_never_falls_while_an_agent_is_silent_and_is_always_a_number(
    times: list[float], one: float, other: float
) -> None:
    made = rhythm(*times)
    low, high = sorted((one, other))
    assert 0.0 <= made.phi(low) <= made.phi(high) <= PHI_MAX


def test_nothing_is_due_of_an_agent_that_has_replied() -> None:
    played = timed({}, [], max_rounds=2)
    assert all(agent.suspicion(1e9) == 0.0 for agent in played.state.agents.agents.values())
    assert all(0.0 <= agent.suspicion_peak < 0.1 for agent in played.state.agents.agents.values())


def test_it_rises_while_an_agent_is_silent_and_is_gone_when_it_is_heard_again() -> None:
    script: Script = {"Dev2": [*[Say("", 1.0)] * 3, Say("", 60.0)]}
    played = timed(script, [(3.5, inject("stall", duration=40.0))], lease_seconds=20.0, max_rounds=6)
    state, levels = RunState(), []
    for event in played.events:
        state.apply(event)
        agent = state.agents.agents["Dev1"]
        if isinstance(event, ev.AgentStalled):
            levels = [agent.suspicion(event.ts + after) for after in (0.0, 5.0, 19.0, 39.0)]
        if isinstance(event, ev.AgentRevived):
            assert agent.suspicion(event.ts) == 0.0
    assert levels == sorted(levels)
    assert levels[0] < 1.0 < levels[2]
    assert state.agents.agents["Dev1"].suspicion_peak == pytest.approx(levels[3], abs=0.2)


def test_it_decides_nothing_a_silence_past_any_doubt_keeps_its_task_until_the_lease_is_over() -> None:
    script: Script = {
        "Dev1": ['<claim_task id="1"/>', *[Say("", 0.5)] * 30],
        "Dev2": [*[Say("", 0.5)] * 24, Say("", 900.0)],
    }
    played = timed(script, [(12.0, inject("stall"))], lease_seconds=500.0, max_rounds=25)
    agent = played.state.agents.agents["Dev1"]
    released = played.of(ev.TaskReleased)
    assert agent.rhythm.phi(499.0) > ALARM
    assert all(event.ts >= 500.0 for event in released)


def test_a_failed_call_is_a_sign_of_life() -> None:
    played = timed({}, [(0.5, inject("api_errors", status=500.0, duration=30.0))], max_rounds=3)
    state = RunState()
    for event in played.events:
        state.apply(event)
        if isinstance(event, ev.CallFailed):
            assert state.agents.agents["Dev1"].suspicion(event.ts) == 0.0


def test_pieces_of_a_reply_are_signs_of_life_and_their_gaps_have_a_rhythm_of_their_own() -> None:
    agent = AgentState("Dev1", "developer", "openai/x")
    agent.hush(0.0)
    before = agent.suspicion(60.0)
    for second in range(4, 60, 2):
        agent.beats(float(second), 100 * second)
    assert agent.suspicion(60.0) < 0.5 < before
    assert agent.suspicion(90.0) > before, "half a minute without a piece is stranger than without a word"
    agent.heard(60.0, reply=True)
    assert agent.writing is None
    assert agent.rhythm.count == 1, "its first piece was what its reply times are measured by"
