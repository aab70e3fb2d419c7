"""Rows 6 to 9 of the fault table: mail that is lost, late, doubled or shuffled."""

from __future__ import annotations

from engine import control
from engine.record import events as ev
from engine.team.conversation import Conversations
from tests.helpers.faultplay import Script, disturbed, inject, timed
from tests.helpers.scripted import Played, Say, done


def mail(text: str, to: str = "Dev2") -> str:
    return f'<send_message to="{to}">{text}</send_message>\n'


def read(played: Played, agent: str) -> list[list[str]]:
    """The texts that each prompt of the agent shows as mail."""
    shown = []
    for call in range(1, len(played.asked[agent]) + 1):
        lines = played.section(agent, call, "Mail").splitlines()
        shown.append([line.removeprefix("> ") for line in lines if line.startswith("> ")])
    return shown


def test_lost_mail_is_recorded_and_the_board_tells_the_truth_without_it() -> None:
    script: Script = {"Dev1": [done("1", "add.py") + mail("1 is done")], "Dev2": ["", done("2", "sub.py")]}
    played = disturbed(script, inject("drop_messages"))
    assert played.one(ev.MessageLost).recipient == "Dev2"
    assert read(played, "Dev2") == [[], []]
    assert "1 | done | Dev1" in played.prompt("Dev2", 2)
    assert played.outcome == "completed"


def test_late_mail_arrives_once_in_a_later_prompt_with_the_round_it_was_written_in() -> None:
    played = disturbed({"Dev1": [mail("hello")]}, inject("delay_messages", seconds=2.5), max_rounds=6)
    assert played.one(ev.MessageDelivered).ts == 3.5
    assert read(played, "Dev2") == [[], [], [], [], ["hello"], []]
    assert "m1 from Dev1 in round 1:" in played.prompt("Dev2", 5)


def test_mail_behind_a_late_message_of_the_same_sender_waits_for_it() -> None:
    script: Script = {"Dev1": [mail("first"), mail("second")], "Dev3": ["", mail("other")]}
    commands: list[tuple[float, control.AnyCommand]] = [
        (0.5, inject("delay_messages", seconds=3.0)),
        (1.0, inject("slow", "Dev2", factor=1.0)),
    ]
    played = timed(script, commands, agents=3, max_rounds=7)
    sender = {event.id: event.sender for event in played.of(ev.MessageSent)}
    delivered = [sender[event.id] for event in played.of(ev.MessageDelivered)]
    assert delivered == ["Dev3", "Dev1", "Dev1"]  # the other sender's does not wait
    texts = [text for prompt in read(played, "Dev2") for text in prompt]
    assert texts == ["other", "first", "second"]


def test_healing_brings_late_mail_at_once() -> None:
    played = timed(
        {"Dev1": [mail("hello")]},
        [(0.5, inject("delay_messages", seconds=500.0)), (2.2, control.Heal())],
        max_rounds=4,
    )
    assert played.one(ev.MessageDelivered).ts == 2.2


def test_a_message_that_comes_twice_stands_in_one_prompt_once() -> None:
    for seconds in (0.0, 3.0):
        played = disturbed(
            {"Dev1": [mail("hello")]}, inject("duplicate_messages", seconds=seconds), max_rounds=6
        )
        assert read(played, "Dev2").count(["hello"]) == 1
        assert len(played.of(ev.MessageDelivered)) == 1
        assert played.one(ev.MessageRepeated).id == "m1"
        assert (played.state.mail.delivered, played.state.mail.repeated) == (1, 1)


def test_a_second_delivery_in_a_journal_is_not_shown_either() -> None:
    """The fold itself is idempotent, whoever wrote the journal."""
    played = disturbed({"Dev1": [mail("hello")]}, inject("slow", "Dev2", factor=1.0), max_rounds=4)
    fold = Conversations()
    for event in played.events:
        fold.apply(event)
        if isinstance(event, ev.MessageDelivered):
            fold.apply(event)
        if isinstance(event, ev.RoundEnded) and event.round == 3:
            fold.apply(played.one(ev.MessageDelivered))
            assert "hello" not in fold.compose("Dev2", 4).message.text
    texts = [message.text for message in fold.messages("Dev2")]
    assert sum(text.count("> hello") for text in texts) == 1


def test_shuffled_mail_arrives_whole_and_its_ids_show_the_order_of_writing() -> None:
    script: Script = {"Dev1": ["".join(mail(f"part {n}") for n in range(1, 7))]}
    played = disturbed(script, inject("reorder_messages", seconds=1.5), max_rounds=5)
    order = [event.id for event in played.of(ev.MessageDelivered)]
    assert sorted(order) == [f"m{n}" for n in range(1, 7)]
    assert order != sorted(order)
    [prompt] = [texts for texts in read(played, "Dev2") if texts]
    assert prompt == [f"part {message[1:]}" for message in order]
    section = played.section("Dev2", 4, "Mail")
    assert [line.split()[1] for line in section.splitlines() if line.startswith("- m")] == order


def test_healing_brings_held_mail_at_once() -> None:
    played = timed(
        {"Dev1": [mail("a") + mail("b")]},
        [(0.5, inject("reorder_messages", seconds=500.0)), (2.2, control.Heal())],
        max_rounds=4,
    )
    assert {(event.id, event.ts) for event in played.of(ev.MessageDelivered)} == {("m1", 2.2), ("m2", 2.2)}


def test_what_is_late_when_the_run_ends_is_lost_to_nobodys_surprise() -> None:
    played = disturbed(
        {"Dev1": [mail("late"), Say("", 2.0)]}, inject("delay_messages", seconds=50.0), max_rounds=2
    )
    assert played.of(ev.MessageDelivered) == []
    assert played.outcome == "max_rounds"
