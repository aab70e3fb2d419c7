"""Checkers of zombies: what an agent does after it was lost or restarted (A15)."""

from __future__ import annotations

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History
from engine.analysis.consistency.spans import actor
from engine.record import events as ev

_EFFECTS = (
    ev.TaskAssigned,
    ev.TaskClaimed,
    ev.TaskReleased,
    ev.TaskCompleted,
    ev.FileEdited,
    ev.LockAcquired,
    ev.TestsStarted,
    ev.ReviewRequested,
    ev.ReviewGiven,
    ev.DraftEdited,
    ev.DraftSubmitted,
    ev.DraftAccepted,
    ev.MessageSent,
    ev.TaskAdded,
    ev.DependencyAdded,
)
"""Actions that change something for others; refusals and requests for information harm nobody."""


@predicate(
    "zombie",
    "engine",
    holds="Nothing was done by an agent that was down or gone, or in a turn of an epoch that was over.",
    unknown="No agent was lost.",
)
def zombie(history: History, tally: Tally) -> None:
    """A15: an action or a turn of an agent that is down or has left; an action in a turn of an older
    epoch, or in one that was ended because its agent was lost; a turn that begins under another epoch than
    the agent's.

    The epoch of an agent that stalls beyond its lease grows without an event until it is back, so up to then
    only the end of its turn tells.
    """
    down: set[str] = set()
    gone: set[str] = set()
    epoch: dict[str, int] = {}
    over: dict[int, str] = {}
    for event in history.events:
        match event:
            case ev.AgentCrashed():
                tally.look()
                down.add(event.agent)
                epoch[event.agent] = max(event.epoch, epoch.get(event.agent, 1))
            case ev.AgentStalled():
                tally.look()
            case ev.AgentRevived() | ev.AgentJoined():
                down.discard(event.agent)
                gone.discard(event.agent)
                epoch[event.agent] = max(event.epoch, epoch.get(event.agent, 1))
            case ev.AgentLeft():
                tally.look()
                down.discard(event.agent)
                gone.add(event.agent)
            case ev.TurnEnded():
                if event.outcome in ("crashed", "fenced", "overtaken", "left"):
                    over[event.turn] = event.outcome
            case ev.TurnStarted():
                if event.agent in gone:
                    tally.found(event.seq, "{} began a turn after it had left the team.", event.agent)
                elif event.agent in down:
                    tally.found(event.seq, "{} began a turn while it was down.", event.agent)
                elif event.epoch != epoch.get(event.agent, event.epoch):
                    text = "{} began a turn in epoch {}, while epoch {} was its own."
                    tally.found(event.seq, text, event.agent, event.epoch, epoch[event.agent])
                epoch[event.agent] = max(event.epoch, epoch.get(event.agent, 1))
            case _ if isinstance(event, _EFFECTS) and (who := actor(event)) is not None:
                _acted(history, tally, event, who, down | gone, epoch, over)


def _acted(  # noqa: PLR0917 - what is known of all agents at this moment
    history: History,
    tally: Tally,
    event: ev.Event,
    who: tuple[str, int],
    away: set[str],
    epoch: dict[str, int],
    over: dict[int, str],
) -> None:
    turn = history.turn_of.get(who[1])
    agent = who[0] or (turn.agent if turn is not None else "")
    what = _words(event)
    if agent in away:
        tally.found(event.seq, "{} {} while it was down or gone.", agent, what)
    elif who[1] in over:
        text = "{} {} in a turn that had ended as {}."
        tally.found(event.seq, text, agent, what, over[who[1]])
    elif turn is not None and turn.started.epoch < epoch.get(agent, 0):
        text = "{} {} in a turn of epoch {}, while epoch {} was its own."
        tally.found(event.seq, text, agent, what, turn.started.epoch, epoch[agent])


def _words(event: ev.Event) -> str:
    match event:
        case ev.FileEdited() | ev.LockAcquired():
            return (
                f"took the lock on {event.path}"
                if isinstance(event, ev.LockAcquired)
                else f"wrote {event.path}"
            )
        case ev.TaskCompleted() | ev.TaskClaimed():
            return f"{'completed' if isinstance(event, ev.TaskCompleted) else 'claimed'} task {event.task}"
        case ev.TaskAssigned() | ev.TaskReleased():
            return f"moved task {event.task}"
        case ev.TestsStarted():
            return "ran tests"
        case ev.DraftEdited() | ev.DraftSubmitted() | ev.DraftAccepted():
            return f"worked on draft {event.draft}"
        case ev.ReviewRequested() | ev.ReviewGiven():
            return f"handed in or reviewed task {event.task}"
        case ev.TaskAdded() | ev.DependencyAdded():
            return "changed the task graph"
    return "sent a message"


@predicate(
    "zombie",
    "prevented",
    holds="No action had to be fenced off.",
    unknown="No agent was lost.",
)
def zombie_prevented(history: History, tally: Tally) -> None:
    """Actions that were refused because their agent had lost its task or its epoch meanwhile."""
    tally.look(len(history.losses))
    for refusal in history.refused:
        if refusal.reason == "fenced":
            text = "An action of {} ({}) came too late and was fenced off."
            tally.found(refusal.seq, text, refusal.agent, refusal.action)
