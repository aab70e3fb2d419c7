"""A run that another program recorded, on the screen: what its record does not tell is said to be unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.interop.feed import Feed
from engine.interop.otel.reader import OtelReader
from engine.record.state import RunState
from tui.screens.replaykeys import REPLAY
from tui.widgets.header_rows import header_row
from tui.widgets.moment import Moment
from tui.widgets.round_rows import round_rows
from tui.widgets.spans import plain

SAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "otel" / "spans.jsonl"


@pytest.fixture(scope="module")
def moment() -> Moment:
    feed = Feed(OtelReader(SAMPLE))
    state = RunState.of(feed.poll() + feed.finish(""))
    return Moment(state, state.ts)


def test_the_header_says_that_rounds_are_unknown_and_names_no_structure(moment: Moment) -> None:
    text = plain(header_row(moment, 200))
    assert "round unknown" in text
    assert "barrier" not in text
    assert " ·  ·" not in text
    assert "·  p=" not in text


def test_the_panel_of_rounds_says_that_they_are_not_recorded(moment: Moment) -> None:
    assert plain(round_rows(moment, 60, 12)[0]) == "rounds are not recorded"


def test_agents_join_the_team_without_anybody_who_asked(moment: Moment) -> None:
    said = [line.text for agent in moment.state.agents.agents.values() for line in agent.lines]
    assert "joins the team" in said
    assert not any("asked for it" in line for line in said)
    assert not any("0/0" in line for line in said)


def test_a_fork_is_not_offered(moment: Moment) -> None:
    fork = next(key for key in REPLAY if key.id == "replay.fork")
    assert not fork.applies(moment)
    assert fork.applies(Moment(RunState(), 0.0))
