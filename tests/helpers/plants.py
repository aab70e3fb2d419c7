"""Anomalies planted into real journals: one event edited, put in, dropped or moved, by a seeded choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

import msgspec

from engine.analysis.consistency import Class
from engine.record import events as ev
from tests.helpers.histories import renumber

Journal = list[ev.Event]
E = TypeVar("E", bound=ev.Event)
Plant = Callable[[Random, Journal], Journal]

PLANTS: list[tuple[str, Class, Plant]] = []
"""Predicate, class, and what plants a violation of it."""


def plants(name: str, class_: Class = "engine") -> Callable[[Plant], Plant]:
    def keep(plant: Plant) -> Plant:
        PLANTS.append((name, class_, plant))
        return plant

    return keep


def edited(event: E, **fields: Any) -> E:
    return msgspec.structs.replace(event, **fields)


def places(events: Journal, kind: type[ev.Event], which: Callable[[Any], bool] = lambda _: True) -> list[int]:
    return [place for place, event in enumerate(events) if isinstance(event, kind) and which(event)]


def put(events: Journal, place: int, *fresh: ev.Event) -> Journal:
    """Put events in before ``place``, at the time and in the round of the event before."""
    before = events[place - 1]
    new = [edited(event, ts=before.ts, round=before.round, seq=0) for event in fresh]
    return renumber([*events[:place], *new, *events[place:]])


def swapped(events: Journal, place: int, event: ev.Event) -> Journal:
    return [*events[:place], event, *events[place + 1 :]]


def dropped(events: Journal, place: int) -> Journal:
    return renumber([*events[:place], *events[place + 1 :]])


def at_work(events: Journal, place: int) -> dict[str, int]:
    """Agents whose turn is open just before ``place``, with its number."""
    turns: dict[str, int] = {}
    for event in events[:place]:
        if isinstance(event, ev.TurnStarted):
            turns[event.agent] = event.turn
        elif isinstance(event, ev.TurnEnded):
            turns.pop(event.agent, None)
    return turns


def meanwhile(random: Random, events: Journal, kind: type[E]) -> tuple[int, E, str, int]:
    """An event of this kind in the middle of another agent's turn: place, event, that agent, its turn."""
    found = []
    for place in places(events, kind):
        event: Any = events[place]
        others = [(agent, turn) for agent, turn in at_work(events, place).items() if agent != event.agent]
        found += [(place, event, agent, turn) for agent, turn in others]
    return random.choice(found)


# ------------------------------------------------------------ the journal


@plants("journal_order")
def an_event_vanishes(random: Random, events: Journal) -> Journal:
    place = random.randrange(1, len(events) - 1)
    return [*events[:place], *events[place + 1 :]]


@plants("journal_order")
def time_jumps_back(random: Random, events: Journal) -> Journal:
    place = random.choice([p for p in range(1, len(events)) if events[p - 1].ts > 1.0])
    return swapped(events, place, edited(events[place], ts=events[place - 1].ts - 0.5))


@plants("turn_nesting")
def the_end_of_a_turn_vanishes(random: Random, events: Journal) -> Journal:
    return dropped(events, random.choice(places(events, ev.TurnEnded)))


@plants("turn_nesting")
def a_reply_comes_twice(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.Replied))
    return put(events, place + 1, events[place])


@plants("act_in_turn")
def an_act_slips_out_of_its_turn(random: Random, events: Journal) -> Journal:
    kinds = (ev.TaskClaimed, ev.TaskCompleted, ev.FileEdited)
    place = random.choice([p for p, event in enumerate(events) if isinstance(event, kinds)])
    act: Any = events[place]
    end = next(p for p in places(events, ev.TurnEnded) if events[p].turn == act.turn)  # type: ignore[attr-defined]  # of this kind
    return put(dropped(events, place), end, act)


# ------------------------------------------------------------ the board


@plants("duplicate_claim")
def a_second_agent_claims_too(random: Random, events: Journal) -> Journal:
    place, claim, agent, turn = meanwhile(random, events, ev.TaskClaimed)
    return put(events, place + 1, edited(claim, agent=agent, turn=turn))


@plants("board_monotonicity")
def a_task_is_completed_twice(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.TaskCompleted))
    return put(events, place + 1, events[place])


@plants("board_monotonicity")
def a_claim_vanishes(random: Random, events: Journal) -> Journal:
    return dropped(events, random.choice(places(events, ev.TaskClaimed)))


@plants("temporal_violation")
def a_claim_ignores_the_task_graph(random: Random, events: Journal) -> Journal:
    start = events[0]
    assert isinstance(start, ev.RunStarted)
    task = random.choice([task for task in start.tasks if task.dependencies])
    place = random.choice(places(events, ev.Replied, lambda e: e.round == 1))
    said = events[place]
    assert isinstance(said, ev.Replied)
    return put(events, place + 1, ev.TaskClaimed(task=task.id, agent=said.agent, turn=said.turn))


@plants("temporal_violation")
def the_completion_of_a_dependency_vanishes(random: Random, events: Journal) -> Journal:
    start = events[0]
    assert isinstance(start, ev.RunStarted)
    needed = {dependency for task in start.tasks for dependency in task.dependencies}
    return dropped(events, random.choice(places(events, ev.TaskCompleted, lambda e: e.task in needed)))


@plants("premature_end")
def a_completion_vanishes(random: Random, events: Journal) -> Journal:
    return dropped(events, random.choice(places(events, ev.TaskCompleted)))


@plants("recorded_evidence")
def evidence_is_forged(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.TaskCompleted))
    done = events[place]
    assert isinstance(done, ev.TaskCompleted)
    return swapped(events, place, edited(done, evidence="failed" if done.evidence == "passed" else "passed"))


@plants("orphaned_task")
def the_lease_of_an_owner_is_forgotten(random: Random, events: Journal) -> Journal:
    place, owner = next(
        (place, claim.agent)
        for place, claim in enumerate(events)
        if isinstance(claim, ev.TaskClaimed)
        and any(
            e.ts > claim.ts + 3.0 and isinstance(e, ev.TaskCompleted) and e.task == claim.task for e in events
        )
    )
    lease = events[place].ts + 1.0
    return put(events, place + 1, ev.AgentStalled(agent=owner, lease_until=lease))


@plants("late_turn")
def a_turn_begins_after_the_end(random: Random, events: Journal) -> Journal:
    place = places(events, ev.RunEnded)[0] + 1
    last = events[places(events, ev.TurnStarted)[-1]]
    assert isinstance(last, ev.TurnStarted)
    return put(events, place, edited(last, turn=last.turn + 1))


# ------------------------------------------------------------ files


def _showing(events: Journal) -> list[int]:
    return places(events, ev.TurnStarted, lambda e: e.seen.changes)


@plants("stale_read")
def a_prompt_shows_an_old_version(random: Random, events: Journal) -> Journal:
    place = random.choice(_showing(events))
    turn: Any = events[place]
    changes = list(turn.seen.changes)
    path, version = changes.pop(random.randrange(len(changes)))
    files = tuple((p, v) for p, v in turn.seen.files if p != path)
    seen = edited(turn.seen, changes=(*changes, (path, version - 1)), files=files)
    return swapped(events, place, edited(turn, seen=seen))


@plants("stale_read")
def a_prompt_shows_an_old_board(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.TurnStarted, lambda e: e.seen.board > 1))
    turn: Any = events[place]
    return swapped(events, place, edited(turn, seen=edited(turn.seen, board=turn.seen.board - 1)))


@plants("missed_change")
def a_prompt_leaves_a_change_out(random: Random, events: Journal) -> Journal:
    place = random.choice(_showing(events))
    turn: Any = events[place]
    changes = list(turn.seen.changes)
    path, _ = changes.pop(random.randrange(len(changes)))
    files = tuple((p, v) for p, v in turn.seen.files if p != path)
    return swapped(events, place, edited(turn, seen=edited(turn.seen, changes=tuple(changes), files=files)))


@plants("unseen_base")
def a_base_is_raised(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.FileEdited))
    edit: Any = events[place]
    return swapped(events, place, edited(edit, base=edit.version + 1))


@plants("version_chain")
def an_edit_vanishes(random: Random, events: Journal) -> Journal:
    last = {e.path: p for p, e in enumerate(events) if isinstance(e, ev.FileEdited)}
    rewritten = places(events, ev.FileEdited, lambda e: e.seq - 1 != last[e.path])
    return dropped(events, random.choice(rewritten))


@plants("phantom_write")
def a_file_changes_behind_the_journal(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.FileEdited))
    return swapped(events, place, edited(events[place], content="evil()\n"))


@plants("phantom_write")
def tests_see_another_tree(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.TestsStarted))
    return swapped(events, place, edited(events[place], tree="00" * 32))


@plants("concurrent_write", "team")
def a_second_agent_writes_in_the_round(random: Random, events: Journal) -> Journal:
    place, edit, agent, turn = meanwhile(random, events, ev.FileEdited)
    fresh = edited(edit, agent=agent, turn=turn, version=edit.version + 1, content="other\n", hash="0")
    return put(events, place + 1, edited(fresh, previous=edit.agent))


@plants("flaky_evidence", "team")
def a_second_run_says_otherwise(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.TestsFinished, lambda e: e.verdict == "passed"))
    done: Any = events[place]
    begun: Any = next(e for e in events if isinstance(e, ev.TestsStarted) and e.run == done.run)
    again = edited(done, run=9_999, verdict="failed", passed=(), failed=done.passed)
    return put(events, place + 1, edited(begun, run=9_999), again)


# ------------------------------------------------------------ locks, lives, mail


@plants("fencing")
def a_write_carries_an_old_token(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.FileEdited))
    edit: Any = events[place]
    return swapped(events, place, edited(edit, token=edit.token - 1))


@plants("fencing")
def a_lock_is_never_taken(random: Random, events: Journal) -> Journal:
    return dropped(events, random.choice(places(events, ev.LockAcquired)))


@plants("lock_leak")
def a_lock_is_not_freed(random: Random, events: Journal) -> Journal:
    return dropped(events, random.choice(places(events, ev.LockReleased)))


@plants("lock_exclusion")
def a_lock_is_granted_twice(random: Random, events: Journal) -> Journal:
    place, lock, agent, turn = meanwhile(random, events, ev.LockAcquired)
    return put(events, place + 1, edited(lock, agent=agent, turn=turn, token=lock.token + 1))


@plants("zombie")
def an_agent_acts_after_its_crash(random: Random, events: Journal) -> Journal:
    kinds = (ev.TaskClaimed, ev.TaskCompleted, ev.FileEdited, ev.TestsStarted)
    place = random.choice([p for p, event in enumerate(events) if isinstance(event, kinds)])
    act: Any = events[place]
    return put(events, place, ev.AgentCrashed(agent=act.agent, epoch=1, lease_until=1e9))


@plants("message_loss")
def a_delivery_vanishes(random: Random, events: Journal) -> Journal:
    return dropped(events, random.choice(places(events, ev.MessageDelivered)))


@plants("message_loss")
def a_prompt_leaves_mail_out(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.TurnStarted, lambda e: e.seen.mail))
    turn: Any = events[place]
    return swapped(events, place, edited(turn, seen=edited(turn.seen, mail=())))


@plants("message_duplicate")
def mail_is_shown_again(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.TurnStarted, lambda e: e.seen.mail))
    turn: Any = events[place]
    return swapped(events, place, edited(turn, seen=edited(turn.seen, mail=turn.seen.mail * 2)))


@plants("message_phantom")
def mail_is_invented(random: Random, events: Journal) -> Journal:
    place = random.choice(places(events, ev.TurnStarted))
    turn: Any = events[place]
    return swapped(events, place, edited(turn, seen=edited(turn.seen, mail=(*turn.seen.mail, "m0"))))


def planted(plant: Plant, seed: int, events: Sequence[ev.Event]) -> Journal:
    """The journal with the anomaly; the given one stays as it is."""
    return plant(Random(seed), list(events))
