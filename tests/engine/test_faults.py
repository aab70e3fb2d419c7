"""Every kind of fault: what it does, that it heals, and that no damage ends a run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import control
from engine.faults.catalogue import BY_KIND, FAULTS
from engine.faults.corrupt import corrupt
from engine.models.base import Message
from engine.record import events as ev
from engine.team.scanner import scan
from engine.world.chance import stream
from tests.helpers.scripted import RIGHT, Played, Say, Steering, done, edit, play

CODE = "def add(a, b):\n    return a + b if a == b else a - b\n"


def inject(
    kind: str, target: str = "Dev1", duration: float | None = None, **params: float | str
) -> control.Inject:
    return control.Inject(
        kind=kind, target=target, params=params, duration_seconds=duration, author="ann", why="to see"
    )


def disturbed(
    script: dict[str, list[str | Say]], *commands: control.AnyCommand, **settings: object
) -> Played:
    """Play with the commands given half a second into the first round."""

    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        for command in commands:
            assert (await hand.do(command)).ok

    return play(script, steer=steer, **settings)  # type: ignore[arg-type]  # settings of the first event


def test_every_kind_says_what_to_expect_and_what_the_engine_keeps() -> None:
    assert len(BY_KIND) == len(FAULTS)
    assert all(spec.title and spec.expect.endswith(".") and spec.guarantee.endswith(".") for spec in FAULTS)
    assert [spec.kind for spec in FAULTS if spec.once] == ["holder_dies", "corrupt"]
    assert [spec.kind for spec in FAULTS if spec.whole_run] == ["disk_full", "fsync_error"]


AGENT_KINDS = [spec.kind for spec in FAULTS if not spec.whole_run]


@pytest.mark.parametrize("kind", AGENT_KINDS)
def test_a_fault_begins_and_ends_as_events_with_author_reason_and_parameters(kind: str) -> None:
    played = disturbed({}, inject(kind), control.Heal(fault=1, author="bob"), max_rounds=2)
    begun = played.one(ev.FaultStarted)
    assert (begun.id, begun.kind, begun.targets, begun.author, begun.why) == (
        1,
        kind,
        ("Dev1",),
        "ann",
        "to see",
    )
    assert set(begun.params) == {param.name for param in BY_KIND[kind].params}
    assert begun.until_seconds is None
    ended = played.one(ev.FaultStopped)
    assert (ended.id, ended.author) == (1, "bob")
    assert played.state.faults.active == {}
    assert played.outcome == "max_rounds"


@pytest.mark.parametrize("kind", AGENT_KINDS)
def test_a_fault_with_a_duration_heals_by_itself(kind: str) -> None:
    played = disturbed({"Dev2": [Say("", 9.0)]}, inject(kind, duration=3.0), max_rounds=3)
    assert played.one(ev.FaultStarted).until_seconds == 3.5
    stopped = played.one(ev.FaultStopped)
    assert (stopped.ts, stopped.author) == ((1.0, "engine") if kind == "corrupt" else (3.5, "plan"))


def test_healing_all_ends_every_fault_and_brings_everybody_back() -> None:
    played = disturbed(
        {},
        inject("crash"),
        inject("slow", "Dev2"),
        inject("drop_messages", "all"),
        control.Heal(),
        max_rounds=2,
    )
    assert [event.id for event in played.of(ev.FaultStopped)] == [1, 2, 3]
    assert played.one(ev.AgentRevived).agent == "Dev1"


# ------------------------------------------------------------ slow


def test_a_slow_agent_takes_the_factor_longer_and_the_others_wait_at_the_barrier() -> None:
    played = disturbed({"Dev1": [Say("", 2.0), Say("", 2.0)]}, inject("slow", factor=5.0), max_rounds=1)
    assert [event.latency_seconds for event in played.of(ev.Replied)] == [1.0, 10.0]
    assert played.one(ev.RoundEnded).ts == 10.0


def test_a_healed_agent_is_as_quick_as_before() -> None:
    played = disturbed({}, inject("slow", duration=4.0, factor=10.0), max_rounds=2)
    assert [event.latency_seconds for event in played.of(ev.Replied, agent="Dev1")] == [10.0, 1.0]


# ------------------------------------------------------------ lost mail


def test_dropped_messages_are_lost_in_both_directions_and_recorded_and_the_board_stays_true() -> None:
    script: dict[str, list[str | Say]] = {
        "Dev1": ["<broadcast>from 1</broadcast>" + done("1")],
        "Dev2": ["<broadcast>from 2</broadcast>"],
    }
    played = disturbed(script, inject("drop_messages"), agents=3, max_rounds=2)
    lost = {(event.id, event.recipient) for event in played.of(ev.MessageLost)}
    sender = {event.id: event.sender for event in played.of(ev.MessageSent)}
    assert {(sender[message], to) for message, to in lost} == {
        ("Dev1", "Dev2"),
        ("Dev1", "Dev3"),
        ("Dev2", "Dev1"),
    }
    assert [(sender[event.id], event.recipient) for event in played.of(ev.MessageDelivered)] == [
        ("Dev2", "Dev3")
    ]
    assert played.section("Dev1", 2, "Mail") == ""
    assert "1 | done | Dev1" in played.prompt("Dev2", 2)
    assert played.one(ev.MessageLost, recipient="Dev1").reason == "fault 1 on Dev1"


def test_messages_can_be_lost_by_chance_which_the_seed_decides() -> None:
    def fates(seed: int) -> list[str]:
        script: dict[str, list[str | Say]] = {"Dev1": ["<broadcast>x</broadcast>" * 20]}
        played = disturbed(script, inject("drop_messages", probability=0.5), seed=seed, max_rounds=1)
        return [event.id for event in played.of(ev.MessageLost)]

    assert 2 < len(fates(1)) < 18
    assert fates(1) == fates(1) != fates(2)


def test_an_operators_words_can_be_lost_too_and_that_is_said() -> None:
    played = disturbed({}, inject("drop_messages"), control.Say(text="Hello.", to="Dev1"), max_rounds=2)
    assert played.one(ev.MessageLost).recipient == "Dev1"


# ------------------------------------------------------------ API errors


def test_calls_fail_with_the_status_until_attempts_are_used_up_and_the_turn_is_lost() -> None:
    played = disturbed({}, inject("api_errors", status=529.0), max_rounds=3)
    failed = [event for event in played.of(ev.CallFailed) if event.round == 2]
    assert [(event.attempt, event.kind, event.detail) for event in failed] == [
        (n, "server", "529 injected") for n in (1, 2, 3, 4)
    ]
    assert failed[-1].retry_seconds is None
    assert [e.outcome for e in played.of(ev.TurnEnded, agent="Dev1")] == ["replied", "failed", "failed"]
    assert [e.outcome for e in played.of(ev.TurnEnded, agent="Dev2")] == ["replied"] * 3


@pytest.mark.parametrize(
    ("status", "kind", "attempts"), [(429.0, "rate_limit", 4), (400.0, "bad_request", 1)]
)
def test_the_status_decides_what_kind_of_error_it_is(status: float, kind: str, attempts: int) -> None:
    played = disturbed({}, inject("api_errors", status=status, retry_after=7.0), max_rounds=2)
    failed = played.of(ev.CallFailed)
    assert {event.kind for event in failed} == {kind}
    assert len(failed) == attempts
    if status == 429.0:
        assert all(7.0 <= e.retry_seconds <= 8.75 for e in failed if e.retry_seconds is not None)


def test_an_outage_that_is_healed_between_two_attempts_costs_only_time() -> None:
    played = disturbed({"Dev1": ["", done("1", "add.py")]}, inject("api_errors", duration=2.0), max_rounds=2)
    assert played.of(ev.CallFailed) != []
    assert played.one(ev.TaskCompleted).task == "1"
    assert played.of(ev.Replied, agent="Dev1")[1].attempts == len(played.of(ev.CallFailed)) + 1


# ------------------------------------------------------------ damaged replies


def test_a_corrupted_reply_strikes_once() -> None:
    played = disturbed(
        {"Dev1": [edit("add.py", CODE), edit("add.py", CODE)]}, inject("corrupt"), max_rounds=2
    )
    first, second = played.of(ev.FileEdited)
    assert first.content != CODE
    assert len(first.content.split()) in range(len(CODE.split()) - 1, len(CODE.split()) + 2)
    assert second.content == CODE
    assert played.one(ev.FaultStopped).why == "it struck"


@pytest.mark.parametrize("mode", ["operator", "empty", "truncated", "malformed", "claims_done"])
def test_no_way_of_damage_ends_the_run_or_leaves_half_a_file(mode: str) -> None:
    script: dict[str, list[str | Say]] = {
        "Dev1": [
            '<claim_task id="1"/>',
            "Words.\n" + edit("add.py", CODE * 5) + '<complete_task id="1"/>',
            done("1", "add.py"),
        ]
    }

    async def steer(hand: Steering) -> None:
        await hand.sleep(1.5)
        await hand.do(inject("corrupt", mode=mode))

    played = play(script, steer=steer, max_rounds=4)
    assert played.outcome in ("max_rounds", "completed")
    contents = {event.content for event in played.of(ev.FileEdited)}
    whole = {CODE * 5, RIGHT}
    if mode == "operator":
        assert len(contents - whole) == 1
        [wrong] = contents - whole
        assert wrong.count("\n") == CODE.count("\n") * 5
    else:
        assert contents <= whole
    struck = played.of(ev.Replied, agent="Dev1")[1]
    assert (struck.finish_reason == "length") == (mode == "truncated")
    assert (struck.text == "") == (mode == "empty")
    if mode == "claims_done":
        completed = played.one(ev.TaskCompleted)
        assert (completed.round, completed.evidence) == (2, "none")


_bodies = st.lists(
    st.sampled_from(["a == b", "x + y", "return 1", "<broadcast>", "</edit_file>", "\n", "é"]), max_size=6
)
_replies = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.builds(lambda body: edit("a.py", " ".join(body) + "\n"), _bodies),
        st.sampled_from(
            ["<edit_file path=a\"b'c>x == y</edit_file>", "<edit_file path=' '>a + b</edit_file>", done("1")]
        ),
    ),
    max_size=5,
).map("\n".join)


@settings(max_examples=150)
@given(
    _replies,
    st.sampled_from(["operator", "empty", "truncated", "malformed", "claims_done", "unknown"]),
    st.integers(0, 9),
)
def test_damage_can_be_done_to_any_reply(reply: str, mode: str, seed: int) -> None:
    messages = [Message("user", ("# Round 1\n1 | in_progress | Dev1 | - | add | Add\n",))]
    text, finish = corrupt(mode, reply, messages, stream(seed))
    assert finish in ("", "length")
    scan(text)
    if mode == "unknown":
        assert text == reply


# ------------------------------------------------------------ several at once


def test_faults_of_one_kind_add_up() -> None:
    played = disturbed({}, inject("slow", factor=2.0), inject("slow", factor=3.0), max_rounds=1)
    assert played.one(ev.Replied, agent="Dev1").latency_seconds == 1.0 + 1.0 + 2.0


def test_a_fault_on_all_strikes_everybody_the_lead_too() -> None:
    played = disturbed({}, inject("slow", "all", factor=2.0), strategy="lead", max_rounds=1)
    assert played.one(ev.FaultStarted).targets == ("Lead", "Dev1", "Dev2")
    assert {event.latency_seconds for event in played.of(ev.Replied)} == {2.0}


def test_a_draw_for_one_fault_shifts_none_of_another() -> None:
    def lost(*more: control.AnyCommand) -> list[tuple[str, str]]:
        script: dict[str, list[str | Say]] = {"Dev2": ["<broadcast>x</broadcast>" * 20]}
        played = disturbed(
            script, inject("drop_messages", "Dev2", probability=0.5), *more, agents=3, max_rounds=1
        )
        return [(event.id, event.recipient) for event in played.of(ev.MessageLost)]

    assert lost() == lost(inject("api_errors", "Dev1", probability=0.3), inject("slow", "Dev3"))
