"""What agents ask people: it rings once, stands below the header, and the message key answers it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.widgets import Input, OptionList

from engine.control import Say
from engine.record import events as ev
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import Script, scripted
from tui.screens.dialogs import MessageDialog

TEXT = "May I rename [b]add.py[/b]?\x1b[2J"


def asking(*agents: str) -> Script:
    s = scripted()
    for agent in agents:
        s.add(ev.PersonAsked, agent=agent, turn=1, text=f"{TEXT} I am {agent}.")
    return s


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    rung: list[int] = []
    monkeypatch.setattr("tui.app.TeamtopApp.bell", lambda _: rung.append(1))
    return rung


def test_a_question_rings_once_and_stands_below_the_header_until_it_is_answered(bells: list[int]) -> None:
    async def scene(stage: Stage) -> None:
        header, banner = stage.lines()[0], stage.lines()[1]
        assert " ?2 " in header
        assert "m answers" in banner
        assert "Dev2 asks people" in banner
        assert "+1 more" in banner
        assert "May I rename [b]add.py[/b]?" in banner
        assert len(bells) == 1

        later = asking("Dev2", "Dev4")
        count = len(later.events)
        later.say("operator", ("Dev2", "Dev4"), "Yes.", "operator")
        await stage.feed(later.events[count:])
        assert " ?2 " not in stage.lines()[0]
        assert "asks people" not in stage.lines()[1]
        assert len(bells) == 1

    play(asking("Dev2", "Dev4").events, scene)


@pytest.mark.parametrize("keys", [("1",), ("2",)], ids=["from the board", "from an agent that asked nothing"])
def test_the_message_key_answers_whoever_asked_first(bells: list[int], keys: tuple[str, ...]) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(*keys, "m")
        dialog = stage.app.screen
        assert isinstance(dialog, MessageDialog)
        assert "Dev2 asks: “May I rename [b]add.py[/b]?" in stage.text()
        dialog.query_one(Input).value = "Yes, do."
        await stage.press("enter")
        assert stage.controller.sent == [Say(text="Yes, do.", to="Dev2")]

    play(asking("Dev2", "Dev4").events, scene)


def test_without_questions_a_message_begins_as_one_to_all(bells: list[int]) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("1", "m")
        assert stage.app.screen.query_one(OptionList).highlighted == 0
        assert "asks:" not in stage.text()

    play(scripted().events, scene)


def test_the_line_of_keys_names_who_will_read_the_message(bells: list[int]) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("1", "m")
        assert "enter send to all · " in stage.text()
        await stage.press("tab", "down", "down")
        assert "enter send to Dev2 · " in stage.text()

    play(scripted().events, scene)


def test_nothing_rings_for_who_wants_silence(bells: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from tui import config

    load = config.load
    monkeypatch.setattr(config, "load", lambda: replace(load(), silent=True))

    async def scene(stage: Stage) -> None:
        assert "asks people" in stage.lines()[1]

    play(asking("Dev2").events, scene)
    assert bells == []


def test_questions_and_who_answered_them_stay_in_the_talk(bells: list[int]) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("5")
        assert "Dev2 asks people" in stage.text()
        assert "(ann answered)" in stage.text()

    s = asking("Dev2")
    s.say("ann", ("Dev2",), "Yes.", "operator")
    play(s.events, scene)


def play(events: list[Any], scene: Any) -> None:
    async def run() -> None:
        async with staged(events) as stage:
            await scene(stage)

    asyncio.run(run())
