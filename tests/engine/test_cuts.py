"""A run that is cut anywhere and goes on comes to the same end; what the journal held is never touched."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable

import msgspec
import pytest

from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.state import RunState
from engine.record.writer import JournalError, MemoryStore
from engine.restore import Past
from engine.strategies import STRATEGIES
from tests.helpers.durable import Kept, config, go

PLAN = """
[[fault]]
kind = "crash"
target = "Dev2"
at_round = 2
duration_seconds = 40
[[fault]]
kind = "stall"
target = "Dev1"
at_seconds = 12
duration_seconds = 35
[[fault]]
kind = "api_errors"
at_round = 3
probability = 0.5
duration_seconds = 60
[[fault]]
kind = "drop_messages"
at_round = 1
probability = 0.3
duration_seconds = 90
[[fault]]
kind = "slow"
target = "Dev3"
at_seconds = 1.5
"""

TALKATIVE = config(model="sim/claude-sonnet-4-6", strategy="decentralized", max_rounds=120)
DISTURBED = config(
    model="sim/claude-sonnet-4-6", strategy="lead", faults=PLAN, lease_seconds=15.0, max_rounds=120, agents=4
)


def cuts(run: Kept, every: int = 1) -> range:
    return range(1, len(run.events) + 1, every)


def sound(kept: Kept, upto: int) -> None:
    """What must hold of any journal in which an engine went on after event ``upto``."""
    assert kept.error is None
    assert [event.seq for event in kept.events] == list(range(1, len(kept.events) + 1))
    times = [event.ts for event in kept.events]
    assert times == sorted(times)
    assert isinstance(kept.events[upto], ev.RunResumed)
    assert isinstance(kept.events[-1], ev.RunVerified)
    opened = [e.turn for e in kept.events if isinstance(e, ev.TurnStarted)]
    ended = Counter(e.turn for e in kept.events if isinstance(e, ev.TurnEnded))
    assert opened == list(range(1, len(opened) + 1))
    assert ended == Counter(opened)
    taken = [(e.path, e.token) for e in kept.events if isinstance(e, ev.LockAcquired)]
    freed = [(e.path, e.token) for e in kept.events if isinstance(e, ev.LockReleased)]
    assert len(set(taken)) == len(taken)
    assert sorted(taken) == sorted(freed)
    sent = [(e.id, name) for e in kept.events if isinstance(e, ev.MessageSent) for name in e.recipients]
    settled = [
        (e.id, e.recipient) for e in kept.events if isinstance(e, ev.MessageDelivered | ev.MessageLost)
    ]
    assert len(set(sent)) == len(sent)
    assert sorted(sent) == sorted(settled)
    rounds = [e.round for e in kept.events if isinstance(e, ev.RoundStarted)]
    assert rounds == [e.round for e in kept.events if isinstance(e, ev.RoundEnded)]
    epochs: dict[str, int] = {}
    for e in kept.events:
        if isinstance(e, ev.TurnEnded) and e.outcome == "fenced":
            epochs[e.agent] = epochs.get(e.agent, 1) + 1
        elif isinstance(e, ev.AgentRevived):
            epochs[e.agent] = e.epoch
        elif isinstance(e, ev.TurnStarted | ev.AgentCrashed):
            assert e.epoch == epochs.get(e.agent, 1)
    versions: dict[str, int] = {}
    for e in kept.events:
        if isinstance(e, ev.FileEdited):
            assert e.version == versions.get(e.path, 0) + 1
            versions[e.path] = e.version
    last = {e.path: e.content for e in kept.events if isinstance(e, ev.FileEdited)}
    assert kept.folder == last


@pytest.mark.parametrize(("agents", "every"), [(1, 4), (3, 1)])
def test_a_preassigned_run_cut_at_any_event_has_the_same_board_owners_and_files_in_the_end(
    agents: int, every: int
) -> None:
    chosen = config(agents=agents)
    whole = go(chosen)
    assert whole.state.completed
    for upto in cuts(whole, every):
        kept = go(chosen, whole.events[:upto])
        sound(kept, upto)
        assert kept.final() == whole.final(), upto


@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_any_strategy_cut_at_any_event_completes_and_verifies_as_the_whole_run(strategy: str) -> None:
    chosen = config(strategy=strategy)
    whole = go(chosen)
    for upto in cuts(whole, 7):
        kept = go(chosen, whole.events[:upto])
        sound(kept, upto)
        assert kept.state.completed
        assert kept.final()["files"] == whole.final()["files"]
        assert kept.final()["verified"] == whole.final()["verified"] is True


@pytest.mark.parametrize("chosen", [TALKATIVE, DISTURBED], ids=["talkative", "disturbed"])
def test_teams_that_err_talk_and_are_disturbed_go_on_after_a_cut_and_complete(chosen: RunConfig) -> None:
    whole = go(chosen)
    assert whole.state.completed
    for upto in cuts(whole, 5):
        kept = go(chosen, whole.events[:upto])
        sound(kept, upto)
        assert kept.state.completed, upto


def test_a_team_cut_at_any_event_around_the_loss_of_its_lead_has_one_lead_and_completes() -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "lead"\nat_round = 2\n'
    chosen = config(
        model="sim/claude-sonnet-4-6", strategy="lead", faults=plan, lease_seconds=5.0, lead_lost="promote"
    )
    whole = go(chosen)
    lost = next(e.seq for e in whole.events if isinstance(e, ev.AgentCrashed))
    fired = next(e.seq for e in whole.events if isinstance(e, ev.LeadLost))
    for upto in range(lost, min(fired + 8, len(whole.events))):
        kept = go(chosen, whole.events[:upto])
        sound(kept, upto)
        assert kept.state.completed, upto
        leads = [agent.name for agent in kept.state.agents.agents.values() if agent.role == "lead"]
        assert len(leads) == 1, upto
        assert not kept.state.board.owned_by(leads[0]), upto


@pytest.mark.deep
@pytest.mark.parametrize("chosen", [TALKATIVE, DISTURBED], ids=["talkative", "disturbed"])
def test_teams_cut_at_every_event_go_on_and_complete(chosen: RunConfig) -> None:
    whole = go(chosen)
    for upto in cuts(whole):
        kept = go(chosen, whole.events[:upto])
        sound(kept, upto)
        assert kept.state.completed, upto


class FailingDisk(MemoryStore):
    """Fails at write number ``at`` and ever after; ``part`` bytes of that one still get in."""

    def __init__(self, at: int, error: int, part: int) -> None:
        super().__init__()
        self.at, self.error, self.part, self.writes = at, error, part, 0

    async def write(self, data: bytes, *, sync: bool) -> None:
        self.writes += 1
        if self.writes >= self.at:
            self.data += data[: self.part if self.writes == self.at else 0]
            raise OSError(self.error, os.strerror(self.error))
        await super().write(data, sync=sync)


@pytest.mark.parametrize(("error", "part"), [(errno.ENOSPC, 0), (errno.ENOSPC, 700), (errno.EIO, 30)])
def test_a_disk_that_fails_at_any_write_stops_the_run_with_a_sentence_and_it_can_be_resumed(
    error: int, part: int
) -> None:
    whole = go(config(), store=(disk := FailingDisk(10**9, error, part)))
    assert disk.writes > 10
    for at in range(1, disk.writes + 1):
        broken = go(config(), store=FailingDisk(at, error, part))
        assert isinstance(broken.error, JournalError), at
        said = str(broken.error)
        assert f"cannot be written ({os.strerror(error)})" in said
        assert said.count("\n") == 0
        assert broken.events == whole.events[: len(broken.events)]
        kept = go(config(), broken.events)
        if broken.events:
            sound(kept, len(broken.events))
        assert kept.final() == whole.final()


def test_work_that_a_lease_takes_back_finds_an_heir_also_if_the_cut_is_in_between() -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "Dev2"\nat_round = 2\n'
    chosen = config(faults=plan, lease_seconds=3.0)
    whole = go(chosen)
    taken = [e.seq for e in whole.events if isinstance(e, ev.TaskReleased)]
    assert len(taken) > 2
    for upto in range(taken[0] - 4, taken[-1] + 2):
        kept = go(chosen, whole.events[:upto])
        sound(kept, upto)
        assert kept.state.completed, upto
        lost = [e.task for e in kept.events if isinstance(e, ev.TaskReleased) and e.reason == "lease"]
        heirs = [e.task for e in kept.events if isinstance(e, ev.TaskAssigned) and e.round > 0]
        assert sorted(heirs) == sorted(lost), upto


def test_every_fault_of_the_plan_strikes_once_however_often_the_run_is_cut() -> None:
    whole = go(DISTURBED)
    entries = [e.entry for e in whole.events if isinstance(e, ev.FaultStarted)]
    assert sorted(entries, key=str) == [1, 2, 3, 4, 5]
    for upto in cuts(whole, 7):
        kept = go(DISTURBED, whole.events[:upto])
        again = go(DISTURBED, kept.events[: upto + (len(kept.events) - upto) // 2])
        for run in (kept, again):
            struck = Counter(e.entry for e in run.events if isinstance(e, ev.FaultStarted))
            assert set(struck.values()) == {1}
            ids = [e.id for e in run.events if isinstance(e, ev.FaultStarted)]
            assert ids == list(range(1, len(ids) + 1))


def test_a_fold_cut_anywhere_and_gone_on_with_is_the_fold_of_the_whole() -> None:
    whole = go(DISTURBED)
    for upto in cuts(whole, 11):
        past = Past(whole.events[:upto])
        for event in whole.events[upto:]:
            past.apply(event)
        assert past.conversations.messages("Dev1") == Past(whole.events).conversations.messages("Dev1")
        assert past.state.board.tasks == RunState.of(whole.events).board.tasks


def test_a_run_that_is_complete_but_not_verified_is_only_verified() -> None:
    whole = go(config())
    kept = go(config(), whole.events[:-1])
    assert [type(e) for e in kept.events[-3:]] == [ev.RunResumed, ev.RunEnded, ev.RunVerified]
    assert kept.state.run.wall_seconds == whole.state.run.wall_seconds


def test_a_run_that_met_its_limit_goes_on_under_a_higher_one() -> None:
    short = go(config(max_rounds=3))
    assert short.state.run.outcome == "max_rounds"
    kept = go(config(), short.events)
    sound(kept, len(short.events))
    assert kept.final() == go(config()).final()
    assert kept.state.run.max_rounds == 60


def test_the_agent_of_a_lost_turn_is_told_and_nothing_it_did_is_undone() -> None:
    whole = go(config())
    upto = next(e.seq for e in whole.events if isinstance(e, ev.FileEdited))
    kept = go(config(), whole.events[:upto])
    lost = [e for e in kept.events[upto:] if isinstance(e, ev.TurnEnded)][:3]
    assert {e.outcome for e in lost} == {"failed"}
    assert all("the engine stopped in the middle of it" in e.detail for e in lost)
    edit = whole.events[upto - 1]
    assert isinstance(edit, ev.FileEdited)
    text = Past(kept.events).conversations.messages(edit.agent)[3].text
    assert "- turn: lost. the engine stopped in the middle of it" in text
    assert f"- edit_file {edit.path}: ok." in text


def test_a_journal_that_contradicts_itself_is_told_from_one_that_was_cut(
    make_journal: Callable[..., list[ev.AnyEvent]],
) -> None:
    events = make_journal(1)
    at = next(place for place, event in enumerate(events) if isinstance(event, ev.Replied))
    events[at] = msgspec.structs.replace(events[at], agent="Nobody")
    with pytest.raises(TeamtopError, match=rf"event {at + 1} \(replied\) speaks of 'Nobody'"):
        Past(events)


@pytest.mark.parametrize(
    ("event", "missing"),
    [
        (ev.ReviewGiven(task="99", agent="Dev2", author="Dev1", turn=1, approved=True), "'99'"),
        (ev.ReviewGiven(task="1", agent="Dev2", author="", turn=1, approved=True), "''"),
        (ev.MessageDelivered(id="M9", recipient="Dev1"), "'M9'"),
        (ev.TaskClaimed(task="1", agent="Nobody", turn=1), "'Nobody'"),
    ],
)
def test_nothing_goes_on_from_what_speaks_of_what_was_never_there(event: ev.AnyEvent, missing: str) -> None:
    whole = go(config(), silently=True).events
    upto = next(at for at, e in enumerate(whole, 1) if isinstance(e, ev.TurnStarted))
    with pytest.raises(TeamtopError, match=f"speaks of {missing}"):
        Past([*whole[:upto], msgspec.structs.replace(event, seq=upto + 1)])


def test_nothing_goes_on_from_a_write_under_an_older_token_than_one_before_it() -> None:
    events = list(go(config(), silently=True).events)
    at = next(place for place, e in enumerate(events) if isinstance(e, ev.FileEdited))
    events[at] = msgspec.structs.replace(events[at], token=-3)
    with pytest.raises(TeamtopError, match=r"under token -3, which is older than 0"):
        Past(events)


def test_nothing_goes_on_from_a_review_of_what_its_author_does_not_own() -> None:
    chosen = config(strategy="verified-by", verified_by="review")
    events = list(go(chosen, silently=True).events)
    asked = next(event for event in events if isinstance(event, ev.ReviewRequested))
    claimed = next(
        event for event in events if isinstance(event, ev.TaskClaimed) and event.task == asked.task
    )
    events.remove(claimed)
    with pytest.raises(TeamtopError, match="which it does not own"):
        Past(events)
