"""Agents ask the people who run the team: recorded, answered by mail, bounded, and gone when they leave."""

from __future__ import annotations

import pytest

from engine import control
from engine.record import events as ev
from engine.record.state import RunState
from engine.team.acts.talk import QUESTIONS_OPEN
from tests.helpers.scripted import Steering, play

ASK = "<ask_person>May I rename [b]add.py[/b]?</ask_person>"


def test_a_question_is_an_event_and_waits_until_a_person_writes_to_the_agent() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.PersonAsked)
        await hand.do(control.Say(author="ann", text="Others first.", to="Dev2"))
        await hand.sleep(0.2)
        await hand.do(control.Say(author="ann", text="Yes.", to="Dev1"))

    played = play({"Dev1": [ASK]}, steer=steer, max_rounds=3)
    asked = played.one(ev.PersonAsked)
    assert (asked.agent, asked.text) == ("Dev1", "May I rename [b]add.py[/b]?")
    assert "ask_person: ok. Asked; an answer would come as mail." in played.prompt("Dev1", 2)
    assert "Yes." in played.prompt("Dev1", 3)

    first, yes = played.of(ev.MessageSent)
    before = RunState.of(event for event in played.events if event.seq <= first.seq + 1)
    assert [question.agent for question in before.mail.waiting] == ["Dev1"]
    after = RunState.of(event for event in played.events if event.seq <= yes.seq + 1)
    assert after.mail.waiting == []
    assert after.mail.questions[0].closed == "ann answered"


@pytest.mark.parametrize("name", ["human", "User", "people"])
def test_a_message_to_people_by_name_is_a_question_too(name: str) -> None:
    played = play({"Dev1": [f'<send_message to="{name}">Which tests?</send_message>']}, max_rounds=1)
    assert played.one(ev.PersonAsked).text == "Which tests?"
    assert played.of(ev.ActionRefused) == []


def test_an_agent_with_many_open_questions_is_told_to_go_on() -> None:
    played = play({"Dev1": [ASK * (QUESTIONS_OPEN + 1)]}, max_rounds=1)
    assert len(played.of(ev.PersonAsked)) == QUESTIONS_OPEN
    assert played.one(ev.ActionRefused).reason == "limit"


def test_an_answer_makes_room_for_more_questions() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.PersonAsked)
        await hand.do(control.Say(author="ann", text="Yes, all.", to=None))

    played = play({"Dev1": [ASK * QUESTIONS_OPEN, ASK]}, steer=steer, max_rounds=2)
    assert len(played.of(ev.PersonAsked)) == QUESTIONS_OPEN + 1


def test_nobody_waits_for_answers_to_who_has_left() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.PersonAsked)
        await hand.do(control.RemoveAgent(name="Dev1"))

    played = play({"Dev1": [ASK]}, steer=steer, max_rounds=2)
    state = RunState.of(played.events)
    assert state.mail.waiting == []
    assert state.mail.questions[0].closed == "it left"


def test_runs_begun_under_older_prompts_are_not_taught_to_ask() -> None:
    assert "ask_person" not in play({}, max_rounds=1, template=2).asked["Dev1"][0][0][1]
    assert "ask_person" in play({}, max_rounds=1).asked["Dev1"][0][0][1]
