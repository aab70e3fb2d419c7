"""The rows of a large team: all in columns, none lost, and the keyboard reaches each."""

from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.record.state import Line, RunState
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import Script, scripted
from tui.widgets.agent_rows import brief
from tui.widgets.moment import Moment
from tui.widgets.roster import Roster
from tui.widgets.spans import cells_of, plain


def crowd(agents: int) -> Moment:
    names = [f"Dev{number}" for number in range(1, agents + 1)]
    script = Script().start(agents=agents, tasks=20).open_round(*names)
    for name in names:
        script.think(name)
    state = RunState.of(script.events)
    return Moment(state, state.ts + 3.0, mode="live", live=True)


def shown(rows: list[str]) -> list[str]:
    return re.findall(r"\bDev\d+", "\n".join(rows))


@given(st.integers(1, 60), st.integers(2, 30), st.sampled_from([56, 76, 116, 196]))
def test_every_agent_is_seen_once_or_counted(agents: int, height: int, cells: int) -> None:
    rows = [plain(row) for row in Roster().rows(crowd(agents), cells, height)]
    seen = shown(rows)
    more = re.search(r"… (\d+) more ↓", "\n".join(rows))
    assert len(rows) == height
    assert len(seen) == len(set(seen))
    assert len(seen) + (int(more[1]) if more else 0) == agents
    assert all(cells_of(row) <= cells for row in rows)


@pytest.mark.parametrize(("size", "least"), [((80, 24), 16), ((120, 36), 40), ((200, 50), 50)])
def test_most_of_fifty_agents_are_seen_beside_the_board(size: tuple[int, int], least: int) -> None:
    async def run() -> int:
        names = [f"Dev{number}" for number in range(1, 51)]
        async with staged(Script().start(agents=50).open_round(*names).events, size=size) as stage:
            return len(set(shown(stage.lines())))

    assert asyncio.run(run()) >= least


def test_the_keyboard_goes_down_every_column_and_a_click_finds_its_agent() -> None:
    async def scene(stage: Stage) -> None:
        roster = stage.live.view.panel("roster")
        assert isinstance(roster, Roster)
        roster.focus()
        found = []
        for _ in range(50):
            found.append(roster.selected)
            assert roster.selected in shown(stage.lines())  # the cursor is always seen
            roster.action_move(1)
        assert found == [f"Dev{number}" for number in range(1, 51)]
        roster.action_home()
        second = next(line for line in stage.lines() if "Dev1 " in line)
        x, name = second.index("Dev2"), re.findall(r"Dev\d+", second)[1]
        await stage.pilot.click(offset=(x, stage.lines().index(second)))
        assert roster.selected == name

    async def run() -> None:
        names = [f"Dev{number}" for number in range(1, 51)]
        async with staged(Script().start(agents=50).open_round(*names).events, size=(80, 24)) as stage:
            await scene(stage)

    asyncio.run(run())


def test_z_on_a_row_gives_its_agent_the_whole_screen_and_takes_it_back() -> None:
    async def run() -> None:
        async with staged(scripted().events, size=(80, 24)) as stage:
            roster = stage.live.view.panel("roster")
            assert isinstance(roster, Roster)
            roster.focus()
            await stage.press("down", "z")
            assert stage.live.view.full == "agent:Dev2"
            await stage.press("z")
            assert stage.live.view.full is None

    asyncio.run(run())


@pytest.mark.parametrize(
    ("kind", "text", "cells", "said"),
    [
        ("refused", "⊘ denied add.py: Dev1 holds it 3 s", 40, "⊘ denied add.py: Dev1 holds it 3 s"),
        ("refused", "⊘ denied add.py: Dev1 holds it 3 s", 20, "⊘ denied add.py"),
        ("refused", "⊘ complete task 11, 12, 13, 14: done already", 27, "⊘ complete task 11, 12, …"),
        ("fault", "crashed: to see its tasks released", 30, "crashed"),
        ("good", "completes 10 filter_outliers ✔", 28, "completes 10 filter_outlier…"),
        ("good", "completes 20 fibonacci ✔ untested", 30, "completes 20 fibonacci ✔ …"),
        ("mail", "← operator (a person): “Mind the empty list.”", 36, "← operator: “Mind the empty list.”"),
    ],
)
def test_a_short_line_drops_the_reason_before_it_cuts_a_word(
    kind: str, text: str, cells: int, said: str
) -> None:
    line = Line(seq=1, ts=1.0, round=1, kind=kind, text=text)  # type: ignore[arg-type]  # a literal, from a table
    assert brief(line, cells) == said
