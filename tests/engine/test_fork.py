"""Forks: the past is shared byte for byte, a null fork is its parent, a change shows only after it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from engine import control, fork, launch
from engine.analysis import baseline
from engine.analysis.consistency import check
from engine.analysis.report import build
from engine.deeds import Deed, deeds_of
from engine.errors import UsageError
from engine.models.base import Hear, Message, Reply, unheard
from engine.models.recorded import RecordedModel
from engine.pairedforks import compare
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.folder import RunFolder
from engine.record.journal import append_all, read
from engine.record.state import RunState
from engine.team.conversation import Conversations
from engine.teamchange import UNCHANGED, TeamChange
from tests.helpers.durable import config

PLAN = """
[[fault]]
kind = "crash"
target = "Dev2"
at_round = 2
duration_seconds = 40
[[fault]]
kind = "slow"
target = "Dev1"
at_seconds = 12
duration_seconds = 35
"""

CHOSEN = config(model="sim/claude-sonnet-4-6", strategy="decentralized", agents=4, faults=PLAN)


def played(path: Path, chosen: RunConfig = CHOSEN, name: str = "parent") -> RunFolder:
    prepared = launch.prepare(chosen, path, name, {})
    launch.run_here(prepared, {})
    return prepared.folder


def forked(
    parent: RunFolder,
    at: int,
    name: str = "fork",
    faults: Sequence[control.Inject] = (),
    *,
    without: int | None = None,
    team: TeamChange = UNCHANGED,
) -> list[ev.AnyEvent]:
    prepared = fork.prepare(
        parent,
        lambda _: at,
        runs_dir=parent.path.parent,
        run_id=name,
        faults=faults,
        without=without,
        team=team,
        environ={},
    )
    launch.run_here(prepared, {})
    return read(prepared.folder.events_path).events


def first(events: Sequence[ev.AnyEvent], type_: type[ev.Event], **fields: object) -> int:
    """The seq of the first such event."""
    return next(
        e.seq for e in events if isinstance(e, type_) and all(getattr(e, k) == v for k, v in fields.items())
    )


def test_a_null_fork_is_its_parent_byte_for_byte_wherever_it_begins(tmp_path: Path) -> None:
    parent = played(tmp_path)
    whole = parent.events_path.read_bytes()
    count = len(read(parent.events_path).events)
    for number, at in enumerate([0, 1, count // 4, count // 2, count - 3, count]):
        forked(parent, at, f"fork{number}")
        folder = RunFolder(tmp_path / f"fork{number}")
        assert folder.events_path.read_bytes() == whole, at
        meta = folder.read_meta()
        assert meta.parent is not None
        assert (meta.parent.run_id, meta.parent.seq) == ("parent", at)


def test_a_fork_of_a_fork_is_a_fork_of_the_first(tmp_path: Path) -> None:
    parent = played(tmp_path)
    forked(parent, 200, "one")
    forked(RunFolder(tmp_path / "one"), 100, "two")
    assert RunFolder(tmp_path / "two").events_path.read_bytes() == parent.events_path.read_bytes()


def test_a_fault_strikes_after_the_fork_point_at_the_same_instant_and_nothing_before_differs(
    tmp_path: Path,
) -> None:
    parent = played(tmp_path, config(model="sim/claude-sonnet-4-6", strategy="decentralized"))
    events = read(parent.events_path).events
    for at in (first(events, ev.TurnStarted, round=2), first(events, ev.FileEdited, round=2)):
        crash = control.Inject(kind="crash", target="Dev2", duration_seconds=20.0)
        changed = forked(parent, at, f"crashed{at}", [crash])
        struck = first(changed, ev.FaultStarted)
        assert struck > at
        assert changed[: struck - 1] == events[: struck - 1]
        assert changed[struck - 1].ts == events[at - 1].ts
        assert RunState.of(changed).completed


def test_a_planned_fault_can_be_left_out_and_the_others_still_strike(tmp_path: Path) -> None:
    parent = played(tmp_path)
    events = read(parent.events_path).events
    crash = first(events, ev.FaultStarted, kind="crash")
    changed = forked(parent, crash - 1, without=crash)
    assert changed[: crash - 1] == events[: crash - 1]
    kinds = [e.kind for e in changed if isinstance(e, ev.FaultStarted)]
    assert kinds == [e.kind for e in events if isinstance(e, ev.FaultStarted) and e.kind != "crash"]
    assert not any(isinstance(e, ev.AgentCrashed) for e in changed)
    assert RunState.of(changed).completed


def steered(path: Path, acts: dict[int, control.AnyCommand]) -> RunFolder:
    """A run in which a person acts in these rounds: had as a fork of an undisturbed one."""
    calm = played(path, config(model="sim/claude-sonnet-4-6", strategy="decentralized"), "calm")
    events = read(calm.events_path).events
    prepared = fork.prepare(calm, lambda _: 0, runs_dir=path, run_id="steered", environ={})
    ends = {e.round: e.ts for e in events if isinstance(e, ev.RoundEnded)}
    deeds = tuple(Deed(command=command, ts=ends[round_] - 0.5) for round_, command in acts.items())
    prepared.folder.fork_path.write_bytes(msgspec.json.encode(fork.Script(prefix=0, deeds=deeds)))
    launch.run_here(prepared, {})
    return prepared.folder


def test_what_people_did_after_the_fork_is_done_again_and_any_of_it_can_be_left_out(tmp_path: Path) -> None:
    acts: dict[int, control.AnyCommand] = {
        1: control.Inject(author="ann", kind="slow", target="Dev1"),
        2: control.Inject(author="ann", kind="drop_messages", target="Dev3", duration_seconds=30.0),
    }
    parent = steered(tmp_path, acts)
    events = read(parent.events_path).events
    faults = [e for e in events if isinstance(e, ev.FaultStarted)]
    assert [e.author for e in faults] == ["ann", "ann"]
    again = forked(parent, 5, "again")
    assert [(e.kind, e.targets, e.ts) for e in again if isinstance(e, ev.FaultStarted)] == [
        (e.kind, e.targets, e.ts) for e in faults
    ]
    changed = forked(parent, faults[0].seq - 1, "without", without=faults[0].seq)
    assert [e.kind for e in changed if isinstance(e, ev.FaultStarted)] == ["drop_messages"]
    with pytest.raises(UsageError, match="is before the fork"):
        forked(parent, len(events), "late", without=faults[0].seq)


def test_notes_of_people_stay_in_a_fork_at_their_time_and_can_be_left_out(tmp_path: Path) -> None:
    parent = steered(tmp_path, {2: control.Pin(author="ann", text="odd")})
    events = read(parent.events_path).events
    note = next(e for e in events if isinstance(e, ev.NotePinned))
    again = forked(parent, 5, "again")
    assert [(e.author, e.text, e.ts) for e in again if isinstance(e, ev.NotePinned)] == [
        ("ann", "odd", note.ts)
    ]
    assert not any(
        isinstance(e, ev.NotePinned) for e in forked(parent, note.seq - 1, "without", without=note.seq)
    )


def test_a_heal_goes_with_its_fault_and_others_keep_theirs() -> None:
    events: list[ev.AnyEvent] = [
        ev.RunStarted(
            seq=1,
            suite="x",
            structure="mixed",
            suite_hash="",
            brief="",
            p=0.0,
            tasks=(),
            files=(),
            team=(ev.AgentSpec(name="Dev1", model="sim/perfect"),),
            strategy="decentralized",
            seed=0,
            locks="none",
            completion="reported",
            tests="simulated",
            clock="virtual",
            speed=0.0,
            max_rounds=1,
            lease_seconds=1.0,
            template=1,
        ),
        ev.FaultStarted(seq=2, ts=1.0, id=1, kind="slow", targets=("Dev1",), params={}, author="ann"),
        ev.FaultStarted(seq=3, ts=2.0, id=2, kind="stall", targets=("Dev1",), params={}, author="ann"),
        ev.FaultStopped(seq=4, ts=3.0, id=1, author="ann"),
        ev.FaultStopped(seq=5, ts=4.0, id=2, author="ann"),
        ev.FaultStopped(seq=6, ts=4.0, id=3, author="plan"),
    ]
    kept = [(deed.ts, deed.command) for deed in deeds_of(events, 1, 2)]
    assert kept == [
        (2.0, control.Inject(author="ann", kind="stall", target="Dev1")),
        (4.0, control.Heal(author="ann", fault=1)),
    ]


STRATEGY_CHANGES = [
    ("decentralized", "lead"),
    ("preassigned", "lead"),
    ("preassigned", "decentralized"),
    ("lead", "decentralized"),
    ("lead-assigned", "preassigned"),
]


@pytest.mark.parametrize(("before", "after"), STRATEGY_CHANGES)
def test_a_strategy_is_changed_before_the_first_prompt_after_the_fork_point_and_nothing_before_differs(
    tmp_path: Path, before: str, after: str
) -> None:
    parent = played(tmp_path, config(model="sim/claude-sonnet-4-6", strategy=before))
    events = read(parent.events_path).events
    places = [1, first(events, ev.Replied, round=1), first(events, ev.RoundEnded, round=1)]
    for number, at in enumerate(places):
        changed = forked(parent, at, f"fork{number}", team=TeamChange(strategy=after))
        place = first(changed, ev.TeamChanged)
        assert place > at
        assert changed[: place - 1] == events[: place - 1]
        prompts = [e for e in changed if isinstance(e, ev.TurnStarted) and at < e.seq < place]
        assert all(e.round == events[at - 1].round for e in prompts)
        state = RunState.of(changed)
        assert state.completed
        assert state.run.strategy == after
        assert ("Lead" in state.agents.agents) == (after == "lead")
        later = [e.agent for e in changed if isinstance(e, ev.TurnStarted) and e.seq > place]
        assert ("Lead" in later) == (after == "lead")
        assert check(changed).verdict != "false"


def test_a_fork_before_everything_begins_as_the_changed_team(tmp_path: Path) -> None:
    calm = config(model="sim/claude-sonnet-4-6", strategy="decentralized")
    changed = forked(played(tmp_path, calm), 0, "new", team=TeamChange(strategy="lead"))
    led = played(tmp_path, replace(calm, strategy="lead"), "led")
    assert changed == read(led.events_path).events


def test_models_are_changed_for_all_or_for_some_and_prompts_do_not_tell(tmp_path: Path) -> None:
    parent = played(tmp_path, config(model="sim/claude-sonnet-4-6", strategy="decentralized"))
    events = read(parent.events_path).events
    at = first(events, ev.RoundEnded, round=1)
    everybody = forked(parent, at, "all", team=TeamChange(model="sim/perfect"))
    some = forked(parent, at, "some", team=TeamChange(models={"Dev2": "sim/perfect"}))
    for changed, fast in ((everybody, {"Dev1", "Dev2", "Dev3"}), (some, {"Dev2"})):
        place = first(changed, ev.TeamChanged)
        replies = [e for e in changed if isinstance(e, ev.Replied) and e.seq > place]
        assert {e.agent for e in replies if e.latency_seconds == 1.0} == fast
        fold = Conversations()
        for event in changed:
            fold.apply(event)
        assert "works otherwise" not in "".join(m.text for m in fold.messages("Dev2"))


def test_a_fork_of_a_changed_fork_changes_the_team_where_its_parent_did(tmp_path: Path) -> None:
    parent = played(tmp_path, config(model="sim/claude-sonnet-4-6", strategy="decentralized"))
    events = read(parent.events_path).events
    at = first(events, ev.Replied, round=2)
    one = forked(parent, at, "one", team=TeamChange(strategy="lead"))
    change = first(one, ev.TeamChanged)
    whole = RunFolder(tmp_path / "one").events_path.read_bytes()
    for number, place in enumerate([0, 1, at, at + 1, change - 1, change, change + 20, len(one)]):
        forked(RunFolder(tmp_path / "one"), place, f"again{number}")
        assert RunFolder(tmp_path / f"again{number}").events_path.read_bytes() == whole, place
    back = forked(RunFolder(tmp_path / "one"), 5, "back", team=TeamChange(strategy="preassigned"))
    assert [e.strategy for e in back if isinstance(e, ev.TeamChanged)] == ["preassigned"]
    with pytest.raises(UsageError, match="has changed already at event"):
        forked(RunFolder(tmp_path / "one"), change, "twice", team=TeamChange(strategy="preassigned"))


def test_a_changed_fork_that_was_cut_goes_on_and_is_not_changed_twice(tmp_path: Path) -> None:
    parent = played(tmp_path, config(model="sim/claude-sonnet-4-6", strategy="decentralized"))
    at = first(read(parent.events_path).events, ev.Replied, round=2)
    changed = forked(parent, at, "fork", team=TeamChange(strategy="lead"))
    place = first(changed, ev.TeamChanged)
    folder = RunFolder(tmp_path / "fork")
    for cut in (at + 2, place, place + 30):
        folder.events_path.unlink()
        append_all(folder.events_path, list(changed[:cut]))
        launch.run_here(launch.reopen(folder.path, {}), {})
        events = read(folder.events_path).events
        assert sum(isinstance(e, ev.TeamChanged) for e in events) == 1, cut
        assert RunState.of(events).completed
        assert check(events).verdict != "false"


def test_a_changed_team_is_nobodys_baseline_and_its_report_says_what_it_became(tmp_path: Path) -> None:
    parent = played(tmp_path, config(model="sim/claude-sonnet-4-6", strategy="decentralized", agents=1))
    at = first(read(parent.events_path).events, ev.RoundEnded, round=2)
    changed = forked(parent, at, "fork", team=TeamChange(strategy="lead"))
    assert baseline.track_of(changed) is None
    report = build(RunFolder(tmp_path / "fork"))
    assert report["strategy"] == "lead"
    assert [each["round"] for each in report["team_changes"]] == [2]
    assert [each["name"] for each in report["agents_table"]] == ["Dev1", "Lead"]


def test_a_damaged_parent_is_not_forked(tmp_path: Path) -> None:
    parent = played(tmp_path, config())
    lines = parent.events_path.read_bytes().splitlines(keepends=True)
    parent.events_path.write_bytes(b"".join([*lines[:9], b"{}\n", *lines[9:]]))
    with pytest.raises(Exception, match=r"line 10 .* is damaged"):
        forked(parent, 5)


def test_a_fork_that_was_cut_goes_on_and_is_not_changed_twice(tmp_path: Path) -> None:
    parent = played(tmp_path, config(model="sim/claude-sonnet-4-6", strategy="decentralized"))
    at = first(read(parent.events_path).events, ev.TurnStarted, round=2)
    changed = forked(parent, at, "fork", [control.Inject(kind="slow", target="Dev1")])
    folder = RunFolder(tmp_path / "fork")
    folder.events_path.unlink()
    append_all(folder.events_path, list(changed[: first(changed, ev.FaultStarted) + 5]))
    launch.run_here(launch.reopen(folder.path, {}), {})
    events = read(folder.events_path).events
    assert sum(isinstance(e, ev.FaultStarted) for e in events) == 1
    assert RunState.of(events).completed


class Asked:
    """A model that counts how often it is asked."""

    name = "real/model"
    real = True
    count = 0

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        self.count += 1
        return Reply("live", 1, 1)


def test_recorded_replies_are_given_once_while_the_request_is_the_same_and_cost_no_call() -> None:
    said = ev.Replied(
        turn=1,
        agent="Dev1",
        text="recorded",
        finish_reason="stop",
        input_tokens=5,
        output_tokens=6,
        latency_seconds=2.5,
        attempts=1,
    )
    inner, slept, request = Asked(), list[float](), ["aa"]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def main() -> list[str]:
        model = RecordedModel(inner, {"aa": said}, lambda: request[0], sleep)
        texts = [(await model.complete([])).text]
        texts.append((await model.complete([])).text)
        request[0] = "bb"
        return [*texts, (await model.complete([])).text]

    assert asyncio.run(main()) == ["recorded", "live", "live"]
    assert (inner.count, slept) == (2, [2.5])


def test_pairs_are_the_same_without_a_difference_and_tell_one_where_there_is(tmp_path: Path) -> None:
    parent = played(tmp_path, config(model="sim/claude-sonnet-4-6", strategy="decentralized"))
    told: list[int] = []

    def compared(*faults: control.Inject) -> dict[str, dict[str, float]]:
        return compare(parent, lambda _: 3, 4, faults=faults, without=None, environ={}, told=told.append)

    nothing = compared(control.Inject(kind="slow", target="all", params={"factor": 1.0}))
    assert nothing["wall_seconds"]["mean"] == 0.0
    assert nothing["wall_seconds"]["p_value"] == 1.0
    slow = compared(control.Inject(kind="slow", target="all", params={"factor": 6.0}))
    assert slow["wall_seconds"]["mean"] > 60
    assert slow["wall_seconds"]["p_value"] == 2 / 2**4
    assert told == [1, 2, 3, 4] * 2
