"""The checker of the pace: how far agents ran ahead, and whether rounds ended when they had to."""

from __future__ import annotations

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History
from engine.record import events as ev
from engine.record.barrier import slack


@predicate(
    "run_ahead",
    "engine",
    holds="No agent ran further ahead than the barrier allows, and no round ended before its turns had.",
    unknown="No turn began.",
)
def run_ahead(history: History, tally: Tally) -> None:
    """Bounded staleness (Ho et al. 2013): the number of a turn is at least the open round, at most the slack
    of the barrier more, and greater than that of the agent's turn before, unless it is a backup copy's. A
    round begins only if every agent of the one before that was not lost meanwhile has ended its turn of that
    number."""
    bound = slack(history.start.barrier) if history.start is not None else 0
    began: dict[str, int] = {}
    reached: dict[str, int] = {}
    owed: set[str] = set()
    for event in history.events:
        match event:
            case ev.RoundStarted():
                for late in sorted(owed):
                    if reached.get(late, 0) < event.round - 1:
                        text = "Round {} ended before {} had ended its turn of it."
                        tally.found(event.seq, text, event.round - 1, late)
                owed = set(event.agents)
            case ev.RunResumed():
                owed = set()
            case ev.AgentCrashed() | ev.AgentStalled():
                owed.discard(event.agent)
            case ev.AgentLeft():
                owed.discard(event.agent)
                began.pop(event.agent, None)  # another may come under its name
            case ev.TurnStarted():
                tally.look()
                if wrong := _wrong(event, bound, began.get(event.agent, 0)):
                    tally.found(event.seq, "{} began its turn {} {}.", event.agent, event.number, wrong)
                began[event.agent] = max(event.number, began.get(event.agent, 0))
            case ev.TurnEnded():
                reached[event.agent] = began.get(event.agent, 0)


def _wrong(event: ev.TurnStarted, bound: int | None, before: int) -> str:
    if event.own_round and not event.backup and event.number <= before:
        return f"after its turn {before}"
    if event.number < event.round or (bound is not None and event.number > event.round + bound):
        return f"in round {event.round}"
    return ""
