"""The board by status and as graph: tasks once each, critical path, cursor, many and broken graphs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.record.shape import longest_chain
from engine.record.state import RunState, TaskState
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import scripted
from tui.widgets.board import TaskBoard
from tui.widgets.board_columns import Sorted, columns_row
from tui.widgets.board_graph import Columns, graph_of, graph_row
from tui.widgets.moment import Moment
from tui.widgets.spans import plain, width_of


def tasks_of(*dependencies: tuple[int, ...]) -> list[TaskState]:
    return [
        TaskState(str(i), f"t{i}", "", "", (), tuple(map(str, ds)), ()) for i, ds in enumerate(dependencies)
    ]


def picture(tasks: list[TaskState], cells: int = 60) -> list[str]:
    graph, moment = graph_of(tasks), Moment(RunState(), 0.0)
    columns = Columns.of(graph, cells, 0)
    return [plain(graph_row(graph, y, columns, moment, cells)).rstrip() for y in range(len(graph.lines))]


def test_a_chain_is_a_line_and_what_stands_alone_stands_below() -> None:
    rows = picture(tasks_of((), (0,), (), (1,)))
    assert rows[0].count("━") > 2
    assert rows[0].index("0 t0") < rows[0].index("1 t1") < rows[0].index("3 t3")
    assert rows[1].strip() == "○ 2 t2"


def test_branches_hang_on_their_parent() -> None:
    rows = picture(tasks_of((), (0,), (0,), (0,), (1,)))
    assert "┬" in rows[0]
    assert rows[1].lstrip().startswith("├")
    assert rows[2].lstrip().startswith("└")


@settings(max_examples=60)
@given(st.lists(st.sets(st.integers(0, 30), max_size=4), min_size=1, max_size=30), st.booleans())
def test_every_task_stands_once_and_the_critical_path_is_a_longest_chain(
    sets: list[set[int]], cyclic: bool
) -> None:
    tasks = tasks_of(*(tuple(sorted(d for d in ds if cyclic or d < i)) for i, ds in enumerate(sets)))
    graph = graph_of(tasks)
    assert sorted(graph.order) == list(range(len(tasks)))
    assert [spot.index for spot in graph.spots] == list(range(len(tasks)))
    assert len({(spot.line, spot.level) for spot in graph.spots}) == len(tasks)
    if not cyclic:
        longest = longest_chain({task.id: task.dependencies for task in tasks})
        assert graph.levels == longest
        assert len(graph.critical) == (longest if longest > 1 else 0)
    for before, after in zip(graph.critical, graph.critical[1:], strict=False):
        assert str(before) in tasks[after].dependencies


def test_a_graph_of_two_thousand_tasks_in_one_chain_is_laid_out_and_moves_with_the_cursor() -> None:
    tasks = tasks_of((), *((i,) for i in range(1999)))
    graph = graph_of(tasks)
    columns = Columns.of(graph, 60, 1500)
    assert columns.first <= 1500 < columns.first + columns.count
    row = graph_row(graph, 0, columns, Moment(RunState(), 0.0), 60)
    assert "1500" in plain(row)
    assert width_of(row) <= 60


@pytest.mark.parametrize("cells", [56, 76, 196])
def test_columns_by_status_hold_every_task_and_fit(moment: Moment, cells: int) -> None:
    tasks = list(moment.state.board.tasks.values())
    found = Sorted.of(tasks)
    assert sorted(found.order) == list(range(len(tasks)))
    assert len(found.columns[3]) == moment.state.board.done
    rows = [columns_row(found, y, tasks, moment, cells) for y in range(found.length)]
    assert all(width_of(row) == cells for row in rows)


def play(scene: Callable[[Stage, TaskBoard], Awaitable[None]], size: tuple[int, int] = (80, 24)) -> None:
    async def run() -> None:
        async with staged(scripted().events, size=size) as stage:
            await stage.press("1")
            board = stage.live.view.panel("tasks")
            assert isinstance(board, TaskBoard)
            await scene(stage, board)

    asyncio.run(run())


def test_g_goes_from_the_list_to_the_columns_to_the_graph_and_back() -> None:
    async def scene(stage: Stage, board: TaskBoard) -> None:
        await stage.press("g")
        assert "in progress" in stage.text()
        assert "by status" in stage.text()
        await stage.press("g")
        assert "critical path ━ 10 tasks" in stage.text()
        await stage.press("g")
        assert board.view == "list"
        assert "critical path" not in stage.text()

    play(scene)


@pytest.mark.parametrize("presses", [1, 2])
def test_the_cursor_visits_every_task_in_every_view_and_enter_opens_it(presses: int) -> None:
    async def scene(stage: Stage, board: TaskBoard) -> None:
        await stage.press(*["g"] * presses, "home")
        seen = [board.selected.id if board.selected else ""]
        for _ in range(19):
            board.action_move(1)
            mark = board.marked()
            assert mark is not None
            assert 0 <= mark[0] < board.size.height
            seen.append(board.selected.id if board.selected else "")
        assert sorted(seen, key=int) == [str(i) for i in range(1, 21)]
        await stage.press("enter")
        assert board.selected is not None
        assert f"Task {board.selected.id} {board.selected.name}" in stage.text()

    play(scene)


def test_a_click_chooses_the_task_under_the_mouse_in_the_graph() -> None:
    async def scene(stage: Stage, board: TaskBoard) -> None:
        await stage.press("g", "g")
        y, a, _, index = board._spots[-1]
        await stage.pilot.click(board, offset=(a + 1, y))
        await stage.settle()
        assert board.cursor == index

    play(scene)


def test_a_board_that_fits_nowhere_uses_the_whole_width_and_counts_what_it_hides(moment: Moment) -> None:
    rows = [plain(row) for row in TaskBoard().rows(moment, 76, 8)]
    numbers = {word for row in rows[:-1] for cell in row.split("│") for word in cell.split()[1:2]}
    assert len(numbers) == 14
    assert rows[-1].strip() == "… 6 more ↓"
