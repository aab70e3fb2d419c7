"""A run that another program recorded, on the screen: what its record does not tell is said to be unknown."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from engine.interop.feed import Feed
from engine.interop.otel.reader import OtelReader
from engine.record.state import RunState
from tests.helpers.stage import staged
from tui.screens.replaykeys import REPLAY
from tui.widgets.board_rows import columns_of, task_row
from tui.widgets.header_rows import header_row
from tui.widgets.lock_rows import lock_strip
from tui.widgets.moment import Moment, stamp
from tui.widgets.round_rows import round_rows
from tui.widgets.spans import plain
from tui.widgets.timeline_rows import timeline_rows, whole

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


def test_moments_are_told_by_the_clock_where_rounds_are_not_recorded(moment: Moment) -> None:
    board = moment.state.board
    tasks = [plain(task_row(t, moment, columns_of(moment.state), 60)) for t in board.tasks.values()]
    lanes = [plain(row) for row in timeline_rows(moment, whole(moment), 76, 12)]
    assert not re.search(r"\br\d+\b", "\n".join([*tasks, *lanes]))
    assert stamp(moment.state, 1, 27.4) == "00:27"
    assert stamp(RunState(), 1, 27.4) == "r1"


def test_panes_and_talk_have_the_time_in_front(moment: Moment) -> None:
    async def run() -> list[str]:
        events = Feed(OtelReader(SAMPLE))
        async with staged(events.poll() + events.finish(""), size=(200, 50), live=False) as stage:
            return stage.lines()

    text = "\n".join(asyncio.run(run()))
    assert not re.search(r"\br\d+ ", text)
    assert re.search(r"│ 00:\d\d (claims|joins) ", text)


def test_what_is_unknown_is_not_said_twice(moment: Moment) -> None:
    assert "unknown" not in plain(header_row(moment, 200)).split("round unknown")[0]
    assert plain(lock_strip(moment, 76)).startswith("locks    not recorded")


def test_a_fork_is_not_offered(moment: Moment) -> None:
    fork = next(key for key in REPLAY if key.id == "replay.fork")
    assert not fork.applies(moment)
    assert fork.applies(Moment(RunState(), 0.0))
