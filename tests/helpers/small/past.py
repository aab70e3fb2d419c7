"""What definitions ask of a list of events, each time anew."""

from __future__ import annotations

from collections.abc import Collection

from engine.record import events as ev
from tests.helpers.small.subject import Events

NEVER = 10**9
"""The seq of what did not happen."""


def span(events: Events, turn: int) -> tuple[int, int]:
    """First and last seq of a turn."""
    first = next(e.seq for e in events if isinstance(e, ev.TurnStarted) and e.turn == turn)
    ends = [e.seq for e in events if isinstance(e, ev.TurnEnded) and e.turn == turn]
    return first, min(ends, default=NEVER)


def disturbed(
    events: Events, since: int, until: int, agents: Collection[str], kinds: Collection[str] = ()
) -> bool:
    """Whether a fault on one of ``agents`` began by ``until`` and had not stopped by ``since``."""
    for fault in events:
        if isinstance(fault, ev.FaultStarted) and (not kinds or fault.kind in kinds):
            stops = [e.seq for e in events if isinstance(e, ev.FaultStopped) and e.id == fault.id]
            if fault.seq <= until and since < min(stops, default=NEVER) and set(agents) & set(fault.targets):
                return True
    return False


def before(events: Events, event: ev.Event) -> Events:
    """All events before ``event``; seqs count from 1 without a gap."""
    return events[: event.seq - 1]
