"""The mouse is optional, and does what one expects of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.events import MouseScrollDown, MouseScrollUp

from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import scripted
from tui.screens.details import TurnDialog
from tui.screens.stories import TaskDialog
from tui.widgets.agents import AgentPane
from tui.widgets.board import TaskBoard


def play(scene: Callable[[Stage], Awaitable[None]], size: tuple[int, int] = (120, 36)) -> None:
    async def run() -> None:
        async with staged(scripted().events, size=size) as stage:
            await scene(stage)

    asyncio.run(run())


def where(stage: Stage, words: str) -> tuple[int, int]:
    """The place of some words on the screen."""
    return next((line.index(words), y) for y, line in enumerate(stage.lines()) if words in line)


def test_a_click_moves_the_cursor_and_a_second_one_opens_the_task() -> None:
    async def scene(stage: Stage) -> None:
        place = where(stage, "filter_outliers")
        await stage.pilot.click(offset=place)
        board = stage.live.view.panel("tasks")
        assert isinstance(board, TaskBoard)
        assert board.selected is not None
        assert board.selected.name == "filter_outliers"
        await stage.pilot.click(offset=place, times=2)
        await stage.settle()
        assert isinstance(stage.app.screen, TaskDialog)

    play(scene)


def test_a_click_finds_its_task_in_a_board_of_two_columns() -> None:
    async def scene(stage: Stage) -> None:
        await stage.pilot.click(offset=where(stage, "gcd"))
        board = stage.live.view.panel("tasks")
        assert isinstance(board, TaskBoard)
        assert board.selected is not None
        assert board.selected.name == "gcd"

    play(scene, (80, 24))


def test_a_double_click_on_a_line_of_a_pane_opens_its_turn() -> None:
    async def scene(stage: Stage) -> None:
        await stage.pilot.click(offset=where(stage, "All good here"), times=2)
        await stage.settle()
        assert isinstance(stage.app.screen, TurnDialog)
        assert "Dev4, round 6" in stage.text()

    play(scene)


def test_the_wheel_scrolls_the_pane_below_it_without_taking_the_keyboard() -> None:
    async def scene(stage: Stage) -> None:
        pane = stage.live.view.panel("agent:Dev2")
        assert isinstance(pane, AgentPane)
        before = pane.top
        pane.post_message(_wheel(up=True))
        await stage.rest()
        assert (pane.top, pane.follow) == (before - 3, False)
        pane.post_message(_wheel(up=False))
        await stage.rest()
        assert (pane.top, pane.follow) == (before, True)
        assert not pane.has_focus

    play(scene)


def test_text_of_a_pane_can_be_selected_and_copied() -> None:
    async def scene(stage: Stage) -> None:
        x, y = where(stage, "All good here")
        await stage.pilot.mouse_down(offset=(x, y))
        await stage.pilot.hover(offset=(x + 7, y))
        await stage.pilot.mouse_up(offset=(x + 7, y))
        assert stage.app.screen.get_selected_text() == "All good"
        await stage.press("ctrl+c")
        assert stage.app.clipboard == "All good"
        assert stage.app.is_running

    play(scene)


def _wheel(*, up: bool) -> MouseScrollUp | MouseScrollDown:
    kind = MouseScrollUp if up else MouseScrollDown
    return kind(None, 1, 1, 0, 0, 0, False, False, False)


def test_clicking_a_panel_gives_it_the_keyboard() -> None:
    async def scene(stage: Stage) -> None:
        await stage.pilot.click(offset=where(stage, "measured"))
        panel = stage.live.view.panel("speedup")
        assert panel is not None
        assert panel.has_focus

    play(scene)
