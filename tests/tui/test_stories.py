"""Pages that the whole journal tells: a task, a file, an agent, a turn; and the ways from one to another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.screen import Screen
from textual.widgets import OptionList

from engine.record import events as ev
from engine.record.state import RunState
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import Script, scripted
from tests.tui.test_details import written
from tests.tui.test_hostile import CORPUS
from tests.tui.test_snapshots import SIZES, check
from tui.history import agent_story, diff, path_story, task_story
from tui.mentions import Names
from tui.screens.details import HelpDialog, TurnDialog
from tui.screens.links import LinkDialog
from tui.screens.stories import AgentDialog, PathDialog, PromptDialog, StoryDialog, TaskDialog
from tui.turnhistory import prompt_story
from tui.widgets.agents import AgentPane


def edited() -> Script:
    """Two agents write normalize.py, one after the other."""
    s = Script().start(agents=2).open_round("Dev1", "Dev2").think("Dev1")
    s.reply("Dev1", "I take normalize.").claim("Dev1", 8)
    s.add(ev.LockAcquired, path="normalize.py", agent="Dev1", turn=1, token=1)
    s.add(
        ev.FileEdited,
        path="normalize.py",
        agent="Dev1",
        turn=1,
        version=1,
        base=0,
        content="a\nb\n",
        hash="1",
    )
    s.add(ev.LockDenied, path="normalize.py", agent="Dev2", turn=2, holder="Dev1", age_seconds=3.0)
    s.say("Dev2", ("Dev1",), "when is normalize done?")
    s.say("Dev2", ("Dev1",), "nothing to do with it")
    nodes = tuple(f"test_normalize.py::test_{i}" for i in range(4))
    s.add(
        ev.TestsFinished,
        run=1,
        agent="Dev1",
        turn=1,
        verdict="failed",
        passed=nodes[:3],
        failed=nodes[3:],
        seconds=1.0,
    )
    s.add(
        ev.FileEdited,
        path="normalize.py",
        agent="Dev2",
        turn=2,
        version=2,
        base=1,
        content="a\nc\n",
        hash="2",
        previous="Dev1",
    )
    s.add(ev.TaskReleased, task="8", agent="Dev1", reason="lease")
    s.add(ev.TaskClaimed, task="8", agent="Dev2", turn=2)
    return s


def names(s: Script) -> Names:
    return Names(RunState.of(s.events))


def test_a_task_tells_its_owners_its_tests_its_messages_and_every_version_of_its_file() -> None:
    s = edited()
    page = written(task_story(s.events, "8", names(s)), 90)
    assert "r1 00:00 Dev1 claims it\nr1 00:00 Dev1 has it no more: lease\nr1 00:00 Dev2 claims it" in page
    assert "Dev1: 3 of 4 passed, failed" in page
    assert "when is normalize done?" in page
    assert "nothing to do" not in page
    assert page.index("v2 by Dev2 in turn 2, over Dev1's") < page.index("v1 by Dev1 in turn 1")
    assert "  -b\n  +c" in page


def test_a_task_whose_tests_all_passed_in_a_run_that_failed_says_that_others_did() -> None:
    s = edited()
    nodes = tuple(f"test_normalize.py::test_{i}" for i in range(4))
    s.add(
        ev.TestsFinished,
        run=2,
        agent="Dev2",
        turn=2,
        verdict="failed",
        passed=nodes,
        failed=("test_other.py::test_x",),
        seconds=1.0,
    )
    page = written(task_story(s.events, "8", names(s)), 90)
    assert f"Dev2: {len(nodes)} of {len(nodes)} passed, others failed" in page


def test_a_file_tells_its_versions_locks_and_readers() -> None:
    s = edited()
    seen = ev.Seen(board=1, files=(("normalize.py", 2),))
    s.add(ev.TurnStarted, turn=9, agent="Dev2", epoch=1, seen=seen, request="9")
    page = written(path_story(s.events, "normalize.py", names(s)), 90)
    assert "Dev2 is refused: Dev1 holds it 3 s" in page
    assert "Dev2 is shown v2 in turn 9" in page
    assert "8 normalize: " in page
    assert "Dev1: 3 of 4 passed, failed" in page
    assert "when is normalize done?" not in page, "it names the task, not the file"
    assert "not written yet" in written(path_story(s.events, "add.py", names(s)))


def test_an_agent_tells_what_it_wrote_its_tests_and_its_refusals() -> None:
    s = edited()
    page = written(agent_story(s.events, "Dev2", names(s)), 90)
    assert "normalize.py v2, 2 lines, over Dev1's" in page
    assert "normalize.py: Dev1 holds it" in page
    assert "failed, 3 of 4" not in page


def test_an_agent_tells_which_tasks_it_had_and_what_was_said_to_it_and_of_it() -> None:
    s = edited()
    s.say("Dev1", ("Lead",), "Dev2 has taken it over.")
    page = written(agent_story(s.events, "Dev2", names(s)), 90)
    assert "task 8 normalize: Dev2 claims it" in page
    assert "Dev2 → Dev1: “when is normalize done?”" in page
    assert "Dev1 → Lead: “Dev2 has taken it over.”" in page
    assert "Dev1 has it no more" not in page


def test_a_task_tells_of_its_copies_and_reviews() -> None:
    s = edited()
    s.add(ev.DraftOpened, draft=1, task="8", agent="Dev1", kind="backup", owner="Dev2")
    s.add(
        ev.DraftEdited,
        draft=1,
        task="8",
        agent="Dev1",
        turn=3,
        path="normalize.py",
        base=2,
        content="a\nb\n",
        hash="3",
    )
    s.add(ev.DraftEnded, draft=1, task="8", agent="Dev1", reason="lost", winner="Dev2")
    s.add(ev.ReviewRequested, task="8", agent="Dev2", turn=2, reviewer="Dev1")
    page = written(task_story(s.events, "8", names(s)), 90)
    assert "Dev1 backs Dev2 up, in a copy of its own" in page
    assert "Dev1 writes normalize.py in its copy: 2 lines" in page
    assert "the copy of Dev1 is over: lost" in page
    assert "Dev2 hands it in for review by Dev1" in page


def test_a_difference_is_bounded_and_large_texts_are_only_counted() -> None:
    started = time.process_time()
    assert "too large to compare" in written(diff("", "x\n" * 500_000))
    assert "too large" in written(diff("", "A" * 1_000_000))
    assert "more lines differ" in written(diff("", "\n".join(map(str, range(1_000)))))
    assert written(diff("a", "a")).strip() == "the same text again"
    assert time.process_time() - started < 1.0


def test_the_prompt_of_a_journal_that_no_engine_wrote_is_told_so() -> None:
    s = scripted()
    page = written(prompt_story(s.events, 1), 90)
    assert "another version of teamtop" in page or "cannot be rebuilt" in page
    assert "no such turn" in written(prompt_story(s.events, 99_999))


# ---------------------------------------------------------------- on the screen


def play(scene: Callable[[Stage], Awaitable[None]], events: list[Any] | None = None, **kwargs: Any) -> None:
    async def run() -> None:
        async with staged(events if events is not None else edited().events, **kwargs) as stage:
            await scene(stage)

    asyncio.run(run())


def top(stage: Stage) -> Screen[Any]:
    return stage.app.screen


def pane(stage: Stage, name: str) -> AgentPane:
    found = stage.live.view.panel(f"agent:{name}")
    assert isinstance(found, AgentPane)
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("page", ["task", "file", "agent"])
def test_pages_at_three_sizes(page: str, size: str) -> None:
    async def scene(stage: Stage) -> None:
        made = {
            "task": (TaskDialog, "8"),
            "file": (PathDialog, "normalize.py"),
            "agent": (AgentDialog, "Dev2"),
        }
        kind, name = made[page]
        stage.app.push_screen(kind(stage.source, name))
        await stage.settle()
        check(f"page-{page}-{size}", stage.lines())

    play(scene, size=SIZES[size])


def test_enter_on_a_line_offers_what_it_speaks_of_and_opens_it() -> None:
    async def scene(stage: Stage) -> None:
        panel = pane(stage, "Dev1")
        panel.focus()
        await stage.press("home", "down", "enter")  # claims 8 normalize
        assert isinstance(top(stage), LinkDialog)
        assert "the whole turn of Dev1" in stage.text()
        assert "task 8 normalize" in stage.text()
        offered = top(stage).query_one(OptionList)
        await stage.press(*["down"] * (offered.option_count - 1), "enter")
        assert isinstance(top(stage), TaskDialog)
        await stage.press("enter")  # on to the agents and files of the page
        assert isinstance(top(stage), LinkDialog)
        await stage.press("escape", "escape")
        assert top(stage) is stage.live

    play(scene)


def test_without_a_cursor_enter_opens_the_turn_and_p_its_prompt() -> None:
    async def scene(stage: Stage) -> None:
        pane(stage, "Dev1").focus()
        await stage.press("enter")
        assert isinstance(top(stage), TurnDialog)
        await stage.press("p")
        assert isinstance(top(stage), PromptDialog)
        assert "The prompt, as it was asked" in stage.text()
        await stage.press("left", "right")
        assert "turn 1 (1 of 1)" in stage.text()

    play(scene)


def test_a_page_is_not_moved_by_what_comes_and_r_reads_it() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.push_screen(AgentDialog(stage.source, "Dev2"))
        await stage.settle()
        dialog = stage.app.screen
        assert isinstance(dialog, StoryDialog)
        await stage.feed(s.open_round("Dev1").think("Dev1").events[-2:])
        dialog.renew()
        await stage.rest()
        assert "+2 events, r reads them" in stage.text()
        await stage.press("r")
        assert "r reads them" not in stage.text()

    s = edited()
    play(scene, list(s.events), size=(120, 36))


def test_y_copies_a_page() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.push_screen(PathDialog(stage.source, "normalize.py"))
        await stage.settle()
        await stage.press("y")
        assert "v2 by Dev2" in stage.app.clipboard

    play(scene)


# ---------------------------------------------------------------- holding the view


def test_space_holds_the_view_while_the_team_goes_on_and_says_so() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("space")
        assert "view held, team goes on" in stage.text()
        panel = pane(stage, "Dev1")
        before = panel._rows
        await stage.feed(s.open_round("Dev1").think("Dev1").reply("Dev1", "later words").events[-3:])
        await stage.resize(140, 36)
        await stage.resize(120, 36)
        assert panel._rows == before
        assert stage.source.state.seq == len(s.events)  # the state has it all
        assert stage.controller.sent == []
        await stage.press("space")
        assert "later words" in stage.text()
        assert "view held" not in stage.text()

    s = edited()
    play(scene, list(s.events))


def test_a_held_view_and_a_paused_team_are_told_apart() -> None:
    async def scene(stage: Stage) -> None:
        assert "⏸ team paused" in stage.text()
        await stage.press("space")
        assert "view held, team paused" in stage.text()

    play(scene, edited().add(ev.PauseRequested, author="you").add(ev.Paused).events)


def test_a_reader_keeps_its_line_when_the_view_is_held_and_goes_on() -> None:
    async def scene(stage: Stage) -> None:
        panel = pane(stage, "Dev1")
        panel.focus()
        await stage.press("up", "up", "space")
        at = panel.cursor
        await stage.press("space")
        assert panel.cursor == at is not None

    play(scene)


@pytest.mark.parametrize("name", ["markup action", "ansi", "megabyte of words"])
def test_hostile_words_are_offered_as_words(name: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.app.push_screen(
            LinkDialog(Names(stage.source.state).in_text("8 normalize Dev1"), Names(stage.source.state))
        )
        await stage.rest()
        assert stage.app.is_running

    s = Script().start(agents=1, names=("Dev1", CORPUS[name][:200]))
    play(scene, s.events)


# ---------------------------------------------------------------- links of panels without lines


def where(stage: Stage, words: str, above: int = 0) -> tuple[int, int]:
    """The place of some words on the screen, at or below row ``above``."""
    return next(
        (line.index(words), y) for y, line in enumerate(stage.lines()) if y >= above and words in line
    )


@pytest.mark.parametrize(
    ("key", "words", "page"),
    [("3", "normalize.py", PathDialog), ("3", "Dev2", AgentDialog), ("t", "Dev1", AgentDialog)],
)
def test_a_name_in_a_panel_of_figures_is_opened_with_two_clicks(
    key: str, words: str, page: type[Screen[Any]]
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(key)
        await stage.pilot.click(offset=where(stage, words), times=2)
        await stage.settle()
        assert type(stage.app.screen) is page
        assert words in stage.app.screen.headline()  # type: ignore[attr-defined]  # pages have one

    play(scene, scripted().events)


@pytest.mark.parametrize("key", ["3", "7", "t"])
def test_enter_on_a_panel_of_figures_offers_what_it_names_and_what_it_shows(key: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(key, "enter")
        assert isinstance(stage.app.screen, LinkDialog)
        offered = stage.app.screen.query_one(OptionList)
        texts = [str(offered.get_option_at_index(i).prompt) for i in range(offered.option_count)]
        assert "agent Dev1" in texts
        assert texts[-1].startswith("what the panel ")
        await stage.press("end", "enter")
        assert isinstance(stage.app.screen, HelpDialog)

    play(scene, scripted().events)


@pytest.mark.parametrize("key", ["4", "6"])
def test_enter_on_a_panel_that_names_nobody_says_what_it_shows(key: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(key, "enter")
        assert isinstance(stage.app.screen, HelpDialog | LinkDialog)

    play(scene, scripted().events)


def test_a_name_on_a_page_is_opened_with_two_clicks() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.push_screen(TaskDialog(stage.source, "8"))
        await stage.settle()
        await stage.pilot.click(offset=where(stage, "Dev1", above=5), times=2)
        await stage.settle()
        assert isinstance(stage.app.screen, AgentDialog)

    play(scene, edited().events)


@given(st.lists(st.sampled_from(["Dev1", "normalize.py", "task 8", "·", "界", "no"]), max_size=8))
def test_what_is_found_at_a_place_is_what_is_found_in_the_text(words: list[str]) -> None:
    names, text = Names(RunState.of(edited().events)), " ".join(words)
    at = {mention for place in range(len(text)) if (mention := names.at(text, place)) is not None}
    assert at == set(names.in_text(text))
