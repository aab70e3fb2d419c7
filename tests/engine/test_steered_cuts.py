"""Runs whose team and tasks people change: forked as they were, and gone on with wherever they were cut."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from engine import control, fork, launch
from engine.analysis.consistency import check
from engine.deeds import Deed
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.folder import RunFolder
from engine.record.journal import append_all, read
from engine.record.state import RunState
from engine.setup import reopen
from tests.helpers.durable import config

CHANGES = ev.AgentJoined | ev.AgentLeft | ev.TaskAdded | ev.DependencyAdded

ACTS: list[tuple[float, control.AnyCommand]] = [
    (6.0, control.AddAgent(author="ann", name="Ann", model="sim/gpt-5.2")),
    (8.0, control.AddTask(author="ann", title="Report", files=("report.py",), after=("1",))),
    (8.5, control.AddDependency(author="ann", task="21", on="2")),
    (11.0, control.RemoveAgent(author="ann", name="Dev2", why="too slow")),
    (12.5, control.AddAgent(author="ann")),
]


def steered(path: Path, strategy: str) -> RunFolder:
    """A run in which people take somebody in, add a task and a dependency, and send somebody away."""
    chosen: RunConfig = config(model="sim/claude-sonnet-4-6", strategy=strategy, max_rounds=120)
    folder = launch.prepare(chosen, path, "parent", {}).folder
    deeds = tuple(Deed(command=command, ts=ts) for ts, command in ACTS)
    folder.fork_path.write_bytes(msgspec.json.encode(fork.Script(prefix=0, deeds=deeds)))
    launch.run_here(reopen(folder.path, {}), {})
    return folder


@pytest.fixture(params=["decentralized", "preassigned"])
def parent(request: pytest.FixtureRequest, tmp_path: Path) -> RunFolder:
    return steered(tmp_path, request.param)


def changes(events: Sequence[ev.AnyEvent]) -> list[ev.AnyEvent]:
    found: list[ev.AnyEvent] = [event for event in events if isinstance(event, CHANGES)]
    kinds = [type(e).__name__ for e in found]
    assert kinds == [
        "AgentJoined",
        "TaskAdded",
        "DependencyAdded",
        "AgentLeft",
        "AgentJoined",
    ]
    return found


def forked(parent: RunFolder, at: int, name: str, without: int | None = None) -> RunFolder:
    prepared = fork.prepare(
        parent, lambda _: at, runs_dir=parent.path.parent, run_id=name, without=without, environ={}
    )
    launch.run_here(prepared, {})
    return prepared.folder


def test_a_null_fork_before_and_after_every_change_is_its_parent_byte_for_byte(parent: RunFolder) -> None:
    events = read(parent.events_path).events
    whole = parent.events_path.read_bytes()
    for at in sorted({at for change in changes(events) for at in (change.seq - 1, change.seq)}):
        assert forked(parent, at, f"fork{at}").events_path.read_bytes() == whole, at
    last = next(seq for seq in fork.rests(events) if seq > changes(events)[-1].seq)
    assert forked(parent, last, "after").events_path.read_bytes() == whole


def test_a_fork_leaves_out_one_change_and_keeps_the_others(parent: RunFolder) -> None:
    ann, report, _, left, _ = changes(read(parent.events_path).events)
    events = read(forked(parent, 0, "alone", without=ann.seq).events_path).events
    assert not any(isinstance(e, ev.TurnStarted) and e.agent == "Ann" for e in events)
    assert any(isinstance(e, ev.AgentLeft) and e.agent == "Dev2" for e in events)
    events = read(forked(parent, left.seq - 1, "stays", without=left.seq).events_path).events
    assert any(isinstance(e, ev.TurnStarted) and e.agent == "Dev2" and e.ts > left.ts for e in events)
    assert any(isinstance(e, ev.TaskAdded) for e in events)
    events = read(forked(parent, report.seq - 1, "small", without=report.seq).events_path).events
    assert len(RunState.of(events).board.tasks) == 20


def test_a_run_cut_in_the_middle_of_a_change_goes_on_with_it_done_once(parent: RunFolder) -> None:
    events = read(parent.events_path).events
    around = {
        e.seq + more
        for e in changes(events)
        for more in ((0, 1, 2, 4) if isinstance(e, ev.AgentLeft) else (-1, 0))
    }
    for upto in sorted(around):
        parent.events_path.unlink()
        append_all(parent.events_path, list(events[:upto]))
        changed = replace(parent.read_meta().config, max_rounds=130)  # so that it does not just come again
        launch.run_here(reopen(parent.path, {}, changed), {})
        after = read(parent.events_path).events
        assert after[:upto] == events[:upto]
        assert isinstance(after[upto], ev.RunResumed), upto
        assert len(changes(after)) == 5, upto
        report = check(after)
        assert [f.sentence for f in report.findings if f.class_ == "engine" and f.verdict == "false"] == []
        state = RunState.of(after)
        assert state.completed, upto
        left = next(e for e in after if isinstance(e, ev.AgentLeft))
        assert not any(isinstance(e, ev.TurnStarted) and e.agent == "Dev2" for e in after[left.seq :])
        mine = [e.turn for e in after if isinstance(e, ev.TurnStarted) and e.agent == "Dev2"]
        assert [e.turn for e in after if isinstance(e, ev.TurnEnded) and e.agent == "Dev2"] == mine
        assert state.board.tasks["21"].status == "done"
