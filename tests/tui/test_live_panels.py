"""The live screen as it is looked at: panels, details, help, and what changes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import Script, ended, scripted
from tui.screens.details import HelpDialog, TurnDialog
from tui.screens.live import LiveScreen
from tui.screens.stories import TaskDialog


def play(scene: Callable[[Stage], Awaitable[None]], events: list[Any] | None = None, **kwargs: Any) -> Stage:
    async def run() -> Stage:
        async with staged(events if events is not None else scripted().events, **kwargs) as stage:
            await scene(stage)
        return stage

    return asyncio.run(run())


# ---------------------------------------------------------------- panels


def test_digits_bring_a_panel_to_full_screen_and_back() -> None:
    async def scene(stage: Stage) -> None:
        for key, title in (("1", "1 Tasks"), ("3", "3 Locks"), ("4", "4 Speedup"), ("5", "5 Talk")):
            await stage.press(key)
            assert stage.lines()[2].startswith(f"╭─ {title}")
            assert stage.lines()[2].count("╮") == 1
        await stage.press("5")
        assert stage.live.view.full is None
        assert "┬" in stage.lines()[2]

    play(scene)


def test_two_shows_all_panes_on_a_small_terminal() -> None:
    async def scene(stage: Stage) -> None:
        assert "Agents 4" in stage.lines()[2]
        await stage.press("2")
        assert "─ Dev1" in stage.lines()[2]
        assert "─ Dev2" in stage.lines()[2]
        await stage.press("escape")
        assert "Agents 4" in stage.lines()[2]

    play(scene, size=(80, 24))


def test_z_zooms_the_panel_that_has_the_keyboard() -> None:
    seen: list[str | None] = []

    async def scene(stage: Stage) -> None:
        for keys in (("tab", "z"), ("z",), ("2", "tab", "z"), ("z",)):
            await stage.press(*keys)
            seen.append(stage.live.view.full)

    play(scene)
    assert seen == ["agent:Dev1", None, "agent:Dev2", None]


def test_tab_goes_round_the_panels_and_the_frame_shows_where() -> None:
    async def scene(stage: Stage) -> None:
        keys = []
        for _ in range(8):
            keys.append(getattr(stage.live.focused, "key", None))
            await stage.press("tab")
        assert keys[:7] == [
            "tasks",
            "agent:Dev1",
            "agent:Dev2",
            "agent:Dev3",
            "agent:Dev4",
            "locks",
            "speedup",
        ]
        assert keys[7] == "tasks"

    play(scene)


def test_enter_on_a_task_opens_it_and_on_a_pane_opens_the_turn() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("down", "down", "enter")
        assert isinstance(stage.app.screen, TaskDialog)
        assert "Task 3 sum_list" in stage.text()
        await stage.press("escape", "tab", "enter")
        assert isinstance(stage.app.screen, TurnDialog)
        assert "Dev1, round 7" in stage.text()
        await stage.press("left")
        assert "Dev1, round 6" in stage.text()
        await stage.press("right", "right")
        assert "Dev1, round 7" in stage.text()

    play(scene)


def test_enter_in_the_roster_opens_the_turn_of_that_agent() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("down", "enter")
        assert "Dev2, round 7" in stage.text()

    play(scene, size=(80, 24))


def test_enter_on_a_chart_explains_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("4", "enter")
        assert isinstance(stage.app.screen, HelpDialog)
        assert "1/((1−p)+p/N)" in stage.text()

    play(scene)


def test_question_mark_opens_the_help_and_closes_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("question_mark")
        assert isinstance(stage.app.screen, HelpDialog)
        assert "Disturb the team" in stage.text()
        await stage.press("question_mark")
        assert isinstance(stage.app.screen, LiveScreen)

    play(scene)


def test_the_board_scrolls_with_its_cursor() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("1", *["down"] * 19)
        assert any("is_prime" in line for line in stage.lines())
        assert not any(" add " in line for line in stage.lines())
        await stage.press("home")
        assert any(" add " in line for line in stage.lines())

    play(scene, Script().start(tasks=40).events, size=(60, 18))


# ---------------------------------------------------------------- what changes by itself


def test_new_events_appear_without_a_key() -> None:
    async def scene(stage: Stage) -> None:
        more = Script().start()
        before = len(more.events)
        more.open_round("Dev1").think("Dev1").claim("Dev1", 11)
        await stage.feed(more.events[before:])
        assert any("subtract" in line and "Dev1" in line for line in stage.lines())

    play(scene, Script().start().events)


def test_a_team_that_assembles_later_gets_its_panes() -> None:
    async def scene(stage: Stage) -> None:
        assert "no tasks yet" in stage.text()
        await stage.feed(scripted().events)
        assert "─ Dev4" in stage.text()
        assert "no tasks yet" not in stage.text()

    play(scene, [])


def test_ages_move_while_nothing_happens() -> None:
    async def scene(stage: Stage) -> None:
        assert "Dev2 ◐ testing 3 s" in stage.text()
        stage.source.ahead = 8.0
        stage.live.paint()
        await stage.rest()
        assert "Dev2 ◐ testing 8 s" in stage.text()

    play(scene)


def test_the_end_of_a_live_run_opens_its_summary_once(monkeypatch: Any) -> None:
    opened: list[object] = []

    async def scene(stage: Stage) -> None:
        monkeypatch.setattr(stage.app, "open_summary", opened.append)
        stage.live.folder = "the folder"  # type: ignore[assignment]  # only handed on
        await stage.feed(ended().events[len(scripted().events) :])
        stage.live.flush()
        assert "■ stopped" in stage.lines()[0]

    play(scene)
    assert opened == ["the folder"]


def test_warnings_stand_below_the_header() -> None:
    async def scene(stage: Stage) -> None:
        stage.source.note = "Line 7 is damaged."
        stage.live.paint()
        await stage.settle()
        assert stage.lines()[1].strip() == "⚠ Line 7 is damaged."
        assert stage.lines()[2].strip() == "⚡ H heals  crash Dev3"
        assert stage.lines()[3].startswith("╭")

    play(scene)
