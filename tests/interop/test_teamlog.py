"""Team logs: what any program can write becomes a run, and what it does not write stays unknown."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine.interop.teamlog
from engine.analysis.consistency.needs import undecided
from engine.analysis.laws import bounds_of
from engine.interop.emitter import TeamLog
from engine.interop.feed import Feed
from engine.interop.growing import LINE_MAX
from engine.interop.teamlog import lines as log
from engine.interop.teamlog.acts import ACTS
from engine.interop.teamlog.assembler import Assembler
from engine.interop.teamlog.reader import LogReader
from engine.interop.teamlog.tally import Misfit, lacking
from engine.record import events as ev
from engine.record.codec import decode, encode
from engine.record.state import RunState

TASKS: list[dict[str, object]] = [
    {"id": "1", "title": "Parse"},
    {"id": "2", "title": "Print", "dependencies": ["1"]},
]


def write(path: Path, *records: dict[str, Any] | str) -> Path:
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records))
    return path


def tag_of(kind: type[Any]) -> str:
    return str(kind.__struct_config__.tag)


def events_of(path: Path) -> tuple[list[ev.Event], Feed]:
    feed = Feed(LogReader(path), clock=lambda: 0.0)
    events = feed.poll() + feed.finish("it stops here")
    return events, feed


def state_of(events: list[ev.Event]) -> RunState:
    return RunState.of(decode(encode(event)) for event in events)


def test_a_log_becomes_a_run_with_owners_files_tests_and_messages(tmp_path: Path) -> None:
    events, feed = events_of(
        write(
            tmp_path / "team.jsonl",
            {"type": "run_started", "ts": 1000, "name": "nightly", "team": [{"name": "ann"}], "tasks": TASKS},
            {"type": "turn_started", "ts": 1001, "agent": "ann"},
            {"type": "replied", "ts": 1005, "agent": "ann", "text": "mine", "output_tokens": 7},
            {"type": "task_claimed", "ts": 1005, "agent": "ann", "task": "1"},
            {"type": "file_edited", "ts": 1006, "agent": "ann", "path": "a.py", "content": "x = 1\n"},
            {"type": "tests_started", "ts": 1006, "agent": "ann"},
            {"type": "tests_finished", "ts": 1009, "agent": "ann", "verdict": "passed", "passed": ["t"]},
            {"type": "task_completed", "ts": 1009, "agent": "ann", "task": "1", "evidence": "passed"},
            {"type": "message_sent", "ts": 1010, "sender": "bob", "text": "hi", "recipients": ["ann"]},
        )
    )
    state = state_of(events)
    assert feed.tally.taken == 9
    assert (state.board.tasks["1"].owner, state.board.tasks["1"].status) == ("ann", "done")
    assert state.board.tasks["2"].status == "pending"
    assert list(state.agents.agents) == ["ann", "bob"]  # bob joined with his message
    assert state.ts == 10.0
    assert state.metrics.output_tokens == 7
    tested = next(event for event in events if isinstance(event, ev.TestsFinished))
    assert tested.seconds == 3.0
    assert state.run.outcome == "unknown"
    assert isinstance(events[-1], ev.RunEnded)
    assert events[-1].detail == "it stops here"


def test_what_is_not_recorded_is_a_gap_and_what_is_recorded_is_none(tmp_path: Path) -> None:
    start = {"type": "run_started", "records": ["tokens", "locks"]}
    events, _ = events_of(write(tmp_path / "team.jsonl", start))
    assert isinstance(events[0], ev.RunStarted)
    assert set(events[0].gaps) == {
        "prompts",
        "settings",
        "replies",
        "contents",
        "nodes",
        "refusals",
        "blocked",
        "rounds",
        "dependencies",
    }


def test_without_a_declaration_a_topic_counts_if_every_line_has_it() -> None:
    edit = {"agent": "a", "path": "p"}
    assert "contents" in lacking([log.FileEdited(**edit, content="x"), log.FileEdited(**edit)])
    assert "contents" not in lacking([log.FileEdited(**edit, content="x")])
    assert "contents" in lacking([])
    assert "tokens" in lacking([log.Replied(agent="a", input_tokens=1)])
    assert "rounds" not in lacking([log.RoundStarted()])


def test_without_word_of_what_waits_for_what_there_is_no_bound_on_the_speedup(tmp_path: Path) -> None:
    def bounded(*records: dict[str, Any]) -> bool:
        events, _ = events_of(write(tmp_path / "team.jsonl", *records))
        said = undecided(
            "temporal_violation", "team", next(e for e in events if isinstance(e, ev.RunStarted))
        )
        bounds = bounds_of(RunState.of(decode(encode(event)) for event in events))
        assert said is None or bounds is None
        return bounds is not None

    start = {"type": "run_started", "team": [{"name": "ann"}], "tasks": [{"id": "1"}, {"id": "2"}]}
    chained = {**start, "tasks": [{"id": "1"}, {"id": "2", "dependencies": ["1"]}]}
    assert not bounded(start)
    assert not bounded({**start, "records": ["nodes"]})
    assert bounded({**start, "records": ["nodes", "dependencies"]}), "nothing waits, and that is known"
    assert bounded(chained)
    assert bounded({**chained, "records": ["nodes"]}), "they are there, whatever it says"
    assert bounded(start, {"type": "task_added", "id": "3", "dependencies": ["1"]})


def test_an_act_outside_of_a_turn_is_a_turn_that_took_no_time(tmp_path: Path) -> None:
    events, _ = events_of(
        write(
            tmp_path / "team.jsonl",
            {"type": "task_claimed", "ts": 5, "agent": "ann", "task": "1"},
            {"type": "task_completed", "ts": 9, "agent": "ann", "task": "1"},
        )
    )
    turns = [(type(e).__name__, e.ts) for e in events if isinstance(e, ev.TurnStarted | ev.TurnEnded)]
    assert turns == [("TurnStarted", 0.0), ("TurnEnded", 0.0), ("TurnStarted", 4.0), ("TurnEnded", 4.0)]
    assert state_of(events).completed


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("{", "truncated"),
        ('{"type": "dance"}', "dance"),
        ('{"type": "task_claimed", "agent": "ann"}', "task"),
        ('{"type": "task_claimed", "agent": "", "task": "1"}', "length"),
        ('{"type": "task_added", "id": "1"}', "on the board already"),
        ('{"type": "dependency_added", "task": "1", "dependency": "2"}', "would wait for itself"),
        ('{"type": "turn_started", "agent": "ann", "ts": "noon"}', "no time"),
        ('{"type": "turn_started", "agent": "ann", "ts": 1e300}', "no time"),
        ('{"type": "run_started"}', "starts the run again"),
        ('{"type": "replied", "agent": "ann", "input_tokens": -1}', ">= 0"),
        ("[" * 5000, "object"),
    ],
)
def test_a_line_that_is_wrong_is_left_out_and_named(tmp_path: Path, record: str, why: str) -> None:
    events, feed = events_of(
        write(
            tmp_path / "team.jsonl",
            {"type": "run_started", "tasks": TASKS},
            record,
            {"type": "task_claimed", "agent": "ann", "task": "1"},
        )
    )
    assert (feed.tally.taken, feed.tally.skipped) == (2, 1)
    assert feed.tally.first.startswith("line 2: ")
    assert why in feed.tally.first
    assert feed.tally.note.startswith("1 record was left out")
    assert state_of(events).board.tasks["1"].owner == "ann"


def test_a_log_is_followed_while_it_grows_and_a_torn_line_waits(tmp_path: Path) -> None:
    path = tmp_path / "team.jsonl"
    whole = json.dumps({"type": "turn_started", "agent": "ann", "ts": 1}) + "\n"
    path.write_text(whole[:20])
    feed = Feed(LogReader(path))
    assert feed.poll() == []
    with path.open("a") as file:
        file.write(whole[20:])
    assert [type(event) for event in feed.poll()][-1] is ev.TurnStarted
    assert feed.poll() == []
    assert not feed.tally.skipped


def test_lines_without_times_happen_when_they_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "team.jsonl", {"type": "turn_started", "agent": "ann"})
    now = [100.0]
    feed = Feed(LogReader(path), clock=lambda: now[0])
    feed.poll()
    now[0] = 103.5
    with path.open("a") as file:
        file.write('{"type": "replied", "agent": "ann"}\n')
    (reply,) = (event for event in feed.poll() if isinstance(event, ev.Replied))
    assert (reply.ts, reply.latency_seconds) == (3.5, 3.5)


def test_an_endless_line_is_dropped_and_the_next_one_read(tmp_path: Path) -> None:
    path = tmp_path / "team.jsonl"
    path.write_bytes(b"x" * (LINE_MAX + 10) + b'\n{"type": "turn_started", "agent": "ann"}\n')
    _, feed = events_of(path)
    assert (feed.tally.taken, feed.tally.skipped) == (1, 1)
    assert "longer than" in feed.tally.first


def test_a_log_cannot_bring_more_agents_than_the_limit() -> None:
    team = Assembler("log")
    for number in range(1_000):
        team.take(log.AgentJoined(agent=f"a{number}"))
    with pytest.raises(Misfit, match="more than 1,000 agents"):
        team.take(log.AgentJoined(agent="one more"))
    team.take(log.TurnStarted(agent="a5"))  # those that are there go on


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ({"version": 2}, "newer"),
        ({"team": [{"name": "a"}, {"name": "a"}]}, "twice"),
        ({"tasks": [{"id": "1", "dependencies": ["9"]}]}, "which is no task"),
        ({"tasks": [{"id": "1", "dependencies": ["2"]}, {"id": "2", "dependencies": ["1"]}]}, "itself"),
    ],
)
def test_a_start_that_cannot_be_is_refused(start: dict[str, Any], why: str) -> None:
    line = msgspec.convert({"type": "run_started", **start}, log.RunStarted)
    with pytest.raises(Misfit, match=why):
        Assembler("log").take(line)


NAMES = ("ann", "bob", "cyd")
NUMBERS = ("1", "2", "3", "4")
FIELDS: dict[str, tuple[Any, ...]] = {
    "agent": NAMES,
    "sender": NAMES,
    "task": NUMBERS,
    "dependency": NUMBERS,
    "id": NUMBERS,
    "path": ("a.py", "b.py"),
    "text": ("", "hi"),
    "verdict": ("passed", "failed", "error", "timeout", "none"),
    "action": ("claim_task",),
    "recipients": ((), ("ann",), ("bob", "nobody")),
    "dependencies": ((), ("1",), ("2", "3")),
    "tasks": ((), ("4",)),
    "ts": (None, 1.0, 50.0, 7.5),
}


def line_of(number: int) -> Any:
    """The line of this number: its digits, in mixed radix, choose the type and the value of each field."""
    number, kind = divmod(number, len(ACTS))
    values: dict[str, Any] = {}
    line: Any = list(ACTS)[kind]
    for name in line.__struct_fields__:
        if name in FIELDS:
            number, choice = divmod(number, len(FIELDS[name]))
            values[name] = FIELDS[name][choice]
    return line(**values)


@given(st.lists(st.integers(0, 2**16).map(line_of), max_size=40))
def test_whatever_lines_come_the_journal_is_sound(given_lines: list[Any]) -> None:
    """Numbers and times never go back, turns open and close in pairs, and every event can be stored."""
    team = Assembler("log")
    for line in given_lines:
        try:
            team.take(line)
        except Misfit:
            continue
    team.close("")
    events = team.drain()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert all(a.ts <= b.ts and a.round <= b.round for a, b in pairwise(events))
    opened = {e.turn: e.agent for e in events if isinstance(e, ev.TurnStarted)}
    closed = {e.turn: e.agent for e in events if isinstance(e, ev.TurnEnded)}
    assert opened == closed
    for event in events:
        turn = getattr(event, "turn", 0)
        assert turn == 0 or turn in opened
    state = state_of(events)
    assert not any(state.board.is_open(task) and state.board.waits(task) for task in state.board.tasks)


def test_every_line_that_the_emitter_writes_is_of_the_schema(tmp_path: Path) -> None:
    path, now = tmp_path / "team.jsonl", iter(range(1000, 1100))
    emit = TeamLog(str(path), clock=lambda: float(next(now)))
    emit.run_started("nightly", team=["ann", {"name": "bob", "model": "m"}], tasks=TASKS, records=["locks"])
    emit.round_started()
    emit.agent_joined("cyd", model="m")
    emit.turn_started("ann")
    emit.replied("ann", "mine", input_tokens=1, output_tokens=2)
    emit.call_failed("bob", "timeout")
    emit.task_added("3", "Sort", dependencies=["2"])
    emit.task_assigned("bob", "2", by="ann")
    emit.task_claimed("ann", "1")
    emit.lock_acquired("ann", "a.py")
    emit.lock_denied("bob", "a.py", holder="ann")
    emit.file_edited("ann", "a.py", "x\n")
    emit.lock_released("ann", "a.py")
    emit.tests_started("ann")
    emit.tests_finished("ann", "failed", failed=["t"], output="no")
    emit.task_completed("ann", "1")
    emit.task_released("2")
    emit.message_sent("ann", "done")
    emit.action_refused("bob", "claim_task", "3", "it waits")
    emit.turn_ended("ann")
    emit.agent_crashed("bob", "memory")
    emit.agent_revived("bob")
    emit.agent_left("cyd")
    emit.round_ended()
    emit.run_ended()
    written = {json.loads(line)["type"] for line in path.read_text().splitlines()}
    assert written | {"dependency_added"} == {tag_of(kind) for kind in ACTS} | {
        "run_started",
        "run_ended",
    }
    _, feed = events_of(path)
    assert (feed.tally.taken, feed.tally.skipped, emit.lost) == (25, 0, 0)


def test_an_emitter_that_cannot_write_stops_nobody(tmp_path: Path) -> None:
    emit = TeamLog(str(tmp_path / "no" / "folder"))
    emit.turn_started("ann")
    emit.line("replied", agent="ann", text=object())
    assert emit.lost == 2
    assert emit.error is not None


def test_the_shipped_schema_is_that_of_the_lines() -> None:
    path = Path(engine.interop.teamlog.__file__).parent / "schema.json"
    assert json.loads(path.read_text()) == json.loads(json.dumps(log.schema()))


def test_the_page_names_every_type_of_line() -> None:
    page = (Path(__file__).parents[2] / "docs" / "teamlog.md").read_text()
    for kind in (*ACTS, log.RunStarted, log.RunEnded):
        assert f"`{tag_of(kind)}`" in page
