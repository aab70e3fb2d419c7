"""Agent teams of Claude Code: their folders become a run, live or past, damaged or not."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.errors import TeamtopError
from engine.interop.claude.home import find
from engine.interop.claude.reader import ClaudeReader
from engine.interop.feed import Feed
from engine.record import events as ev
from engine.record.codec import decode, encode
from engine.record.state import RunState
from tests.helpers.damage import damaged

SAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "claude"


def events_of(path: Path, team: str = "") -> tuple[list[ev.Event], Feed]:
    feed = Feed(ClaudeReader(path, team), clock=lambda: 0.0)
    return feed.poll() + feed.finish(""), feed


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the sample that may be changed."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "claude"))


def test_the_sample_tells_who_did_what_with_whom() -> None:
    events, feed = events_of(SAMPLE)
    state = RunState.of(decode(encode(event)) for event in events)
    owners = {task.title: (task.owner, task.status) for task in state.board.tasks.values()}
    assert owners == {"Parse dates": ("ann", "done"), "Print dates": ("bob", "done")}
    assert state.board.tasks["2"].dependencies == ("1",)
    assert [(a.name, a.role, a.model) for a in state.agents.agents.values()] == [
        ("lead", "lead", "claude-opus-4-6"),
        ("ann", "developer", "claude-sonnet-4-6"),
        ("bob", "developer", "claude-sonnet-4-6"),
    ]
    verdicts = [(e.agent, e.verdict, e.seconds) for e in events if isinstance(e, ev.TestsFinished)]
    assert verdicts == [("ann", "passed", 4.0), ("bob", "failed", 4.0), ("bob", "passed", 4.0)]
    mail = [(e.sender, e.recipients, e.text) for e in events if isinstance(e, ev.MessageSent)]
    assert mail == [
        ("lead", ("ann",), "Please take task 1."),  # in a transcript and in a mailbox, told once
        ("ann", ("bob",), "parse() is ready."),
        ("bob", ("lead",), "Task 2 is done."),  # in a mailbox only
    ]
    edits = [(e.agent, e.path) for e in events if isinstance(e, ev.FileEdited)]
    assert edits == [("ann", "parse.py"), ("bob", "show.py"), ("bob", "show.py")]
    assert state.run.outcome == "completed"
    assert feed.tally.skipped == 1
    assert feed.tally.first.startswith("33333333-cccc.jsonl line 3")


def test_a_reply_over_several_records_is_one_and_its_tokens_count_once() -> None:
    events, _ = events_of(SAMPLE)
    first = next(event for event in events if isinstance(event, ev.Replied))
    assert (first.agent, first.text, first.output_tokens) == ("lead", "Two tasks.", 60)
    replies = [event for event in events if isinstance(event, ev.Replied) and event.agent == "lead"]
    assert len(replies) == 5
    assert replies[1].input_tokens == 1400  # what was read from a cache was sent, too
    assert replies[1].cached_tokens == 1200


def test_a_team_is_followed_while_its_files_grow(home: Path) -> None:
    transcript = next(home.glob("projects/*/22222222-bbbb.jsonl"))
    whole = transcript.read_bytes()
    cut = len(whole) * 2 // 3
    transcript.write_bytes(whole[:cut])
    feed = Feed(ClaudeReader(home))
    first = feed.poll()
    with transcript.open("ab") as file:
        file.write(whole[cut:])
    later = feed.poll() + feed.poll() + feed.finish("")
    ann = [e.task for e in first + later if isinstance(e, ev.TaskCompleted) and e.agent == "ann"]
    assert ann == ["1"]
    assert [event.seq for event in first + later] == list(range(1, len(first + later) + 1))


def test_a_task_that_only_the_list_knows_is_on_the_board(home: Path) -> None:
    (home / "tasks" / "dates" / "3.json").write_text(
        json.dumps(
            {"id": "3", "subject": "Sort", "status": "in_progress", "owner": "ann", "blockedBy": ["2"]}
        )
    )
    events, _ = events_of(home)
    state = RunState.of(events)
    third = state.board.tasks["3"]
    assert (third.title, third.owner, third.status, third.dependencies) == (
        "Sort",
        "ann",
        "in_progress",
        ("2",),
    )


def test_a_list_that_changes_is_told_once_per_change(home: Path) -> None:
    shutil.rmtree(home / "projects")
    path = home / "tasks" / "dates" / "1.json"
    task: dict[str, Any] = {"id": "1", "subject": "Parse", "status": "in_progress", "owner": "ann"}
    feed = Feed(ClaudeReader(home))
    path.write_text(json.dumps(task))
    feed.poll()
    path.write_text(json.dumps(task | {"status": "completed"}))
    os.utime(path, (1_800_000_000, 1_800_000_000))
    changed = feed.poll()
    assert [type(event).__name__ for event in changed if hasattr(event, "task")] == ["TaskCompleted"]
    assert feed.poll() == []


def test_members_with_one_name_count_once(home: Path) -> None:
    config = home / "teams" / "dates" / "config.json"
    known = json.loads(config.read_text())
    known["members"].append(known["members"][1])
    config.write_text(json.dumps(known))
    events, _ = events_of(home)
    assert [e.agent for e in events if isinstance(e, ev.AgentJoined)] == ["lead", "ann", "bob"]


def test_a_folder_is_found_from_its_home_or_from_its_team(home: Path, tmp_path: Path) -> None:
    assert find(home).team == "dates"
    assert find(home / "teams" / "dates").root == home
    (home / "teams" / "other").mkdir()
    with pytest.raises(TeamtopError, match=r"choose one with --team \(dates, other\)"):
        find(home)
    with pytest.raises(TeamtopError, match="has no team 'third'"):
        find(home, "third")
    with pytest.raises(TeamtopError, match="has no team of Claude Code"):
        find(tmp_path / "nothing")


@pytest.mark.parametrize("seed", range(25))
def test_damaged_files_are_left_out_and_never_stop_it(home: Path, seed: int) -> None:
    chance = random.Random(seed)
    for path in sorted(p for p in home.rglob("*") if p.is_file()):
        path.write_bytes(damaged(path.read_bytes(), chance))
    try:
        events, _ = events_of(home, "dates")
    except TeamtopError:
        return
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    RunState.of(decode(encode(event)) for event in events)


def test_a_session_that_disappears_is_counted_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.interop.growing.GONE_SECONDS", 0.0)
    reader = ClaudeReader(home)
    assert reader.poll()
    before = reader.tally.skipped
    min(home.rglob("*.jsonl")).unlink()
    for _ in range(5):
        reader.poll()
    assert reader.tally.skipped == before + 1
