"""What the requests of a run brought, read back from its journal: for forks and runs on recorded replies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from engine.errors import TeamtopError
from engine.models import registry
from engine.models.rerun import Recorded
from engine.record import events as ev
from engine.team.caller import SHORTENED_SECONDS
from engine.team.conversation import shortened


def replies(
    events: Sequence[ev.AnyEvent], team: Iterable[ev.AgentSpec], whole: Iterable[ev.AnyEvent]
) -> dict[str, ev.Replied]:
    """Replies of real models among ``events``, by request; ``whole`` tells who joined.

    Raises ``TeamtopError`` for events that no engine wrote in this order.
    """
    joined = [(e.agent, e.model) for e in whole if isinstance(e, ev.AgentJoined)]
    models = [*((spec.name, spec.model) for spec in team), *joined]
    real = {name for name, model in models if registry.resolve(model).real}
    open_: dict[str, int] = {}
    standing: dict[int, str] = {}
    found: dict[str, ev.Replied] = {}
    for event in events:
        match event:
            case ev.TurnStarted(agent=agent) if agent in real:
                open_[agent], standing[event.turn] = event.turn, event.request
            case ev.ConversationCompacted(agent=agent, refused=True) if agent in open_:
                standing[open_[agent]] = _shortened(standing[open_[agent]], event)
            case ev.Replied(turn=turn) if turn in standing:
                found[standing[turn]] = event
    return found


def _shortened(request: str, event: ev.ConversationCompacted) -> str:
    try:
        return shortened(bytes.fromhex(request), event.dropped).hex()
    except ValueError:
        raise _contradiction(event) from None


def _contradiction(event: ev.ConversationCompacted) -> TeamtopError:
    return TeamtopError(
        f"The journal contradicts itself: event {event.seq:,} shortens a request that {event.agent} had not "
        "made, so nobody can tell which reply came to what. `teamtop check` on the run says more."
    )


def requests(events: Iterable[ev.AnyEvent]) -> dict[str, tuple[Recorded, ...]]:
    """What every request among ``events`` brought, by agent; turns that were cut brought nothing.

    A request that was refused as too long, and sent again in the same turn without its oldest messages, is
    two. Raises ``TeamtopError`` as above.
    """
    open_: dict[int, ev.TurnStarted] = {}
    failures: dict[int, ev.CallFailed] = {}
    sooner: dict[int, float] = {}  # seconds of a turn before its last request was sent
    found: dict[str, list[Recorded]] = {}
    for event in events:
        match event:
            case ev.TurnStarted():
                open_[event.turn] = event
            case ev.CallFailed():
                failures[event.turn] = event
            case ev.ConversationCompacted(agent=agent, refused=True):
                began = next((e for e in reversed(open_.values()) if e.agent == agent), None)
                failed = failures.get(began.turn) if began is not None else None
                if began is None or failed is None:
                    raise _contradiction(event)
                found.setdefault(agent, []).append(_brought(began, failed, event.ts))
                again = event.ts + SHORTENED_SECONDS
                sooner[began.turn] = sooner.get(began.turn, 0.0) + again - began.ts
                open_[began.turn] = replace(began, request=_shortened(began.request, event), ts=again)
            case ev.Replied(turn=turn) if turn in open_:
                began = open_.pop(turn)
                latency = round(max(0.0, event.latency_seconds - sooner.get(turn, 0.0)), 3)
                reply = replace(event, latency_seconds=latency) if turn in sooner else event
                found.setdefault(event.agent, []).append(
                    Recorded(request=began.request, seq=began.seq, round=began.number, reply=reply)
                )
            case ev.TurnEnded(turn=turn, outcome="failed") if turn in open_ and turn in failures:
                began = open_.pop(turn)
                found.setdefault(event.agent, []).append(_brought(began, failures[turn], event.ts))
    return {agent: tuple(turns) for agent, turns in found.items()}


def _brought(began: ev.TurnStarted, failed: ev.CallFailed, ts: float) -> Recorded:
    """A request that brought nothing until ``ts``, and why."""
    return Recorded(
        request=began.request,
        seq=began.seq,
        round=began.number,
        seconds=round(ts - began.ts, 3),
        kind=failed.kind,
        detail=failed.detail,
    )
