"""A panel that grows follows only while its end is seen, and never moves under a reader."""

from __future__ import annotations

import asyncio
from typing import Any

from engine.record.state import RunState
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import Script
from tui.widgets.agents import AgentPane


def talkative(count: int, start: int = 0, script: Script | None = None) -> list[Any]:
    """Events in which Dev1 says ``count`` things; continues ``script``."""
    s = script or Script().start(agents=1).open_round("Dev1").think("Dev1")
    before = len(s.events) if script else 0
    for number in range(start, start + count):
        s.reply("Dev1", f"thing {number}")
    return s.events[before:]


def pane(stage: Stage) -> AgentPane:
    found = stage.live.view.panel("agent:Dev1")
    assert isinstance(found, AgentPane)
    return found


def seen(panel: AgentPane) -> list[str]:
    return ["".join(span.text for span in row).strip() for row in panel._rows]


def test_the_end_is_followed_while_it_is_seen() -> None:
    async def scene() -> None:
        s = Script().start(agents=1).open_round("Dev1").think("Dev1")
        async with staged(s.events + talkative(60, script=s)) as stage:
            assert "“thing 59”" in seen(pane(stage))[-1]
            await stage.feed(talkative(5, 60, s))
            assert "“thing 64”" in seen(pane(stage))[-1]

    asyncio.run(scene())


def test_a_reader_stays_on_the_same_words_and_is_told_how_many_are_new() -> None:
    async def scene() -> None:
        s = Script().start(agents=1).open_round("Dev1").think("Dev1")
        async with staged(s.events + talkative(60, script=s)) as stage:
            panel = pane(stage)
            panel.focus()
            await stage.press("up", "up", "up")
            before = seen(panel)
            await stage.feed(talkative(7, 60, s))
            after = seen(panel)
            assert after[:-1] == before[:-1]
            assert after[-1].endswith("+7 new ↓")
            await stage.press("end")
            assert "“thing 66”" in seen(panel)[-1]
            assert panel.follow

    asyncio.run(scene())


def test_words_that_leave_at_the_top_do_not_move_the_reader() -> None:
    async def scene() -> None:
        s = Script().start(agents=1).open_round("Dev1").think("Dev1")
        async with staged(s.events + talkative(390, script=s)) as stage:
            panel = pane(stage)
            panel.focus()
            await stage.press("pageup", "pageup")
            before = seen(panel)[:-1]
            await stage.feed(talkative(100, 390, s))  # the state keeps 400 lines
            assert seen(panel)[:-1] == before

    asyncio.run(scene())


def test_scrolling_to_the_last_row_follows_again() -> None:
    async def scene() -> None:
        s = Script().start(agents=1).open_round("Dev1").think("Dev1")
        async with staged(s.events + talkative(60, script=s)) as stage:
            panel = pane(stage)
            panel.focus()
            await stage.press("up", "down")
            await stage.feed(talkative(3, 60, s))
            assert "“thing 62”" in seen(panel)[-1]

    asyncio.run(scene())


def test_a_state_that_was_moved_back_is_shown_from_scratch() -> None:
    async def scene() -> None:
        s = Script().start(agents=1).open_round("Dev1").think("Dev1")
        events = s.events + talkative(60, script=s)
        async with staged(events) as stage:
            stage.source.state = RunState.of(events[:13])
            stage.live.paint()
            await stage.rest()
            words = [line for line in seen(pane(stage)) if line]
            assert words == [f"{'r1 ' if i == 0 else ''}“thing {i}”" for i in range(10)]

    asyncio.run(scene())


def test_another_width_keeps_the_reader_near_the_same_words() -> None:
    async def scene() -> None:
        s = Script().start(agents=1).open_round("Dev1").think("Dev1")
        async with staged(s.events + talkative(200, script=s)) as stage:
            panel = pane(stage)
            panel.focus()
            await stage.press("pageup", "pageup", "pageup")
            top = seen(panel)[0]
            await stage.resize(140, 36)
            assert seen(panel)[0] == top

    asyncio.run(scene())
