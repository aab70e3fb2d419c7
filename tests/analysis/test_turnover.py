"""How far a layout is believed: wholly for even teams, as far as it was borne out for uneven ones."""

from __future__ import annotations

import math
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.advice.rehearsal import NEVER, Part, _start
from engine.analysis import turnover
from engine.analysis.layout import SEVERAL, Layout, laid_out
from engine.analysis.sizing import Sizing, advice, remaining, sizing
from engine.analysis.turnover import Change, Seen
from engine.control import AddAgent, AnyCommand, RemoveAgent
from engine.errors import UsageError
from engine.record import events as ev
from engine.record.state import RunState
from engine.record.state.metrics import RoundRow
from engine.simulation.scenario import Scenario
from engine.simulation.world import play
from engine.strategies import STRATEGIES


def run(part: Part, seed: int, *commands: tuple[float, AnyCommand]) -> list[ev.AnyEvent]:
    """A whole run in virtual time, with what people do to it."""
    begun = _start(part)
    assert not isinstance(begun, UsageError)
    suite, start = begun
    start, calm = replace(start, seed=seed), (1.0, 0.0)
    scenario = Scenario(seed, suite, start, (), commands, "fifo", calm, None, attended=False, quiet=NEVER)
    return play(scenario).events


def ended(events: list[ev.AnyEvent]) -> float:
    return next(event.ts for event in reversed(events) if isinstance(event, ev.RunEnded))


def at(events: list[ev.AnyEvent], share: float) -> RunState:
    """The state at the instant at which that share of the tasks is done."""
    state = RunState()
    for event in events:
        state.apply(event)
        if state.board.total and state.board.done >= share * state.board.total:
            break
    return RunState.of([event for event in events if event.ts <= state.ts])


@lru_cache(maxsize=8)
def told(part: Part, seed: int, share: float = 0.33) -> tuple[RunState, Sizing]:
    """A moment of a run, and the advice of that moment."""
    state = at(run(part, seed), share)
    found = sizing(state)
    assert found is not None
    return state, found


CLAIMERS = Part("svg", "parallel", "decentralized", 3, "sim/gpt-5.2")
EVEN = Part("synthetic:tasks=24,p=1", "", "critical-path", 3, "sim/perfect")
SAME = Layout(3, 11.0, 10.0, 8.0, given=False, leaver="Dev2")


def test_an_uneven_team_is_told_with_doubt_and_an_even_one_without() -> None:
    _, uneven = told(CLAIMERS, 1)
    _, even = told(EVEN, 1)
    assert uneven.doubt > 0.1
    assert f"(± {100 * uneven.doubt:.0f} %)" in uneven.sentence
    assert even.doubt == 0
    assert "±" not in even.sentence


def test_of_an_even_team_all_comes_as_laid_out() -> None:
    state, _ = told(EVEN, 1)
    seen = turnover.seen(state, SAME, len(remaining(state)))
    assert seen == turnover.as_laid_out(SAME)
    assert seen.more.expected == pytest.approx(0.8)


def test_of_an_uneven_team_less_of_a_saving_counts_than_was_laid_out() -> None:
    state, _ = told(CLAIMERS, 1)
    assert turnover.unevenness(state) == 1
    seen = turnover.seen(state, SAME, len(remaining(state)))
    assert math.log(0.8) < seen.more.mean
    assert seen.more.spread > 0


def test_by_the_latest_replies_a_team_is_judged_and_by_three_at_least() -> None:
    state = RunState()
    assert turnover.unevenness(state) == 1
    state.metrics.rounds.append(RoundRow(1, 0.0, 1, latencies=[1.0, 30.0, 5.0]))
    assert turnover.unevenness(state) == 1
    state.metrics.rounds.append(RoundRow(2, 0.0, 1, latencies=[2.0] * turnover.REPLIES))
    assert turnover.unevenness(state) == 0


def test_nobody_is_added_unless_the_saving_is_larger_than_the_doubt() -> None:
    sure = Seen(Change(math.log(0.8), 0.1), Change(0.1, 0.1), 1.0)
    unsure = Seen(Change(math.log(0.8), 0.4), Change(0.1, 0.1), 1.0)
    little = Seen(Change(math.log(0.95), 0.0), Change(0.1, 0.1), 1.0)
    assert [advice(SAME, each).verdict for each in (sure, unsure, little)] == ["add", "keep", "keep"]


def test_in_doubt_nobody_is_let_go_at_a_price() -> None:
    price = Change(math.log(1.05))
    even, uneven = Seen(Change(0.0), price, 0.0), Seen(Change(0.0), price, 1.0)
    assert advice(SAME, even).verdict == "remove"
    assert advice(SAME, uneven).verdict == "keep"
    risky = Seen(Change(0.0), Change(-0.02, 0.4), 1.0)  # expected to cost 6 %, for what it may cost is more
    assert advice(SAME, risky).verdict == "keep"


def test_who_is_let_go_has_least_in_hand() -> None:
    state, _ = told(Part("mathutils", "mixed", "preassigned", 3, "sim/gemini-3-flash"), 1)
    layout = laid_out(state, remaining(state), None)
    assert isinstance(layout, Layout)
    hands = {name: len(state.board.owned(name)) for name in ("Dev1", "Dev2", "Dev3")}
    assert len(set(hands.values())) > 1
    assert hands[layout.leaver] == min(hands.values())


def test_the_sentence_names_who_is_let_go() -> None:
    said = advice(SAME, Seen(Change(0.0), Change(-0.1), 0.0))
    assert said.who == "Dev2"
    assert said.sentence == "Let Dev2 go: 2 would take no more time, and fewer tokens."
    kept = advice(SAME, Seen(Change(0.0), Change(0.5), 0.0))
    assert kept.who is None


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name not in SEVERAL])
def test_for_each_strategy_is_known_what_became_of_teams(strategy: str) -> None:
    mine = turnover.table()[strategy]
    assert 0 < mine.more.spread < 1
    assert 0 < mine.less.spread < 1
    assert abs(mine.more.laid_out) < 1  # less than was laid out
    assert abs(mine.less.laid_out) < 1


@given(st.floats(-3, 3), st.floats(0, 1))
def test_a_ratio_that_is_unsure_is_expected_to_be_larger_than_its_middle(mean: float, spread: float) -> None:
    assert Change(mean, spread).expected >= Change(mean).expected


@pytest.mark.parametrize("suite", ["synthetic:tasks=12,p=0", "synthetic:tasks=24,p=0.5,width=2"])
def test_perfect_agents_take_as_long_as_told_once_one_who_has_nothing_is_let_go(suite: str) -> None:
    part = Part(suite, "", "critical-path", 3, "sim/perfect")
    state, found = told(part, 0, 0.5)
    layout = laid_out(state, remaining(state), None)
    assert isinstance(layout, Layout)
    fewer = run(part, 0, (state.ts + 0.001, RemoveAgent(name=layout.leaver)))
    assert found.less == pytest.approx(ended(fewer) - state.ts, rel=0.05)


@pytest.mark.parametrize(
    ("part", "seed"),
    [
        (Part("dataanalysis", "parallel", "decentralized", 3, "sim/gpt-5.2"), 1_000),
        (Part("dataanalysis", "parallel", "critical-path", 2, "sim/gemini-3-flash"), 1_001),
        (Part("svg", "parallel", "verified-by", 3, "sim/claude-sonnet-4-6"), 1_001),
    ],
    ids=lambda each: each.strategy if isinstance(each, Part) else str(each),
)
def test_nobody_is_added_where_only_the_layout_promised_a_saving(part: Part, seed: int) -> None:
    """Moments of suites that nothing was fitted to, and what one who joins then really does to them."""
    state, found = told(part, seed)
    layout = laid_out(state, remaining(state), None)
    assert isinstance(layout, Layout)
    assert advice(layout, turnover.as_laid_out(layout)).verdict == "add"
    joined = run(part, seed, (state.ts + 0.001, AddAgent()))
    assert ended(joined) > ended(run(part, seed))
    assert found.verdict != "add"
