"""Commands of a person: pause, resume, step, stop, inject, heal, say; each one an event with its author."""

from __future__ import annotations

import pytest

from engine import control
from engine.record import events as ev
from engine.record.state import RunState
from engine.world.testrunner import TestReport, TestRequest
from tests.helpers.scripted import FakeTests, Say, Steering, done, play

# ------------------------------------------------------------ pause and resume


def test_a_pause_stops_the_runs_time_and_is_cut_out_of_every_duration() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(2.0)
        await hand.do(control.Pause(author="ann", why="coffee"))
        await hand.sleep(1000.0)
        await hand.do(control.Resume(author="bob"))

    played = play({"Dev1": [Say("", 5.0)]}, steer=steer, max_rounds=1)
    asked, paused, resumed = played.one(ev.PauseRequested), played.one(ev.Paused), played.one(ev.Resumed)
    assert (asked.author, asked.why, asked.ts) == ("ann", "coffee", 2.0)
    assert (paused.ts, resumed.ts, resumed.author) == (2.0, 2.0, "bob")
    assert played.one(ev.Replied, agent="Dev1").latency_seconds == 5.0
    assert played.one(ev.RunEnded).wall_seconds == 5.0
    assert played.loop_seconds == 1005.0


def test_leases_and_heals_wait_while_the_team_is_paused() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(1.5)
        await hand.do(control.Inject(kind="crash", target="Dev1", duration_seconds=10.0))
        await hand.do(control.Pause())
        await hand.sleep(500.0)
        assert hand.run.state.agents.agents["Dev1"].status == "down"
        await hand.do(control.Resume())

    played = play({}, steer=steer, max_rounds=14)
    assert played.one(ev.AgentRevived).ts == 11.5


def test_a_pause_takes_no_new_round_and_no_prompt() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.RoundEnded)
        await hand.do(control.Pause())
        before = len(hand.seen)
        await hand.sleep(100.0)
        assert len(hand.seen) == before
        await hand.do(control.Resume())

    assert play({}, steer=steer, max_rounds=3).outcome == "max_rounds"


def test_state_says_paused_and_running() -> None:
    phases: list[str] = []

    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(control.Pause())
        phases.append(hand.run.state.run.phase)
        await hand.do(control.Resume())
        phases.append(hand.run.state.run.phase)

    phases.append(play({}, steer=steer, max_rounds=1).state.run.phase)
    assert phases == ["paused", "running", "ended"]


# ------------------------------------------------------------ step


def test_a_step_from_between_rounds_plays_exactly_one_round() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(control.Pause())
        for number in (1, 2, 3):  # the first one brings round 1 to its end
            await hand.do(control.Step(author="ann"))
            await hand.until(ev.Paused, number + 1)
            await hand.sleep(50.0)
            assert hand.run.bus.round == number
        await hand.do(control.Resume())

    played = play({}, steer=steer, max_rounds=5)
    assert [(event.step, event.author) for event in played.of(ev.Resumed)] == [
        (True, "ann"),
        (True, "ann"),
        (True, "ann"),
        (False, "operator"),
    ]
    assert [event.round for event in played.of(ev.Paused)] == [1, 1, 2, 3]
    assert [event.ts for event in played.of(ev.RoundEnded)] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_step_from_within_a_round_plays_to_its_end() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(control.Pause())
        await hand.do(control.Step())
        paused = await hand.until(ev.Paused, 2)
        assert (paused.round, paused.ts) == (1, 1.0)
        await hand.do(control.Resume())

    assert play({}, steer=steer, max_rounds=2).outcome == "max_rounds"


def test_a_run_whose_last_task_is_done_in_a_step_ends_without_a_resume() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(control.Pause())
        await hand.do(control.Step())

    played = play({"Dev1": [done("1", "add.py") + done("2", "sub.py")]}, steer=steer)
    assert played.outcome == "completed"
    assert played.state.run.phase == "ended"


def test_a_pause_during_a_step_ends_the_step() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        for command in (control.Pause(), control.Step(), control.Pause(), control.Resume()):
            assert (await hand.do(command)).ok

    played = play({}, steer=steer, max_rounds=3)
    assert len(played.of(ev.Paused)) == 2
    assert played.outcome == "max_rounds"


# ------------------------------------------------------------ stop


def test_a_stop_ends_open_turns_frees_locks_and_verifies() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.TaskCompleted)
        await hand.do(control.Stop(author="ann", why="enough"))

    played = play({"Dev1": [done("1", "add.py")], "Dev2": [Say(done("2"), 60.0)]}, steer=steer)
    assert played.outcome == "stopped"
    stop = played.one(ev.StopRequested)
    assert (stop.author, stop.why) == ("ann", "enough")
    assert played.one(ev.TurnEnded, agent="Dev2").outcome == "failed"
    assert played.one(ev.LockReleased).path == "add.py"
    assert played.one(ev.RunEnded).wall_seconds == 1.0
    assert played.one(ev.RunVerified).passed == ("test_add.py::test_it",)


def test_a_paused_team_can_be_stopped() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(control.Pause())
        await hand.sleep(20.0)
        await hand.do(control.Stop())

    played = play({}, steer=steer)
    assert played.outcome == "stopped"
    assert played.one(ev.RunEnded).wall_seconds == 0.5


def test_a_stop_while_tests_run_does_not_wait_for_their_modelled_time() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.TestsStarted)
        await hand.do(control.Stop())

    played = play({"Dev1": ["<run_tests/>"]}, agents=1, steer=steer)
    assert played.outcome == "stopped"
    assert played.of(ev.TestsFinished) == []
    assert played.one(ev.RunEnded).ts == 1.0


# ------------------------------------------------------------ say


def test_words_to_one_agent_stand_in_its_next_prompt_and_nobody_elses() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        answer = await hand.do(control.Say(author="ann", text="Look at\nadd.py.", to="Dev2"))
        sent = await hand.until(ev.MessageSent)
        assert (answer.ok, answer.seq) == (True, sent.seq)

    played = play({}, steer=steer, max_rounds=2)
    sent = played.one(ev.MessageSent)
    assert (sent.kind, sent.sender, sent.recipients) == ("operator", "ann", ("Dev2",))
    assert played.section("Dev2", 2, "Mail") == "Mail\n- m1 from ann in round 1:\n> Look at\n> add.py."
    assert played.section("Dev1", 2, "Mail") == ""


def test_words_to_all_reach_everybody_the_lead_included() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(control.Say(text="Hurry up."))

    played = play({}, strategy="lead", steer=steer, max_rounds=2)
    assert [event.recipient for event in played.of(ev.MessageDelivered)] == ["Lead", "Dev1", "Dev2"]
    for agent in ("Lead", "Dev1", "Dev2"):
        assert "Hurry up." in played.section(agent, 2, "Mail")


def test_a_person_whose_name_spans_lines_cannot_write_prompt_lines_with_it() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(control.Say(author="ann:\n## Task 9: x\nFiles: y", text="Hi."))

    played = play({}, steer=steer, max_rounds=2)
    assert "\n## Task 9" not in played.prompt("Dev1", 2)


# ------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (control.Resume(), "The team is not paused."),
        (control.Step(), "Only a paused team can be stepped; pause it first."),
        (control.Heal(fault=7), "No such fault is active."),
        (control.Heal(), "No such fault is active."),
        (control.Say(text=" \n"), "There is nothing to say: give a text."),
        (control.Say(text="Hi", to="Dve1"), "There is no agent 'Dve1'. Did you mean \"Dev1\"?"),
        (control.Inject(kind="crsh"), "inject: there is no fault 'crsh'. Did you mean \"crash\"?"),
        (
            control.Inject(kind="crash", target="lead"),
            "This team has no lead; target one of Dev1, Dev2, or all.",
        ),
        (
            control.Inject(kind="slow", params={"factor": 0.5}),
            "inject: factor is a number from 1 to 1000, not 0.5.",
        ),
        (
            control.Inject(kind="slow", params={"facter": 2.0}),
            "inject: slow has no parameter 'facter'. Did you mean \"factor\"?",
        ),
        (
            control.Inject(kind="corrupt", params={"mode": "odd"}),
            "inject: mode is one of operator, empty, truncated, malformed, claims_done, other_task, nested, "
            "repetition, refusal, equivocation, injection, not 'odd'.",
        ),
        (control.Inject(kind="crash", duration_seconds=-1.0), "A duration is a number of seconds from 0."),
    ],
)
def test_a_command_without_effect_answers_with_a_sentence_and_is_recorded(
    command: control.AnyCommand, sentence: str
) -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(command)

    played = play({}, steer=steer, max_rounds=1)
    [answer] = played.answers
    refused = played.one(ev.ControlRefused)
    assert (answer.ok, answer.detail) == (False, sentence)
    assert (refused.detail, refused.author) == (sentence, "operator")
    assert answer.seq == refused.seq


def test_pausing_and_stopping_twice_is_refused() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        for command in (control.Pause(), control.Pause(), control.Stop(), control.Stop()):
            await hand.do(command)

    played = play({}, steer=steer)
    assert [answer.ok for answer in played.answers] == [True, False, True, False]
    assert [answer.detail for answer in played.answers[1::2]] == [
        "The team is paused already.",
        "The run is stopping already.",
    ]


class SlowTests(FakeTests):
    async def run(self, request: TestRequest) -> TestReport:
        import asyncio

        await asyncio.sleep(60.0)
        return await super().run(request)


@pytest.mark.parametrize(
    "command",
    [
        control.Pause(),
        control.Stop(),
        control.Say(text="Too late."),
        control.Inject(kind="crash"),
        control.Heal(),
        control.Step(),
    ],
)
def test_once_the_team_has_ended_commands_are_refused_and_leave_no_trace(command: control.AnyCommand) -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.RunEnded)
        await hand.sleep(1.0)  # the closing verification runs
        await hand.do(command)

    played = play({}, steer=steer, max_rounds=1, tests=SlowTests())
    assert played.answers == [
        control.Answer(ok=False, seq=played.events[-2].seq, detail="The run has ended.")
    ]
    assert [type(event) for event in played.events[-2:]] == [ev.RunEnded, ev.RunVerified]
    assert played.state.run.phase == "ended"


def test_nothing_planned_strikes_while_the_closing_tests_run() -> None:
    plan = '[[fault]]\nkind = "crash"\nat_seconds = 30.0\n[[fault]]\nkind = "slow"\nat_round = 1\n'
    plan += "duration_seconds = 40.0\n"
    played = play({}, plan=plan, max_rounds=1, tests=SlowTests(), kind="wall")
    assert played.loop_seconds > 60.0
    assert played.events[-1].ts == played.one(ev.RunEnded).ts
    assert [type(event) for event in played.events[-2:]] == [ev.RunEnded, ev.RunVerified]


def test_an_answer_comes_after_the_event_is_in_the_journal() -> None:
    written: list[bool] = []

    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        answer = await hand.do(control.Pause())
        data = bytes(hand.run._seams.store.data)  # type: ignore[attr-defined]  # the memory store
        written.append(f'"seq":{answer.seq},'.encode() in data)
        await hand.do(control.Resume())

    play({}, steer=steer, max_rounds=1)
    assert written == [True]


# ------------------------------------------------------------ notes


def test_a_note_is_an_event_of_its_author_that_no_agent_is_told_of() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(2.0)
        answer = await hand.do(control.Pin(author="ann", text="  Dev1 hesitates  "))
        assert (answer.ok, answer.seq) == (True, hand.run.state.seq)
        assert not (await hand.do(control.Pin(text="  "))).ok
        assert "too long" in (await hand.do(control.Pin(text="x" * 501))).detail

    played = play({"Dev1": [Say("", 5.0)]}, steer=steer, max_rounds=2)
    note = played.one(ev.NotePinned)
    assert (note.author, note.text, note.ts) == ("ann", "Dev1 hesitates", 2.0)
    assert [(a.author, a.text) for a in RunState.of(played.events).run.notes] == [("ann", "Dev1 hesitates")]
    alone = play({"Dev1": [Say("", 5.0)]}, max_rounds=2)
    digests = [[e.request for e in p.events if isinstance(e, ev.TurnStarted)] for p in (played, alone)]
    assert digests[0] == digests[1]
