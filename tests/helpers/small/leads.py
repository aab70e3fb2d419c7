"""Leads that are lost, leave, or cannot be reached by their model: what becomes of their place."""

from __future__ import annotations

from collections.abc import Sequence

from engine.analysis.consistency import handovers
from engine.record import events as ev
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import Op
from tests.helpers.small.lives import LEASE, LIVES, SLACK
from tests.helpers.small.past import before
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six, up_to


def play_leads(ops: Sequence[Op]) -> Events:  # noqa: PLR0912 - a branch per operation
    """Lead and developers of a team are lost and come back, calls of the lead fail; the policy takes effect,
    or does not. Who replies or fails does so in a turn that began beforehand."""
    book = Book("add", strategy="lead", lead_lost="promote", lease_seconds=LEASE, agents=3)
    for kind, *agents in ops:
        agent = agents[0] if agents else "Lead"
        match kind:
            case "lose the lead" | "lose":
                book.add(ev.AgentCrashed(agent=agent, epoch=1, lease_until=book.now + 1.0 + LEASE))
            case "the lead is back" | "back":
                book.add(ev.AgentRevived(agent=agent, epoch=2))
            case "the lead leaves":
                book.add(ev.AgentLeft(agent="Lead", epoch=1, author="you"))
            case "promote":
                book.add(ev.LeadLost(agent="Lead", policy="promote", heir=agent))
            case "let all claim":
                book.add(ev.LeadLost(agent="Lead", policy="self-claim"))
            case "promote for failing":
                book.add(ev.LeadLost(agent="Lead", policy="promote", heir=agent, failing=True))
            case "let all claim for failing":
                book.add(ev.LeadLost(agent="Lead", policy="self-claim", failing=True))
            case "fail":
                failed = ev.CallFailed(turn=1, agent="Lead", attempt=1, kind="timeout", detail="")
                book.add(failed)
            case "the lead answers" | "answer":
                book.open[agent] = 1
                book.reply(agent)
            case "go on":
                book.add(ev.RunResumed(author="you", clock="virtual", speed=0.0, max_rounds=8))
            case "begin":
                book.add(ev.RoundStarted(agents=("Lead", "Dev1")))
            case "turn":
                book.turn("Dev1", reply=False)
            case "wait":
                book.wait(LEASE)
                book.add(ev.RoundEnded())
            case "end":
                book.add(ev.RunEnded(outcome="stopped", wall_seconds=book.now))
    return book.events


def lease_of(events: Events, agent: str) -> float | None:
    """Until when a lost agent's lease lasts; null if it is not lost."""
    told = [e for e in events if isinstance(e, LIVES) and e.agent == agent]
    last = told[-1] if told else None
    if isinstance(last, ev.AgentLeft):
        return last.ts
    return last.lease_until if isinstance(last, ev.AgentCrashed) else None


def all_claim(events: Events) -> bool:
    """Whether the policy is in effect that developers claim, until a lead is back."""
    for place in range(len(events) - 1, -1, -1):
        event = events[place]
        if isinstance(event, ev.LeadLost):
            return not event.heir
        back = isinstance(event, ev.AgentRevived | ev.AgentJoined | ev.Replied) and event.agent
        if back and leads(events[:place], back):
            return False
    return False


def leads(events: Events, agent: str) -> bool:
    """Whether the agent leads after these events, or led when it left."""
    told = [e for e in events if isinstance(e, ev.LeadLost) and e.heir and agent in (e.agent, e.heir)]
    return told[-1].heir == agent if told else agent == "Lead"


def fails(events: Events, agent: str) -> bool:
    """Whether all of the agent's calls failed over a lease, in which another's came through."""
    mine = [
        e
        for e in events
        if isinstance(e, ev.CallFailed | ev.Replied | ev.AgentCrashed | ev.AgentLeft) and e.agent == agent
    ]
    while any(not isinstance(e, ev.CallFailed) for e in mine):
        mine.pop(0)
    if not mine or mine[-1].ts - mine[0].ts < LEASE:
        return False
    return any(isinstance(e, ev.Replied) and e.ts > mine[0].ts for e in events)


def successions(events: Events) -> Judged:
    """Leads who are lost beyond their lease with nothing done about it, or whose calls fail for one when a
    round begins; and what was done without need, too early, or in favour of who is lost or no developer."""
    looked, found = False, []
    for event in events:
        past = before(events, event)
        if isinstance(event, ev.LeadLost):
            looked = True
            failing = event.failing and fails(past, event.agent)
            lease = lease_of(past, event.agent)
            wrong = not leads(past, event.agent) or (lease is None and not failing)
            if event.heir and not wrong:
                unfit = leads(past, event.heir) or lease_of(past, event.heir) is not None
                wrong = unfit or (not failing and lease is not None and event.ts < lease - 1e-5)
            if wrong:
                found.append(event.seq)
        elif isinstance(event, ev.AgentCrashed) and leads(past, event.agent):
            if lease_of(past, event.agent) is None:
                looked = True
                if not all_claim(past):
                    found += _late(events, event, event.lease_until)
        elif isinstance(event, ev.AgentLeft) and leads(past, event.agent):
            looked = True
            if not all_claim(past):
                found += _late(events, event, event.ts)
        elif isinstance(event, ev.RoundStarted) and not all_claim(past):
            found += _still_led(events, event)
    return looked, found


def _late(events: Events, loss: ev.AgentCrashed | ev.AgentLeft, lease: float) -> list[int]:
    """The first event after the lease of a lead, if all before it leave the lead lost and its place open."""
    for event in events:
        if event.seq > loss.seq:
            if event.ts > lease + SLACK:
                return [event.seq]
            healed = (
                isinstance(event, ev.AgentRevived | ev.LeadLost | ev.AgentLeft) and event.agent == loss.agent
            )
            if healed or isinstance(event, ev.RunEnded):
                return []
    return []


def _still_led(events: Events, round_: ev.RoundStarted) -> list[int]:
    """What comes of a round that begins under a lead whose calls fail, if that is all that is known of it."""
    past = before(events, round_)
    for lead in ("Lead", "Dev1", "Dev2", "Dev3"):
        if leads(past, lead) and lease_of(past, lead) is None and fails(past, lead):
            for event in events[round_.seq :]:
                if isinstance(event, ev.TurnStarted | ev.RoundEnded):
                    return [event.seq]
                gone = isinstance(event, ev.LeadLost | ev.AgentCrashed | ev.AgentLeft) and event.agent == lead
                if gone or isinstance(event, ev.RunResumed | ev.RoundStarted):
                    return []
    return []


SUBJECTS = [
    Subject(
        "the place of a lost lead",
        2_351_637,
        (
            six(
                "lose the lead",
                "the lead is back",
                "the lead leaves",
                "lose a",
                "back a",
                "promote a",
                "let all claim",
                "wait",
                "end",
            ),
        ),
        play_leads,
        (Definition(handovers.lead_policy, successions),),
    ),
    Subject(
        "the place of a lead whose calls fail",
        530_776,
        (
            up_to(
                5,
                "fail",
                "the lead answers",
                "answer a",
                "wait",
                "lose the lead",
                "the lead is back",
                "begin",
                "turn",
                "go on",
                "promote for failing a",
                "let all claim for failing",
                "let all claim",
            ),
            six("fail", "answer a", "wait", "begin", "turn"),
            six("fail", "answer a", "wait", "promote for failing a"),
            six("fail", "answer a", "wait", "the lead answers", "let all claim for failing", "begin"),
        ),
        play_leads,
        (Definition(handovers.lead_policy, successions),),
    ),
]
