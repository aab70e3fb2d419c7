"""Recovery figures: what a fault cost and when all was well again, worked out by hand for small runs."""

from __future__ import annotations

from dataclasses import asdict

import msgspec
import pytest

from engine import control
from engine.analysis.recovery import Recovery, figures
from engine.faults.catalogue import FAULTS
from engine.record import events as ev
from tests.helpers.faultplay import Script, disturbed, inject, timed
from tests.helpers.scripted import Say, done, edit


def test_a_crash_is_seen_at_once_and_mended_when_its_task_has_an_owner_and_its_agent_a_turn() -> None:
    script: Script = {
        "Dev1": ['<claim_task id="1"/>', Say("", 9.0), ""],
        "Dev2": ["", Say("", 5.0), '<claim_task id="1"/>'],
    }
    commands: list[tuple[float, control.AnyCommand]] = [(2.0, inject("crash")), (8.5, control.Heal())]
    played = timed(script, commands, lease_seconds=3.0, max_rounds=8)
    found = figures(played.events)[1]
    assert [e.ts for e in played.of(ev.TaskClaimed)] == [1.0, 7.0]
    assert found.detection_seconds == 0.0
    assert (
        found.repair_seconds == 8.0
    )  # revived in the round that began at 8.0; its first turn is 9.0 to 10.0
    assert found.tasks_redone == 1
    assert found.agent_seconds_lost == 7.5  # its turn since 1.0 came to nothing from 2.0 on; down until 8.5
    assert found.blast_radius == 2


def test_a_crash_that_is_never_healed_is_mended_when_its_tasks_are_taken_up() -> None:
    script: Script = {
        "Dev1": ['<claim_task id="1"/>'],
        "Dev2": ["", "", Say("", 4.0), '<claim_task id="1"/>'],
    }
    played = timed(script, [(1.5, inject("crash"))], lease_seconds=3.0, max_rounds=6)
    found = figures(played.events)[1]
    assert found.repair_seconds == played.of(ev.TaskClaimed)[1].ts - 1.5
    assert found.agent_seconds_lost == played.one(ev.RunEnded).ts - 1.0


def test_who_is_back_before_its_lease_costs_no_task() -> None:
    played = timed(
        {"Dev1": ['<claim_task id="1"/>']}, [(1.5, inject("crash")), (2.5, control.Heal())], max_rounds=5
    )
    found = figures(played.events)[1]
    assert (found.tasks_redone, found.agent_seconds_lost) == (0, 1.5)
    assert found.repair_seconds == 2.5  # its turn from 3.0 to 4.0


def test_a_slow_agent_loses_what_the_factor_added() -> None:
    played = disturbed({}, inject("slow", factor=5.0, duration=3.0), max_rounds=3)
    found = figures(played.events)[1]
    assert (
        found.agent_seconds_lost == 0
    )  # healed before the reply, which ended the wait of the factor already
    whole = figures(disturbed({}, inject("slow", factor=5.0), max_rounds=2).events)[1]
    assert whole.agent_seconds_lost == pytest.approx(8.0)
    assert (whole.detection_seconds, whole.repair_seconds) == (4.5, None)


def test_failed_calls_lose_turns_and_a_damaged_reply_its_tokens() -> None:
    calls = figures(disturbed({}, inject("api_errors", status=400.0, duration=2.0), max_rounds=6).events)[1]
    assert calls.detection_seconds == 0.8
    assert calls.agent_seconds_lost == pytest.approx(0.6)
    assert calls.tokens_lost == 0
    damaged = disturbed({"Dev1": [edit("add.py")]}, inject("corrupt", mode="empty"), max_rounds=3)
    found = figures(damaged.events)[1]
    assert (found.tokens_lost, found.detection_seconds, found.blast_radius) == (110, 0.5, 1)


def test_lost_mail_reaches_who_should_have_read_it() -> None:
    played = disturbed(
        {"Dev1": ["<broadcast>x</broadcast>"]}, inject("drop_messages"), agents=4, max_rounds=2
    )
    found = figures(played.events)[1]
    assert (found.detection_seconds, found.blast_radius, found.agent_seconds_lost) == (0.5, 3, 0)


def test_a_fault_that_nobody_noticed_was_never_seen() -> None:
    played = disturbed({}, inject("drop_messages"), max_rounds=2)
    assert figures(played.events)[1] == Recovery(None, None, 0, 0, 0, 0)


@pytest.mark.parametrize("kind", [spec.kind for spec in FAULTS if not spec.whole_run])
def test_every_kind_has_figures_that_make_sense(kind: str) -> None:
    script: Script = {
        "Dev1": [edit("add.py"), done("1", "add.py") + "<run_tests/><broadcast>x</broadcast>"] * 3,
        "Dev2": [edit("add.py"), done("2", "sub.py") + "<broadcast>y</broadcast>"] * 3,
    }
    played = disturbed(script, inject(kind, duration=3.0), max_rounds=8, lease_seconds=4.0)
    for found in figures(played.events).values():
        assert all(value is None or value >= 0 for value in asdict(found).values())
        assert found.agent_seconds_lost <= played.events[-1].ts
        assert found.blast_radius <= 2


def test_a_prefix_of_a_journal_has_figures_too() -> None:
    events = disturbed({}, inject("crash"), max_rounds=3).events
    for end in range(len(events)):
        figures(events[:end])


# ---------------------------------------------------------------- by hand


def hand_made(*, back: bool = True, taken_up: bool = True) -> list[ev.Event]:
    """Dev1 crashes at 10 with a reply of 330 tokens in a turn since 6, and its task goes at 40 to Dev2.

    At 55 Dev1 is healed; its next turn lasts from 60 to 66. Dev3 runs into its lock at 12.
    """
    seen = ev.Seen(board=1)
    events: list[tuple[float, ev.Event]] = [
        (6.0, ev.TurnStarted(turn=1, agent="Dev1", epoch=1, seen=seen, request="1")),
        (
            9.0,
            ev.Replied(
                turn=1,
                agent="Dev1",
                text="",
                finish_reason="stop",
                input_tokens=300,
                output_tokens=30,
                latency_seconds=3.0,
                attempts=1,
            ),
        ),
        (10.0, ev.FaultStarted(id=1, kind="crash", targets=("Dev1",), params={}, author="ann")),
        (10.5, ev.AgentCrashed(agent="Dev1", epoch=1, lease_until=40.0)),
        (10.5, ev.TurnEnded(turn=1, agent="Dev1", outcome="crashed", effects=0)),
        (12.0, ev.LockDenied(path="a.py", agent="Dev3", turn=2, holder="Dev1", age_seconds=3.0)),
        (40.0, ev.TaskReleased(task="1", agent="Dev1", reason="lease")),
    ]
    if taken_up:
        events.append((48.0, ev.TaskClaimed(task="1", agent="Dev2", turn=4)))
    if back:
        events += [
            (55.0, ev.FaultStopped(id=1, author="ann")),
            (55.0, ev.AgentRevived(agent="Dev1", epoch=2)),
            (60.0, ev.TurnStarted(turn=5, agent="Dev1", epoch=2, seen=seen, request="5")),
            (66.0, ev.TurnEnded(turn=5, agent="Dev1", outcome="replied", effects=1)),
        ]
    events.append((80.0, ev.RunEnded(outcome="completed", wall_seconds=80.0)))
    return [msgspec.structs.replace(event, seq=seq, ts=ts) for seq, (ts, event) in enumerate(events, start=1)]


def test_all_figures_of_a_history_written_by_hand() -> None:
    assert figures(hand_made())[1] == Recovery(
        detection_seconds=0.5,  # it was down at 10.5
        repair_seconds=56.0,  # its first turn after it was healed ended at 66
        tasks_redone=1,
        agent_seconds_lost=49.0,  # from 6, when the lost turn began, to 55
        tokens_lost=330,
        blast_radius=3,  # itself, who was refused its lock, who took its task up
    )


def test_of_a_fault_that_never_ends_the_repair_is_when_its_tasks_were_taken_up() -> None:
    found = figures(hand_made(back=False))[1]
    assert (found.repair_seconds, found.agent_seconds_lost) == (38.0, 74.0)  # to 48; to the end at 80


def test_while_a_task_lies_about_nothing_is_repaired() -> None:
    found = figures(hand_made(taken_up=False))[1]
    assert (found.repair_seconds, found.tasks_redone, found.blast_radius) == (None, 0, 2)
