"""Leases and fencing: what an agent sends after its lease is refused, one action at a time, and recorded."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from engine import control
from engine.analysis import frames, summary
from engine.analysis.consistency import check
from engine.analysis.figures import live
from engine.analysis.recovery import figures
from engine.record import events as ev
from engine.world.testrunner import TestReport, TestRequest
from tests.helpers.durable import config, go
from tests.helpers.faultplay import Script, inject, timed
from tests.helpers.scripted import FakeTests, Played, Say, done, edit, play

LEASE = 5.0

SILENT: Script = {
    "Dev1": [Say(done("1", "add.py") + '<send_message to="Dev2">done</send_message>', 2.0), ""],
    "Dev2": [Say("", 2.0), Say(done("1", "add.py"), 4.0)],
}


def zombie() -> Played:
    """Dev1 is silent from 0.5 to 20, with a reply in its hands from 2 on; Dev2 does its task meanwhile."""
    script = {**SILENT, "Dev2": [*SILENT["Dev2"], *[Say("", 9.0)] * 3]}
    return timed(script, [(0.5, inject("stall")), (12.0, control.Heal())], lease_seconds=LEASE, max_rounds=4)


def test_every_action_of_a_zombie_is_refused_as_fenced_and_the_refusals_are_in_the_journal() -> None:
    played = zombie()
    late = played.one(ev.ReplyFenced)
    assert (late.agent, late.turn, late.epoch, late.current, late.actions) == ("Dev1", 1, 1, 2, 4)
    refused = played.of(ev.ActionRefused, reason="fenced")
    assert [(e.action, e.object, e.turn) for e in refused] == [
        ("claim_task", "1", 1),
        ("edit_file", "add.py", 1),
        ("complete_task", "1", 1),
        ("send_message", "Dev2", 1),
    ]
    assert all(event.seq > played.one(ev.AgentRevived).seq for event in refused)
    assert {event.agent for event in played.of(ev.FileEdited)} == {"Dev2"}
    assert played.of(ev.MessageSent) == []


def test_the_zombie_is_told_and_its_pane_and_the_checker_show_it() -> None:
    played = zombie()
    told = [prompt[-1][1] for prompt in played.asked["Dev1"][1:]]
    assert "refused (fenced)" in told[0]
    lines = [line.text for line in played.state.agents.agents["Dev1"].lines]
    assert "⊘ late reply of turn 1 fenced: epoch 1 is over, 4 actions refused" in lines
    findings = {(f.name, f.class_): f for f in check(played.events).findings}
    assert findings["zombie", "prevented"].count == 4
    assert findings["zombie", "engine"].verdict == "true"
    assert check(played.events).verdict != "false"


def test_the_tokens_of_a_late_reply_are_paid_for_and_lost() -> None:
    played = zombie()
    replies = played.of(ev.Replied)
    spent = sum((reply.input_tokens or 0) for reply in replies) + 100
    folded, tables = live(played.state), summary.figures(frames.build(played.events))
    assert folded.input_tokens == tables.input_tokens == spent
    assert folded.agents[0].input_tokens == tables.agents[0].input_tokens
    assert figures(played.events)[1].tokens_lost == 110


def test_who_is_back_within_its_lease_is_no_zombie() -> None:
    played = timed(SILENT, [(0.5, inject("stall")), (4.0, control.Heal())], lease_seconds=LEASE, max_rounds=2)
    assert played.of(ev.ReplyFenced) == []
    assert played.of(ev.TaskCompleted)[0].agent == "Dev1"


def test_who_crashes_with_a_reply_in_its_hands_never_sends_it() -> None:
    commands: list[tuple[float, control.AnyCommand]] = [
        (0.5, inject("stall")),
        (9.0, inject("crash")),
        (10.0, control.Heal()),
    ]
    played = timed(SILENT, commands, lease_seconds=LEASE, max_rounds=4)
    assert played.of(ev.ReplyFenced) == []


class Slow(FakeTests):
    """Each run takes four seconds of the run's clock."""

    async def run(self, request: TestRequest) -> TestReport:
        return replace(await super().run(request), booked_seconds=4.0)


def test_a_completion_under_a_claim_that_was_lost_meanwhile_is_fenced_although_the_task_came_back() -> None:
    back_and_forth = '<assign_task id="1" to="Dev2"/><assign_task id="1" to="Dev1"/>'
    script: Script = {
        "Lead": ['<assign_task id="1" to="Dev1"/>', Say(back_and_forth, 3.0)],
        "Dev1": ["", Say(edit("add.py") + '<complete_task id="1"/>', 1.0), '<complete_task id="1"/>'],
    }
    played = play(
        script,
        strategy="lead-assigned",
        completion="verified",
        tests=Slow(),
        max_rounds=4,
        lease_seconds=LEASE,
    )
    refused = played.one(ev.ActionRefused, action="complete_task")
    assert refused.reason == "fenced"
    completed = played.one(ev.TaskCompleted, task="1")
    assert completed.token == 5  # given, taken, given, taken, given
    assert completed.round > refused.round
    assert completed.epoch == 1


@pytest.mark.parametrize("kind", ["crash", "amnesia", "stall"])
@pytest.mark.parametrize("strategy", ["preassigned", "decentralized", "lead"])
def test_the_tasks_of_a_crashed_or_silent_owner_return_within_the_lease_whatever_the_seed(
    kind: str, strategy: str
) -> None:
    plan = f'[[fault]]\nkind = "{kind}"\ntarget = "random(2)"\neach_round = 0.3\nduration_seconds = 45\n'
    returned = 0
    chosen = config(faults=plan, strategy=strategy, agents=4, model="sim/gpt-5.2", lease_seconds=20.0)
    for seed in range(6):
        run = go(msgspec.structs.replace(chosen, seed=seed, max_rounds=25))
        assert run.error is None
        owner: dict[str, str] = {}
        lost: dict[str, float] = {}
        for event in run.events:
            for agent, until in lost.items():
                kept = [task for task, name in owner.items() if name == agent]
                assert event.ts <= until + 1e-6 or not kept, (seed, event)
            match event:
                case ev.TaskAssigned() | ev.TaskClaimed():
                    owner[event.task] = event.agent
                case ev.TaskReleased():
                    owner.pop(event.task, None)
                    returned += event.reason == "lease"
                case ev.TaskCompleted():
                    owner.pop(event.task, None)
                case ev.AgentCrashed() | ev.AgentStalled():
                    lost[event.agent] = event.lease_until
                    assert event.lease_until == pytest.approx(event.ts + 20.0)
                case ev.AgentRevived():
                    lost.pop(event.agent, None)
    assert returned > 0
