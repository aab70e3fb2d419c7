"""One file that three agents write and are shown, without locks and under either policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from engine.analysis.consistency import Predicate, reads, writes
from engine.analysis.consistency import rewrites as rewriting
from engine.record import events as ev
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import Op
from tests.helpers.small.past import before, disturbed, span
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six, up_to

PATH = "add.py"
STALE = ("stale_board", "partition")


# ------------------------------------------------------------ how it is played


def play(ops: Sequence[Op], **settings: Any) -> Events:
    """Writes in turns that began together; a turn of one's own, in a round of its own, to see the file."""
    book = Book("add", **settings)
    book.round()
    for kind, *agents in ops:
        _do(book, kind, *agents)
    return book.events


def _do(book: Book, kind: str, agent: str = "") -> None:  # noqa: PLR0912 - a branch per operation
    version = book.versions.get(PATH, 0)
    fresh = f"v{version + 1}\n"
    match kind:
        case "write":
            book.write(agent, PATH, fresh)
        case "copy":
            book.write(agent, PATH, book.contents.get(PATH, "v1\n"))
        case "see" | "see old" | "see nothing" | "see new":
            book.end(agent)
            book.round_ += kind != "see new"
            shown = max(0, version - (kind == "see old"))
            files = ((PATH, shown),) if version and kind != "see nothing" else ()
            book.turn(agent, seen=ev.Seen(board=book.board, files=files))
        case "see old board":
            book.end(agent)
            book.turn(agent, seen=ev.Seen(board=book.board - 1))
        case "claim":
            book.claim(agent, "1")
        case "restart":
            book.end(agent, "crashed")
            book.add(ev.AgentCrashed(agent=agent, epoch=1, lease_until=1e9))
            book.add(ev.AgentRevived(agent=agent, epoch=2, memory="lost"))
            book.turn(agent, epoch=2, seen=ev.Seen(board=book.board))
        case "guess":
            book.write(agent, PATH, fresh, base=version)
        case "skip":
            book.write(agent, PATH, fresh, version=version + 2, base=0)
        case "misname":
            book.write(agent, PATH, fresh, previous=agent)
        case "follow itself":
            book.write(agent, PATH, fresh, base=version + 1)
        case "free":
            book.add(ev.LockReleased(path=PATH, agent="Dev1", token=1, reason="lease"))
        case "refused":
            book.refuse(agent, "edit_file", PATH, "stale")
        case "disturb":
            book.fault("stale_board", agent)
        case "heal":
            count = sum(isinstance(event, ev.FaultStarted) for event in book.events)
            book.add(ev.FaultStopped(id=count, author="you"))


# ------------------------------------------------------------ definitions


def edits(events: Events) -> list[ev.FileEdited]:
    return [event for event in events if isinstance(event, ev.FileEdited)]


def prompts(events: Events) -> list[ev.TurnStarted]:
    return [event for event in events if isinstance(event, ev.TurnStarted)]


def shown(turn: ev.TurnStarted) -> list[int]:
    return [version for _, version in (*turn.seen.files, *turn.seen.changes)]


def number(events: Events, edit: ev.FileEdited) -> int:
    """The round by which the edit's agent counts its turn."""
    return next(turn.number for turn in prompts(events) if turn.turn == edit.turn)


def concurrent_writes(events: Events) -> Judged:
    """Of each round, the first edit that overlaps, by its turn, an earlier edit of another agent."""
    found: dict[int, int] = {}
    for second in edits(events):
        for first in edits(before(events, second)):
            (start1, end1), (start2, end2) = span(events, first.turn), span(events, second.turn)
            if first.agent != second.agent and start1 < end2 and start2 < end1:
                found.setdefault(number(events, second), second.seq)
    return bool(edits(events)), found.values()


def lost(events: Events, w2: ev.FileEdited) -> list[ev.FileEdited]:
    """All w1(a), a ≠ b, with base(w2) < ver(w1) < ver(w2) and other content, of which w2(b) is no merge.

    A content is a single line here, so w2 keeps what w1 did only if w1 did nothing: if its content is that
    of w2's base.
    """
    contents = {0: "", **{edit.version: edit.content for edit in edits(events)}}
    return [
        w1
        for w1 in edits(events)
        if w1.agent != w2.agent
        and w2.base < w1.version < w2.version
        and w1.content not in (w2.content, contents[w2.base])
    ]


def overwritten(
    promised: Callable[[Events, ev.FileEdited, ev.FileEdited], bool], blind: bool, events: Events
) -> Judged:
    """Edits that overwrite unseen versions of others, of which ``promised`` tells the last one's kind."""
    found = [
        w2.seq
        for w2 in edits(events)
        if (w2.base == 0) == blind
        and (gone := lost(events, w2))
        and promised(events, max(gone, key=lambda w1: w1.version), w2)
    ]
    return len(edits(events)) > 1, found


def always(events: Events, w1: ev.FileEdited, w2: ev.FileEdited) -> bool:
    return True


def held(events: Events, w1: ev.FileEdited, w2: ev.FileEdited) -> bool:
    """Whether no lease freed the file between the two."""
    return not any(isinstance(e, ev.LockReleased) and w1.seq < e.seq < w2.seq for e in events)


def freed(events: Events, w1: ev.FileEdited, w2: ev.FileEdited) -> bool:
    return not held(events, w1, w2)


def rewrites(same: bool, events: Events) -> Judged:
    """Edits that follow, knowingly, a version that another agent wrote before their turn began."""
    found = [
        w2.seq
        for w2 in edits(events)
        for w1 in edits(events)
        if w2.base == w1.version == w2.version - 1
        and w1.agent != w2.agent
        and w1.seq < span(events, w2.turn)[0]
        and (w1.content == w2.content) == same
    ]
    return len(edits(events)) > 1, found


def aged_reads(events: Events) -> Judged:
    """Edits before which the newest version is another agent's and lies inside the turn."""
    found = [
        w2.seq
        for w2 in edits(events)
        for w1 in edits(events)
        if w1.version == w2.version - 1 and w1.agent != w2.agent and span(events, w2.turn)[0] < w1.seq
    ]
    return bool(edits(events)), found


def kept_out(events: Events) -> Judged:
    refused = [e.seq for e in events if isinstance(e, ev.ActionRefused)]
    return bool(edits(events)), refused


def stale(events: Events, turn: ev.TurnStarted) -> bool:
    """Whether a prompt shows another board or version than the last one before it."""
    past = before(events, turn)
    board = max((e.seq for e in past if isinstance(e, ev.TaskClaimed | ev.RunStarted)), default=0)
    standing = len(edits(past))
    return turn.seen.board != board or any(version != standing for version in shown(turn))


def stale_reads(injected: bool, events: Events) -> Judged:
    turns = [t for t in prompts(events) if disturbed(events, t.seq, t.seq, [t.agent], STALE) == injected]
    return bool(turns), [turn.seq for turn in turns if stale(events, turn)]


def missed_changes(events: Events) -> Judged:
    """Prompts that do not name the file, though another wrote it since the agent's prompt before, and after
    whatever the agent wrote since then. Not the first prompt of a new epoch."""
    looked, found = False, []
    for turn in prompts(events):
        earlier = [t for t in prompts(before(events, turn)) if t.agent == turn.agent]
        since = earlier[-1].seq if earlier else 0
        news = [e for e in edits(events) if since < e.seq < turn.seq]
        if earlier and earlier[-1].epoch != turn.epoch:
            continue
        if disturbed(events, turn.seq, turn.seq, [turn.agent], STALE):
            continue
        if news and news[-1].agent != turn.agent:
            looked = True
            if not shown(turn):
                found.append(turn.seq)
    return looked, found


def intermediate_reads(events: Events) -> Judged:
    """Prompts that show the newest version, which another agent wrote in the same round."""
    looked, found = False, []
    for turn in prompts(events):
        past = edits(before(events, turn))
        if past and past[-1].version in shown(turn):
            looked = True
            if past[-1].round == turn.round and past[-1].agent != turn.agent:
                found.append(turn.seq)
    return looked, found


def unseen_bases(events: Events) -> Judged:
    """Bases beyond all versions that the agent had been shown or had written."""
    found = []
    for edit in edits(events):
        past = before(events, edit)
        known = [version for turn in prompts(past) if turn.agent == edit.agent for version in shown(turn)]
        known += [other.version for other in edits(past) if other.agent == edit.agent]
        if edit.base > max(known, default=0):
            found.append(edit.seq)
    return bool(edits(events)), found


def broken_chain(events: Events) -> Judged:
    """Versions that are not the next one, do not follow an older one, or misname the author before."""
    chain: list[tuple[int, str]] = [(0, ""), *((edit.version, edit.agent) for edit in edits(events))]
    found = [
        edit.seq
        for (version, author), edit in zip(chain, edits(events), strict=False)
        if edit.version != version + 1 or not 0 <= edit.base < edit.version or edit.previous != author
    ]
    return bool(edits(events)), found


# ------------------------------------------------------------ subjects


def _overwrites(lost_: Predicate, blind: Predicate, promised: Callable[..., bool]) -> tuple[Definition, ...]:
    return (
        Definition(lost_, partial(overwritten, promised, False)),
        Definition(blind, partial(overwritten, promised, True)),
    )


SUBJECTS = [
    Subject(
        "writes and reads of one file",
        9_394,
        (six("write a", "see a"),),
        play,
        (
            *_overwrites(writes.lost_update_team, writes.blind_overwrite_team, always),
            Definition(rewriting.rewrite, partial(rewrites, False)),
            Definition(reads.aged_read, aged_reads),
            Definition(reads.unseen_base, unseen_bases, frozenset({"true"})),
            Definition(writes.concurrent_write, concurrent_writes),
        ),
    ),
    Subject(
        "copies and stale views of one file",
        256_534,
        (
            up_to(5, "write a", "copy a", "see a", "see old a", "refused a"),
            six("write a", "copy a", "see a"),
            six("write a", "see old a"),
            six("write a", "refused a"),
        ),
        play,
        (
            *_overwrites(writes.lost_update_team, writes.blind_overwrite_team, always),
            Definition(rewriting.rewrite, partial(rewrites, False)),
            Definition(rewriting.noop_rewrite, partial(rewrites, True)),
            Definition(reads.aged_read, aged_reads),
            Definition(reads.aged_read_prevented, kept_out),
            Definition(reads.stale_read_engine, partial(stale_reads, False)),
            Definition(writes.concurrent_write, concurrent_writes),
        ),
    ),
    Subject(
        "one file under versions",
        100_191,
        (six("write a", "copy a", "see a"),),
        partial(play, locks="optimistic"),
        _overwrites(writes.lost_update_engine, writes.blind_overwrite_engine, always),
    ),
    Subject(
        "one file under locks that leases free",
        23_424,
        (six("write a", "see a", "free"),),
        partial(play, locks="pessimistic"),
        (
            *_overwrites(writes.lost_update_engine, writes.blind_overwrite_engine, held),
            *_overwrites(writes.lost_update_team, writes.blind_overwrite_team, freed),
        ),
    ),
    Subject(
        "prompts under a fault that serves stale views",
        601_848,
        (
            up_to(5, "write a", "see a", "see old a", "see old board a", "claim a", "disturb a", "heal"),
            six("write a", "see old a", "disturb a"),
            six("see old board a", "disturb a", "heal"),
            six("claim a", "see old board a"),
            six("see old a", "disturb a", "heal"),
        ),
        play,
        (
            Definition(reads.stale_read_engine, partial(stale_reads, False)),
            Definition(reads.stale_read_injected, partial(stale_reads, True)),
            Definition(reads.missed_change, missed_changes),
        ),
    ),
    Subject(
        "prompts that leave something out, of agents that start again",
        337_937,
        (
            up_to(5, "write a", "see a", "see nothing a", "see new a", "restart a"),
            six("write a", "see nothing a", "see new a"),
            six("write a", "see nothing a", "restart a"),
        ),
        play,
        (
            Definition(reads.missed_change, missed_changes),
            Definition(reads.intermediate_read, intermediate_reads),
        ),
    ),
    Subject(
        "versions, bases and authors of one file",
        2_043_805,
        (six("write a", "guess a", "skip a", "misname a", "follow itself a"),),
        play,
        (Definition(reads.unseen_base, unseen_bases), Definition(writes.version_chain, broken_chain)),
    ),
]
