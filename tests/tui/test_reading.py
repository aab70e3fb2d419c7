"""Reading while a team works: search, jumps, copying, on the screen of a run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.widgets import Input

from engine.record import events as ev
from tests.helpers.recorded import toasts, typed
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import Script, scripted
from tests.tui.test_hostile import CORPUS, harmless, hostile
from tests.tui.test_log_panel import seen, talkative
from tests.tui.test_snapshots import SIZES, check, shoot
from tui.clipboard import BYTES_MAX
from tui.widgets.agents import AgentPane
from tui.widgets.panel import Panel
from tui.widgets.spans import plain


def play(scene: Callable[[Stage], Awaitable[None]], events: list[Any] | None = None, **kwargs: Any) -> None:
    async def run() -> None:
        async with staged(events if events is not None else scripted().events, **kwargs) as stage:
            await scene(stage)

    asyncio.run(run())


def pane(stage: Stage, name: str = "Dev1") -> AgentPane:
    found = stage.live.view.panel(f"agent:{name}")
    assert isinstance(found, AgentPane)
    return found


def words(panel: AgentPane) -> list[str]:
    return [line for line in seen(panel) if line]


@pytest.mark.parametrize("size", SIZES)
def test_a_search_narrows_the_panels_and_says_how_much_it_found(size: str) -> None:
    check(f"search-{size}", shoot(scripted().events, SIZES[size], "slash", *typed("normalize")))


def test_a_search_is_kept_by_enter_and_ended_by_escape() -> None:
    async def scene(stage: Stage) -> None:
        before = words(pane(stage))
        await stage.press("slash", *typed('"thing 7"'))
        assert words(pane(stage)) == ["r1 “thing 7”"]
        assert "1 of 30 lines" in stage.text()
        await stage.press("enter")
        assert words(pane(stage)) == ["r1 “thing 7”"]
        assert stage.app.focused is not stage.app.screen.query_one(Input)
        await stage.press("p")  # keys steer again
        assert stage.controller.sent
        await stage.press("escape")
        assert words(pane(stage)) == before
        assert "1 of 30" not in stage.text()

    s = Script().start(agents=1).open_round("Dev1").think("Dev1")
    talkative(30, script=s)
    play(scene, s.events)


def test_keys_go_into_the_search_while_it_is_written() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *typed("fpqHs"))
        assert stage.app.screen.query_one(Input).value == "fpqHs"
        assert stage.controller.sent == []
        assert stage.app.screen is stage.live

    play(scene)


def test_what_comes_during_a_search_is_searched_too() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *typed('"thing 3"'), "enter")
        await stage.feed(talkative(10, 30, s))
        assert words(pane(stage))[-1] == "r1 “thing 39”"
        assert "11 of 40 lines" in stage.text()  # 3 and 30 to 39

    s = Script().start(agents=1).open_round("Dev1").think("Dev1")
    talkative(30, script=s)
    play(scene, s.events)


def test_a_reader_stays_where_it_was_when_a_search_ends() -> None:
    async def scene(stage: Stage) -> None:
        panel = pane(stage)
        panel.focus()
        await stage.press("pageup", "up")
        at = panel.cursor
        await stage.press("slash", *typed("thing"), "enter", "escape")
        assert panel.cursor == at
        assert not panel.follow

    s = Script().start(agents=1).open_round("Dev1").think("Dev1")
    talkative(90, script=s)
    play(scene, s.events)


def test_a_search_that_is_not_understood_says_what_can_be_written() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *typed("kind:odd"))
        assert "kinds: act refused failed passed said question fault person" in stage.text()

    play(scene, size=(80, 24))


def test_rows_of_agents_are_narrowed_to_those_of_whom_something_was_found() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *typed("kind:fault"), "enter")
        text = stage.text()
        assert "Dev3" in text.split("Tasks")[0]
        assert "Dev4" not in text.split("Tasks")[0]
        await stage.press("tab", "enter")

    play(scene, size=(80, 24))


# ---------------------------------------------------------------- jumps


def test_capital_n_goes_to_the_last_fault_and_n_back_again() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("N")
        dev3 = pane(stage, "Dev3")
        assert stage.app.focused is dev3
        line = dev3.line(stage.live.moment) or dev3.agent(stage.live.moment).lines[-1]  # type: ignore[union-attr]  # it is there
        assert line.kind == "fault"
        await stage.press("N", "N", "N", "N")
        assert any("No fault before this line" in said for said in toasts(stage))

    play(scene)


def test_x_and_e_go_to_conflicts_and_failures() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("X")
        panel = stage.app.focused
        assert isinstance(panel, AgentPane)
        assert "denied" in (panel.line(stage.live.moment) or panel.agent(stage.live.moment).lines[-1]).text  # type: ignore[union-attr]  # it is there
        await stage.press("E")
        assert any("No failed test or call before" in said for said in toasts(stage))

    s = Script().start(agents=2).open_round("Dev1", "Dev2").think("Dev1")
    s.add(ev.LockDenied, path="add.py", agent="Dev1", turn=1, holder="Dev2", age_seconds=3.0)
    s.reply("Dev1", "well")
    play(scene, s.events)


def test_a_jump_on_a_small_terminal_brings_the_agent_to_full_screen() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("N")
        assert stage.live.view.full == "agent:Dev3"
        await stage.press("escape")
        assert stage.live.view.full is None

    play(scene, size=(80, 24))


def test_a_jump_finds_its_line_in_a_pane_that_nobody_saw_while_it_grew() -> None:
    async def scene(stage: Stage) -> None:
        stage.live.view.zoom("agent:Dev1")
        await stage.rest()
        pane(stage, "Dev1").choose("tests")
        await stage.press("escape", "slash", *typed("zzz"), "enter")
        s.add(ev.LockDenied, path="add.py", agent="Dev1", turn=1, holder="Dev2", age_seconds=3.0)
        for number in range(40):
            s.say("Dev1", ("Dev2",), f"word {number}")
        await stage.feed(s.events[known:])
        await stage.press("X")
        dev1 = pane(stage, "Dev1")
        assert dev1.view == "conversation"
        line = dev1.line(stage.live.moment)
        assert line is not None
        assert "denied add.py" in line.text
        assert any("denied add.py" in row for row in stage.lines())

    s = Script().start(agents=2).open_round("Dev1", "Dev2").think("Dev1")
    known = len(s.events)
    play(scene, s.events[:known], size=(80, 24))


# ---------------------------------------------------------------- copying


def test_y_copies_the_line_under_the_cursor_and_says_so() -> None:
    async def scene(stage: Stage) -> None:
        pane(stage).focus()
        await stage.press("up", "y")
        assert stage.app.clipboard == "r1 Dev1: thing 28"
        assert toasts(stage) == ["Copied 1 line, 17 characters."]
        await stage.press("Y")
        assert "thing 29" in stage.app.clipboard

    s = Script().start(agents=1).open_round("Dev1").think("Dev1")
    talkative(30, script=s)
    play(scene, s.events)


def test_y_copies_the_row_of_a_board() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("1", "down", "y")
        assert "safe_add" in stage.app.clipboard

    play(scene)


@pytest.mark.parametrize("name", ["ansi", "clipboard", "c1", "bidi", "zero width", "megabyte of lines"])
def test_what_is_copied_controls_nothing_and_is_bounded(name: str) -> None:
    async def scene(stage: Stage) -> None:
        for each in list(stage.source.state.agents.agents):
            stage.live.view.zoom(f"agent:{each}")
            await stage.press("y", "up", "y", "Y")
            text = stage.app.clipboard
            assert len(text.encode()) <= BYTES_MAX
            assert all(part.isprintable() for part in text.split("\n"))
        await stage.press("slash")
        stage.app.screen.query_one(Input).value = CORPUS[name][:200]
        await stage.rest()
        harmless(stage)
        assert stage.app.screen.query_one(Input).value.isprintable()

    play(scene, hostile((CORPUS[name],)))


# ---------------------------------------------------------------- reading never moves, and the way back


def chatty(rounds: int) -> Script:
    """A team that talks and works for some rounds, more than any panel shows at once."""
    s = Script().start(agents=2)
    for number in range(rounds):
        s.at(float(4 * number)).open_round("Dev1", "Dev2")
        for name, other in (("Dev1", "Dev2"), ("Dev2", "Dev1")):
            s.think(name).reply(name, f"round {number} of {name}")
            s.say(name, (other,), f"word {number} of {name}").end_turn(name)
        s.close_round()
    return s


def read(panel: Panel) -> list[str]:
    """The first rows of a panel; of the timeline its lanes and rounds: the present has a row of its own."""
    rows = [plain(row) for row in panel._rows]
    return (
        [row for row in rows if row.startswith("Dev") or "│r" in row] if panel.key == "timeline" else rows[:9]
    )


@pytest.mark.parametrize("key", ["agent:Dev1", "talk", "timeline"])
def test_who_reads_is_not_moved_and_capital_l_returns_to_the_present(key: str) -> None:
    whole = chatty(40).events
    half = next(e.seq for e in whole if isinstance(e, ev.RoundStarted) and e.round == 30)

    async def scene(stage: Stage) -> None:
        view = stage.live.view
        view.zoom(key)
        panel = view.panel(key)
        assert panel is not None
        panel.focus()
        await stage.press(*(("i", "i", "h") if key == "timeline" else ("pageup", "pageup")))
        before = read(panel)
        await stage.feed(whole[half:])
        assert read(panel) == before
        text = stage.text()
        assert " new ↓" in text or "held here, End follows" in text
        await stage.press("L")
        assert read(panel) != before
        text = stage.text()
        assert " new ↓" not in text
        assert "held here" not in text

    play(scene, whole[:half])


def test_capital_l_lets_a_held_view_go_on() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("space")
        assert "view held" in stage.text()
        await stage.press("L")
        assert "view held" not in stage.text()

    play(scene)
