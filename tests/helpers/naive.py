"""Predicates straight from their definitions, by looking at all pairs: the oracle for small histories.

Nothing here is shared with the checkers. Histories have one claim, release or completion, or one write or
prompt per event, so that the definitions can be read off the list.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.record import events as ev

Events = Sequence[ev.Event]


def owner_before(events: Events, place: int, task: str) -> str:
    """Who owns the task before ``events[place]``; "done" once it was completed."""
    owner = ""
    for event in events[:place]:
        if owner == "done":
            break
        if isinstance(event, ev.TaskClaimed) and event.task == task:
            owner = event.agent
        elif isinstance(event, ev.TaskReleased) and event.task == task:
            owner = ""
        elif isinstance(event, ev.TaskCompleted) and event.task == task:
            owner = "done"
    return owner


def duplicate_claims(events: Events) -> list[int]:
    """Claims by b for which there is an earlier claim by a with nothing of the task's between the two."""
    found = []
    for place, event in enumerate(events):
        if isinstance(event, ev.TaskClaimed):
            owner = owner_before(events, place, event.task)
            if owner not in ("", "done", event.agent):
                found.append(event.seq)
    return found


def illegal_edges(events: Events) -> list[int]:
    """Events that the board's rules do not allow, other than claims of what somebody else owns."""
    found = []
    for place, event in enumerate(events):
        if isinstance(event, ev.TaskClaimed | ev.TaskReleased | ev.TaskCompleted):
            owner = owner_before(events, place, event.task)
            mine = owner == event.agent
            ok = not mine and owner != "done" if isinstance(event, ev.TaskClaimed) else mine
            if not ok:
                found.append(event.seq)
    return found


def early_moves(events: Events, dependency: dict[str, str]) -> list[int]:
    """Claims and completions while the task's dependency has not been completed."""
    return [
        event.seq
        for place, event in enumerate(events)
        if isinstance(event, ev.TaskClaimed | ev.TaskCompleted)
        and event.task in dependency
        and not any(
            isinstance(before, ev.TaskCompleted) and before.task == dependency[event.task]
            for before in events[:place]
        )
    ]


def span(events: Events, edit: ev.FileEdited) -> tuple[int, int]:
    """The turn of an edit: seqs of its first and last event (far away if it never ends)."""
    first = next(e.seq for e in events if isinstance(e, ev.TurnStarted) and e.turn == edit.turn)
    ends = [e.seq for e in events if isinstance(e, ev.TurnEnded) and e.turn == edit.turn]
    return first, ends[0] if ends else 10**9


def edits(events: Events) -> list[ev.FileEdited]:
    return [event for event in events if isinstance(event, ev.FileEdited)]


def number(events: Events, edit: ev.FileEdited) -> int:
    """The round by which the edit's agent counts its turn."""
    return next(
        e.own_round or e.round for e in events if isinstance(e, ev.TurnStarted) and e.turn == edit.turn
    )


def concurrent_writes(events: Events) -> set[int]:
    """Rounds in which some edit overlaps, by its turn, an earlier edit of another agent."""
    found = set()
    for second in edits(events):
        for first in edits(events):
            if first.seq < second.seq and first.agent != second.agent:
                (start1, end1), (start2, end2) = span(events, first), span(events, second)
                if start1 < end2 and start2 < end1:
                    found.add(number(events, second))
    return found


def overwritten(events: Events, *, blind: bool) -> list[int]:
    """Edits w2(b) for which there is w1(a), a ≠ b, base(w2) < ver(w1) < ver(w2), other content, no merge.

    In these histories a content is a single line, so w2 keeps what w1 did only if w1 did nothing: if its
    content is that of w2's base.
    """
    contents = {0: "", **{edit.version: edit.content for edit in edits(events)}}
    return [
        w2.seq
        for w2 in edits(events)
        if (w2.base == 0) == blind
        and any(
            w1.agent != w2.agent
            and w2.base < w1.version < w2.version
            and w1.content not in (w2.content, contents[w2.base])
            for w1 in edits(events)
        )
    ]


def rewrites(events: Events, *, same: bool) -> list[int]:
    """Edits that follow, knowingly, a version that another agent wrote before their turn began."""
    return [
        w2.seq
        for w2 in edits(events)
        for w1 in edits(events)
        if w2.base == w1.version == w2.version - 1
        and w1.agent != w2.agent
        and w1.seq < span(events, w2)[0]
        and (w1.content == w2.content) == same
    ]


def aged_reads(events: Events) -> list[int]:
    """Edits before which the newest version is another agent's and lies inside the turn."""
    return [
        w2.seq
        for w2 in edits(events)
        for w1 in edits(events)
        if w1.version == w2.version - 1 and w1.agent != w2.agent and span(events, w2)[0] < w1.seq
    ]


def stale_reads(events: Events) -> list[int]:
    """Prompts that show another version of a file than the number of edits before them."""
    return [
        turn.seq
        for turn in events
        if isinstance(turn, ev.TurnStarted)
        and any(
            version != sum(e.seq < turn.seq and e.path == path for e in edits(events))
            for path, version in (*turn.seen.files, *turn.seen.changes)
        )
    ]
