"""The cost view: sums, the rate now, what it bought, by agent; unknown stays unknown."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from engine.analysis.laws import Baseline
from engine.record import events as ev
from engine.record.state import RunState
from engine.record.state.metrics import PAYMENTS_KEPT
from tests.helpers.stage import staged
from tests.helpers.teamscript import Script, ended, scripted
from tui.widgets.cost_rows import cost_rows, rate_of
from tui.widgets.moment import Moment
from tui.widgets.spans import plain, width_of


def text(moment: Moment, cells: int = 96) -> str:
    return "\n".join(plain(row) for row in cost_rows(moment, cells))


def paying(*replies: tuple[float, int]) -> RunState:
    """Replies of so many tokens at these seconds; the first prompt at 0."""
    s = Script().start().open_round("Dev1").think("Dev1")
    for ts, tokens in replies:
        s.at(ts).reply("Dev1", "", tokens=(tokens, 0))
    return RunState.of(s.events)


def replied(**usage: Any) -> str:
    """What is shown of one reply with this usage."""
    s = Script().start().open_round("Dev1").think("Dev1").at(5.0)
    reply = {"turn": 1, "agent": "Dev1", "text": "", "finish_reason": "stop", "attempts": 1}
    s.add(ev.Replied, **reply, latency_seconds=1.0, **usage)
    return text(Moment(RunState.of(s.events), 10.0))


def test_the_rate_is_that_of_the_last_minute_of_the_run_clock() -> None:
    rate = rate_of(paying((10.0, 9_000), (70.0, 300), (110.0, 200)).metrics, 120.0)
    assert rate is not None
    assert rate.tokens == 500
    assert rate.usd == pytest.approx(2 * 0.0117)


def test_early_the_rate_is_that_since_the_first_prompt() -> None:
    rate = rate_of(paying((5.0, 100)).metrics, 30.0)
    assert rate is not None
    assert rate.tokens == 200


def test_replies_too_many_to_remember_give_the_rate_of_those_remembered() -> None:
    rate = rate_of(paying(*((n / 100, 10) for n in range(1, PAYMENTS_KEPT * 2 + 1))).metrics, 10.0)
    assert rate is not None
    assert rate.tokens == pytest.approx(10 * 100 * 60, rel=0.01)


def test_what_a_reply_did_not_say_stays_unknown() -> None:
    shown = replied(input_tokens=None, output_tokens=None, cost_usd=None, cost_source="unknown")
    assert "unknown tokens/min, $ unknown/min" in shown
    assert "1 reply that nobody counted" in shown
    assert "a reply came without a price" in shown


def test_sums_are_those_of_the_run_and_its_agents(state: RunState, moment: Moment) -> None:
    shown = text(moment)
    assert f"{state.tokens:,}" in shown
    assert all(f"\n{name} " in shown for name in state.agents.agents)
    assert sum(a.input_tokens + a.output_tokens for a in state.agents.agents.values()) == state.tokens


def test_tokens_stand_against_those_of_one_agent(state: RunState) -> None:
    tokens = state.tokens
    assert tokens is not None
    base = Baseline("runs", "run 3f2a", ("3f2a",), 200.0, tuple(10.0 * k for k in range(1, 21)), tokens / 3)
    assert "3.0× the tokens of one agent" in text(Moment(state, state.ts, baseline=base))
    assert "no saved one-agent run" in text(Moment(state, state.ts))


def test_spending_stands_beside_speedup_at_quarters_of_the_work(state: RunState, moment: Moment) -> None:
    rows = [line for line in text(moment).split("\n") if " of 20 " in line]
    assert [row.split()[0] for row in rows] == ["5", "10", "13"]
    assert len(state.metrics.completions) == 13


def test_tokens_that_are_known_for_the_whole_run_only_are_not_shared_out(state: RunState) -> None:
    state.run.gaps = frozenset({"tokens"})
    shown = text(Moment(state, state.ts))
    assert "single replies were not recorded" in shown or "tokens were not recorded" in shown
    assert "Dev1" not in shown


def test_an_ended_run_has_no_rate() -> None:
    state = RunState.of(ended().events)
    assert "the run has ended" in text(Moment(state, state.ts))


@pytest.mark.parametrize("cells", [56, 76, 116, 196])
def test_rows_fit(moment: Moment, cells: int) -> None:
    assert all(width_of(row) <= cells for row in cost_rows(moment, cells))


def test_7_shows_the_cost_and_brings_the_panels_back() -> None:
    async def scene() -> None:
        async with staged(scripted().events, size=(80, 24)) as stage:
            await stage.press("7")
            assert "tokens/min" in stage.text()
            await stage.press("7")
            assert "tokens/min" not in stage.text()

    asyncio.run(scene())


def test_cached_and_reasoning_tokens_stand_beside_the_sums_where_they_were_reported() -> None:
    shown = replied(input_tokens=2_000, output_tokens=300, cached_tokens=1_500, reasoning_tokens=120)
    assert "2,000 in (1,500 cached), 300 out (120 reasoning)" in shown
