"""Rounds as bar charts: what is counted in which round, at any size, and what the panel says of it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.record.state import RunState
from tests.helpers.stage import staged
from tests.helpers.teamscript import Script, scripted
from tui.widgets.bars import Grid, ruler, upright
from tui.widgets.moment import Moment
from tui.widgets.round_rows import measures_of, round_rows
from tui.widgets.spans import plain, width_of


def texts(state: RunState, cells: int = 76, height: int = 20) -> list[str]:
    return [plain(row) for row in round_rows(Moment(state, state.ts), cells, height)]


def clashing() -> RunState:
    """Round 1: Dev1 writes add.py; round 2: Dev2 rewrites it, Dev3 writes it too, refused once."""
    s = Script().start().open_round("Dev1").think("Dev1").reply("Dev1", "").edit("Dev1", 1).end_turn("Dev1")
    s.close_round().open_round("Dev2", "Dev3").think("Dev2").think("Dev3")
    s.turn = 2
    s.edit("Dev2", 1, 2)
    s.turn = 3
    s.deny("Dev3", 1, "Dev2").edit("Dev3", 1, 3).end_turn("Dev3")
    return RunState.of(s.events)


def test_conflicts_are_denied_locks_rewrites_and_concurrent_writes_of_their_round() -> None:
    state = clashing()
    conflicts = next(m for m in measures_of(state) if m.title == "Conflicts")
    assert conflicts.values == (0, 1 + 1 + 1)
    assert sum(c.rewrites for c in state.files.clashes.values()) == state.files.rewrites == 1
    assert sum(c.concurrent for c in state.files.clashes.values()) == state.files.concurrent_writes == 1
    assert "Conflicts 3 = 1 denied lock + 1 rewrite + 1 concurrent write" in "\n".join(texts(state))


def test_locks_that_were_not_recorded_are_said_to_be_unknown() -> None:
    state = clashing()
    state.run.gaps = frozenset({"locks"})
    assert "locks (not recorded)" in "\n".join(texts(state))


def test_sums_over_rounds_are_those_of_the_run(state: RunState) -> None:
    tests, conflicts, messages = measures_of(state)
    assert tests.total == state.metrics.test_failures > 0
    assert messages.total == state.metrics.messages
    assert conflicts.total == state.locks.denied + state.files.rewrites + state.files.concurrent_writes
    assert f"Idle rounds {state.metrics.idle_rounds} " in "\n".join(texts(state))


def test_the_round_that_is_open_is_not_called_idle() -> None:
    s = Script().start().open_round("Dev1")
    text = "\n".join(texts(RunState.of(s.events)))
    assert "Idle rounds 0 " in text
    assert "…" in text


@pytest.mark.parametrize(("cells", "height"), [(20, 5), (40, 8), (76, 20), (196, 46)])
@pytest.mark.parametrize("rounds", [0, 1, 7, 500])
def test_rows_fit_at_any_size(cells: int, height: int, rounds: int) -> None:
    s = Script().start()
    for _ in range(rounds):
        s.open_round("Dev1").close_round()
    rows = round_rows(Moment(RunState.of(s.events), 1.0), cells, height)
    assert len(rows) == height
    assert all(width_of(row) <= cells for row in rows)


def test_more_rounds_than_cells_share_columns_and_say_so() -> None:
    s = Script().start()
    for _ in range(300):
        s.open_round("Dev1").close_round()
    text = "\n".join(texts(RunState.of(s.events)))
    assert "a column is 4 rounds" in text


@given(st.lists(st.integers(0, 40), min_size=1, max_size=90), st.integers(4, 60), st.integers(1, 6))
def test_columns_keep_every_count_and_the_highest_fills_the_chart(
    values: list[int], cells: int, height: int
) -> None:
    grid = Grid.of(len(values), cells)
    gathered = grid.gathered(values)
    assert sum(gathered) == sum(values)
    assert len(gathered) == grid.count
    rows = upright(gathered, grid, height, "bad")
    assert all(width_of(row) == grid.count * grid.step <= max(cells, grid.count) for row in rows)
    assert ("█" in plain(rows[0])) == (max(gathered) > 0)
    assert width_of(ruler(list(range(1, len(values) + 1)), grid)) <= cells + 6


def test_6_shows_the_rounds_and_brings_the_panels_back() -> None:
    async def scene() -> None:
        async with staged(scripted().events, size=(80, 24)) as stage:
            await stage.press("6")
            assert "Conflicts 3 = 3 denied" in stage.text()
            await stage.press("enter")
            assert "figures 3B, 3C and 4" in " ".join(stage.text().split()).replace("│ │ ", "")
            await stage.press("escape", "6")
            assert "Conflicts" not in stage.text()

    asyncio.run(scene())
