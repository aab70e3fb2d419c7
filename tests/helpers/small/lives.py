"""Agents that crash, stall, come back, leave and join: what they do, what becomes of their tasks."""

from __future__ import annotations

from collections.abc import Sequence

from engine.analysis.consistency import handovers, lives, ownership
from engine.record import events as ev
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import AGENTS, Op
from tests.helpers.small.past import NEVER, before, span
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six, up_to

LEASE = 10.0
SLACK = 0.001
LOST = (ev.AgentCrashed, ev.AgentStalled)
LIVES = (*LOST, ev.AgentRevived, ev.AgentLeft, ev.AgentJoined)


# ------------------------------------------------------------ zombies


def play_lives(ops: Sequence[Op]) -> Events:  # noqa: PLR0912 - a branch per operation
    """Every agent keeps acting in the turn that it began last, whatever happened to it."""
    book = Book("add")
    book.round()
    turns = dict(book.open)
    epochs = dict.fromkeys(AGENTS, 1)
    for kind, agent in ops:
        match kind:
            case "crash":
                book.add(ev.AgentCrashed(agent=agent, epoch=epochs[agent], lease_until=1e9))
            case "crash and cut":
                book.add(ev.AgentCrashed(agent=agent, epoch=epochs[agent], lease_until=1e9))
                book.add(ev.TurnEnded(turn=turns[agent], agent=agent, outcome="crashed", effects=0))
            case "stall":
                book.add(ev.AgentStalled(agent=agent, lease_until=1e9))
            case "back":
                epochs[agent] += 1
                book.add(ev.AgentRevived(agent=agent, epoch=epochs[agent]))
            case "back as before":
                book.add(ev.AgentRevived(agent=agent, epoch=epochs[agent]))
            case "leave":
                book.add(ev.AgentLeft(agent=agent, epoch=epochs[agent], author="you"))
            case "join":
                epochs[agent] += 1
                model, author = "sim/perfect", "you"
                book.add(
                    ev.AgentJoined(
                        agent=agent, role="developer", model=model, epoch=epochs[agent], author=author
                    )
                )
            case "fence":
                book.add(ev.TurnEnded(turn=turns[agent], agent=agent, outcome="fenced", effects=0))
            case "turn":
                book.turn(agent, epoch=epochs[agent])
                turns[agent] = book.turns
            case "old turn":
                book.turn(agent, epoch=1)
                turns[agent] = book.turns
            case "claim":
                book.add(ev.TaskClaimed(task="1", agent=agent, turn=turns[agent]))
            case "ask":
                book.add(ev.InfoRequested(agent=agent, turn=turns[agent], action="show_task", object="1"))
            case "refused":
                book.refuse(agent, "claim_task", "1", "fenced")
    return book.events


def life(events: Events, agent: str) -> ev.Event | None:
    """What last happened to the agent itself, stalls aside: one that stalls may yet be in time."""
    told = [
        e for e in events if isinstance(e, LIVES) and e.agent == agent and not isinstance(e, ev.AgentStalled)
    ]
    return told[-1] if told else None


def epoch(events: Events, agent: str) -> int:
    """The highest epoch of the agent that was heard of; 0 if none was."""
    kinds = (ev.AgentCrashed, ev.AgentRevived, ev.AgentJoined, ev.TurnStarted)
    return max((e.epoch for e in events if isinstance(e, kinds) and e.agent == agent), default=0)


def zombies(events: Events) -> Judged:
    """Turns and actions of who is down or gone, or in another epoch than its own, or in a turn cut short."""
    found = []
    for event in events:
        past = before(events, event)
        if not isinstance(event, ev.TurnStarted | ev.TaskClaimed):
            continue
        dead = isinstance(life(past, event.agent), ev.AgentCrashed | ev.AgentLeft)
        now = epoch(past, event.agent)
        if isinstance(event, ev.TurnStarted):
            wrong = dead or now not in (0, event.epoch)
        else:
            turn = next(e for e in past if isinstance(e, ev.TurnStarted) and e.turn == event.turn)
            cut = any(
                isinstance(e, ev.TurnEnded) and e.turn == event.turn and e.outcome != "replied" for e in past
            )
            wrong = dead or cut or turn.epoch < now
        if wrong:
            found.append(event.seq)
    return any(isinstance(e, (*LOST, ev.AgentLeft)) for e in events), found


def fenced(events: Events) -> Judged:
    return any(isinstance(e, LOST) for e in events), [
        e.seq for e in events if isinstance(e, ev.ActionRefused)
    ]


# ------------------------------------------------------------ orphans


def play_orphans(ops: Sequence[Op]) -> Events:
    book = Book("add", lease_seconds=LEASE)
    for kind, *agents in ops:
        agent = agents[0] if agents else ""
        match kind:
            case "claim":
                book.claim(agent, "1")
            case "release":
                book.release(agent, "1")
            case "complete":
                book.complete(agent, "1")
            case "crash":
                book.add(ev.AgentCrashed(agent=agent, epoch=1, lease_until=book.now + 1.0 + LEASE))
            case "stall":
                book.add(ev.AgentStalled(agent=agent, lease_until=book.now + 1.0 + LEASE))
            case "back":
                book.add(ev.AgentRevived(agent=agent, epoch=2))
            case "wait":
                book.wait(LEASE)
                book.add(ev.RoundEnded())
    return book.events


def owners(events: Events) -> list[tuple[str, ev.Event, ev.Event | None]]:
    """Who owned task 1, from which event to which; done tasks are nobody's."""
    found: list[tuple[str, ev.Event, ev.Event | None]] = []
    done = False
    for event in events:
        if done or not isinstance(event, ev.TaskClaimed | ev.TaskReleased | ev.TaskCompleted):
            continue
        done = isinstance(event, ev.TaskCompleted)
        if found and found[-1][2] is None:
            if isinstance(event, ev.TaskClaimed) and event.agent == found[-1][0]:
                continue
            found[-1] = (*found[-1][:2], event)
        if isinstance(event, ev.TaskClaimed):
            found.append((event.agent, event, None))
    return found


def orphans(events: Events) -> Judged:
    """Owners who are lost and keep a task beyond the lease, told by the first event after it."""
    looked, found = False, []
    end = events[-1]
    for loss in events:
        if not isinstance(loss, ev.AgentCrashed | ev.AgentStalled):
            continue
        later = [
            e
            for e in events
            if isinstance(e, (*LOST, ev.AgentRevived)) and e.agent == loss.agent and e.seq > loss.seq
        ]
        back = later[0] if later else None
        for agent, begin, over in owners(events):
            ends = over.seq if over else NEVER
            if agent != loss.agent or ends < loss.seq or begin.seq > (back.seq if back else NEVER):
                continue
            looked = True
            due = max(loss.lease_until, begin.ts + LEASE if begin.seq > loss.seq else 0.0) + SLACK
            if min((e or end).ts for e in (back, over)) > due:
                found.append(next(e.seq for e in events if e.ts > due))
    return looked, found


# ------------------------------------------------------------ what changes hands


def play_thefts(ops: Sequence[Op]) -> Events:
    """Task 1 is given to somebody, who may begin it, and taken by somebody else; Dev1 is its first owner."""
    book = Book("add", strategy="work-stealing")
    book.assign("1", "Dev1")
    owner = "Dev1"
    for kind, *agents in ops:
        match kind:
            case "begin":
                book.turn(agents[0])
            case "end" if agents[0] in book.open:
                book.end(agents[0])
            case "claim":
                book.claim(agents[0], "1")
            case "write":
                book.write(agents[0], "add.py")
            case "steal" | "steal for nobody":
                book.add(ev.TaskReleased(task="1", agent=owner, reason="stolen", to=agents[0]), board=True)
                if kind == "steal":
                    book.assign("1", agents[0])
                    owner = agents[0]
            case "go on":
                book.add(ev.RunResumed(author="you", clock="virtual", speed=0.0, max_rounds=8))
    return book.events


def thefts(events: Events) -> Judged:
    """Tasks taken from who had begun them since they were given, or is in a turn, or not for the thief."""
    stolen = [e for e in events if isinstance(e, ev.TaskReleased)]
    found = []
    for theft in stolen:
        past = before(events, theft)
        given = max((e.seq for e in past if isinstance(e, ev.TaskAssigned)), default=0)
        begun = any(
            isinstance(e, ev.TaskClaimed | ev.FileEdited) and e.agent == theft.agent and e.seq > given
            for e in past
        )
        busy = any(
            isinstance(e, ev.TurnStarted) and e.agent == theft.agent and span(events, e.turn)[1] > theft.seq
            for e in past
        )
        then = [e for e in events if e.seq == theft.seq + 1 and not isinstance(e, ev.RunResumed)]
        given_on = all(isinstance(e, ev.TaskAssigned) and e.agent == theft.to for e in then)
        if begun or busy or not given_on:
            found.append(theft.seq)
    return bool(stolen), found


SUBJECTS = [
    Subject(
        "actions of agents who are lost",
        288_604,
        (
            up_to(
                4,
                "crash a",
                "crash and cut a",
                "stall a",
                "back a",
                "turn a",
                "claim a",
                "ask a",
                "refused a",
            ),
            six("crash a", "back a", "claim a"),
            six("crash a", "turn a", "claim a"),
            six("crash and cut a", "claim a"),
            six("stall a", "claim a"),
            six("crash a", "refused a"),
        ),
        play_lives,
        (Definition(lives.zombie, zombies), Definition(lives.zombie_prevented, fenced)),
    ),
    Subject(
        "actions of agents who leave, or are of an old epoch",
        460_804,
        (
            up_to(
                4,
                "leave a",
                "join a",
                "back a",
                "back as before a",
                "fence a",
                "turn a",
                "old turn a",
                "claim a",
            ),
            six("leave a", "join a", "claim a"),
            six("join a", "old turn a", "claim a"),
            six("fence a", "turn a", "claim a"),
            six("leave a", "back as before a", "claim a"),
        ),
        play_lives,
        (Definition(lives.zombie, zombies),),
    ),
    Subject(
        "tasks of agents who are lost",
        1_009_166,
        (
            up_to(5, "claim a", "release a", "complete a", "crash a", "stall a", "back a", "wait"),
            six("claim a", "crash a", "back a", "wait"),
            six("claim a", "release a", "crash a", "wait"),
            six("claim a", "stall a", "complete a", "wait"),
        ),
        play_orphans,
        (Definition(ownership.orphaned_task, orphans),),
    ),
    Subject(
        "tasks that idle agents take over",
        738_316,
        (
            up_to(
                4, "begin a", "end a", "claim a", "write a", "steal a", "steal for nobody a", "go on", known=1
            ),
            six("begin a", "end a", "steal a", known=1),
            six("claim a", "write a", "steal a", known=1),
            six("steal a", "steal for nobody a", "go on", known=1),
        ),
        play_thefts,
        (Definition(handovers.begun_theft, thefts),),
    ),
]
