"""One lock: who holds it under which token, for how long, and who asks for it in vain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from engine.analysis.consistency import locking, starving
from engine.record import events as ev
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import Op
from tests.helpers.small.past import NEVER, before, disturbed, span
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six, up_to

PATH = "add.py"
LEASE = 10.0
SLACK = 0.001
"""Seconds that a timer on the virtual clock may be late."""

TEAM = 2
"""Members of the teams in which somebody starves: few, so that bypasses are soon too many."""


# ------------------------------------------------------------ holding and writing


def play_tokens(ops: Sequence[Op], locks: str = "pessimistic") -> Events:
    book = Book("add", locks=locks)
    book.round()
    mine: dict[str, int] = {}
    for kind, agent in ops:
        match kind:
            case "take":
                book.lock(agent, PATH)
                mine[agent] = book.tokens[PATH]
            case "take again":
                book.lock(agent, PATH, token=book.tokens.get(PATH, 1))
            case "free":
                token = mine.get(agent, 0)
                book.add(ev.LockReleased(path=PATH, agent=agent, token=token, reason="barrier"))
            case "write":
                book.write(agent, PATH, token=mine.get(agent))
            case "denied":
                book.deny(agent, PATH)
    return book.events


def holder(events: Events) -> ev.LockAcquired | None:
    """The last who took the lock, unless it was given back since."""
    last = [e for e in events if isinstance(e, ev.LockAcquired | ev.LockReleased)][-1:]
    return last[0] if last and isinstance(last[0], ev.LockAcquired) else None


def shared(events: Events) -> Judged:
    looked, found = False, []
    for event in events:
        held = holder(before(events, event))
        if isinstance(event, ev.LockAcquired):
            looked, wrong = True, held is not None
        elif isinstance(event, ev.LockReleased):
            looked = True
            wrong = held is None or (held.agent, held.token) != (event.agent, event.token)
        else:
            continue
        if wrong:
            found.append(event.seq)
    return looked, found


def denied(events: Events) -> Judged:
    looked = any(isinstance(e, ev.LockAcquired) for e in events)
    return looked, [e.seq for e in events if isinstance(e, ev.LockDenied)]


def unfenced(locked: bool, events: Events) -> Judged:
    looked, found = False, []
    for event in events:
        past = before(events, event)
        held = holder(past)
        if isinstance(event, ev.LockAcquired):
            looked = True
            wrong = any(isinstance(e, ev.LockAcquired) and e.token >= event.token for e in past)
        elif isinstance(event, ev.FileEdited) and (locked or event.token is not None):
            looked = True
            wrong = held is None or (held.agent, held.token) != (event.agent, event.token)
        else:
            continue
        if wrong:
            found.append(event.seq)
    return looked, found


# ------------------------------------------------------------ leaks


def play_leaks(ops: Sequence[Op], fault: bool = False, long: bool = False) -> Events:
    """Agents take and use the lock in their turns; the run ends at last. ``long``: so does a turn of Dev1."""
    book = Book("add", locks="pessimistic", lease_seconds=LEASE)
    if fault:
        book.fault("lock_leak", *book.team)
    book.round_ = 1
    if long:
        book.turn("Dev1")
    for kind, *agents in ops:
        agent = agents[0] if agents else ""
        mine = book.held.get(PATH) == agent
        if kind in ("take", "write", "begin") and agent not in book.open:
            book.turn(agent)
        match kind:
            case "take" if PATH not in book.held:
                book.lock(agent, PATH)
            case "write" if mine:
                book.write(agent, PATH)
            case "end" if agent in book.open:
                book.end(agent)
            case "free" if PATH in book.held:
                book.unlock(PATH)
            case "wait":
                book.wait(LEASE)
                book.add(ev.RoundEnded())
            case "crash":
                book.crash(agent, lease=LEASE)
            case "back":
                book.add(ev.AgentRevived(agent=agent, epoch=2))
    book.finish("stopped")
    return book.events


def holds(events: Events) -> list[tuple[ev.LockAcquired, int]]:
    """Every time the lock was taken, with the seq of its release."""
    found = []
    for event in events:
        if isinstance(event, ev.LockAcquired):
            later = [e.seq for e in events if isinstance(e, ev.LockReleased) and e.seq > event.seq]
            found.append((event, min(later, default=NEVER)))
    return found


def due(events: Events, lock: ev.LockAcquired, now: ev.Event) -> bool:
    """Whether all turns that had begun when the holder last wrote have ended before ``now``."""
    uses = [e.seq for e in events if isinstance(e, ev.FileEdited) and lock.seq < e.seq <= now.seq]
    last = max([lock.seq, *uses])
    turns = [e.turn for e in events if isinstance(e, ev.TurnStarted) and e.seq <= last]
    return all(span(events, turn)[1] < now.seq for turn in turns)


def leaks(events: Events) -> Judged:
    """Locks that stay when they are due, or beyond the lease of a lost holder, or to the end of the run."""
    found = []
    for lock, until in holds(events):
        kept = [e for e in events if lock.seq <= e.seq < until]
        dues = [e for e in kept if due(events, lock, e)]
        if dues and disturbed(events, lock.seq, dues[0].seq, [lock.agent], ["lock_leak"]):
            found += _injected(events, lock, until, kept, dues)
        elif dues:
            found.append(dues[0].seq)
        elif until == NEVER:
            found.append(events[-1].seq)
        found += [lock.seq] * _beyond_leases(events, lock, until)
    return bool(holds(events)), found


def _injected(
    events: Events, lock: ev.LockAcquired, until: int, kept: list[ev.Event], dues: list[ev.Event]
) -> list[int]:
    """Under the fault it stays for one lease, or until what was open at another write has ended."""
    if until == NEVER:
        return [events[-1].seq]
    if kept[-1] is not dues[-1]:
        return []  # it was in use when it was freed
    again = [e for before_, e in pairwise(kept) if e in dues and before_ not in dues]
    limit = max(dues[0].ts + LEASE, max((e.ts for e in again), default=0.0))
    return [until] if next(e.ts for e in events if e.seq == until) > limit + SLACK else []


def _beyond_leases(events: Events, lock: ev.LockAcquired, until: int) -> int:
    """How often the lock outlived the lease of its holder, who was lost meanwhile."""
    times = {e.seq: e.ts for e in events}
    count = 0
    for crash in events:
        if isinstance(crash, ev.AgentCrashed) and crash.agent == lock.agent:
            backs = [
                e.seq
                for e in events
                if isinstance(e, ev.AgentRevived | ev.AgentCrashed)
                and e.agent == crash.agent
                and e.seq > crash.seq
            ]
            back = min(backs, default=NEVER)
            if lock.seq <= back and until >= crash.seq:
                end = min(times.get(until, events[-1].ts), times.get(back, events[-1].ts))
                count += end > crash.lease_until + SLACK
    return count


# ------------------------------------------------------------ starvation


def play_queue(ops: Sequence[Op]) -> Events:
    """Files and tasks are asked for alike: in turns of one's own, in vain or not, once or several times."""
    book = Book("add", agents=TEAM, locks="pessimistic")
    for kind, agent in ops:
        for _ in range({"denied in three turns": 3, "take three times": 3}.get(kind, 1)):
            if agent not in book.open or kind != "denied again":
                book.turn(agent)
            if kind.startswith("take"):
                book.lock(agent, PATH)
                book.unlock(PATH)
                book.claim(agent, "1")
            else:
                book.deny(agent, PATH)
                book.refuse(agent, "claim_task", "1", "owned")
    return book.events


def starved(asked: type[ev.Event], granted: type[ev.Event], events: Events) -> Judged:
    """Refusals in at least five turns with a grant to others among them, or after more such grants than twice
    the team; told once in each wait, which begins with the first refusal after a grant of one's own."""
    refused = [e for e in events if isinstance(e, asked) and getattr(e, "action", "") != "edit_file"]
    grants = [e for e in events if isinstance(e, granted)]
    found: dict[tuple[str, int], int] = {}
    for refusal in refused:
        assert isinstance(refusal, ev.LockDenied | ev.ActionRefused)
        agent = refusal.agent
        own = max((e.seq for e in grants if e.agent == agent and e.seq < refusal.seq), default=0)  # type: ignore[attr-defined]  # of one of the two kinds of grants
        wait = [e for e in refused if e.agent == agent and own < e.seq <= refusal.seq]  # type: ignore[attr-defined]  # as above
        if any(e.turn == refusal.turn for e in wait[:-1]):  # type: ignore[attr-defined]  # as above
            continue  # asking twice in a turn cannot end differently
        turns = len({e.turn for e in wait})  # type: ignore[attr-defined]  # as above
        bypassed = sum(wait[0].seq < e.seq < refusal.seq for e in grants)
        if (turns >= 5 and bypassed) or bypassed > 2 * TEAM:
            found.setdefault((agent, own), refusal.seq)
    return bool(refused or grants), found.values()


HOLDING = (
    Definition(locking.lock_exclusion, shared),
    Definition(locking.lock_denied, denied),
    Definition(locking.fencing, partial(unfenced, True)),
)

SUBJECTS = [
    Subject(
        "holders and tokens of one lock",
        100_191,
        (six("take a", "free a", "write a"),),
        play_tokens,
        HOLDING[::2],
    ),
    Subject(
        "a lock service that repeats itself",
        2_043_805,
        (six("take a", "take again a", "free a", "write a", "denied a"),),
        play_tokens,
        HOLDING,
    ),
    Subject(
        "tokens where there are no locks",
        100_191,
        (six("take a", "free a", "write a"),),
        partial(play_tokens, locks="none"),
        (Definition(locking.fencing, partial(unfenced, False)),),
    ),
    Subject(
        "how long a lock is held",
        881_274,
        (six("begin a", "take a", "write a", "end a", "free"),),
        play_leaks,
        (Definition(locking.lock_leak, leaks),),
    ),
    Subject(
        "locks of holders who are lost",
        984_123,
        (six("take a", "crash a", "back a", "free", "wait", known=1),),
        partial(play_leaks, long=True),
        (Definition(locking.lock_leak, leaks),),
    ),
    Subject(
        "locks that a fault leaks",
        334_593,
        (six("take a", "write a", "end a", "free", "wait"),),
        partial(play_leaks, fault=True),
        (Definition(locking.lock_leak, leaks),),
    ),
    Subject(
        "who asks in vain while others get it",
        247_140,
        (
            up_to(5, "denied a", "denied again a", "denied in three turns a", "take a", "take three times a"),
            six("denied a", "denied again a", "take a"),
            six("denied in three turns a", "take three times a"),
        ),
        play_queue,
        (
            Definition(starving.lock_starvation, partial(starved, ev.LockDenied, ev.LockAcquired)),
            Definition(starving.task_starvation, partial(starved, ev.ActionRefused, ev.TaskClaimed)),
        ),
    ),
]
