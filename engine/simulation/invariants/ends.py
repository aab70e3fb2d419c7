"""Runs end, and end well once they are left in peace."""

from __future__ import annotations

from engine.record import events as ev
from engine.record.writer import JournalError
from engine.simulation.invariants.notes import Notes
from engine.simulation.violation import Violation
from engine.simulation.world import Played

SETTLING_ROUNDS, ROUNDS_PER_TASK = 20, 4
"""Rounds within which a team that makes no mistakes must end after the last fault: one per task of a chain,
three where each is reviewed by somebody else, and some for leases, for handing work out and for mending."""


def judge(played: Played) -> list[Violation]:
    """Liveness: a run ends, and a run that was not stopped ends completed, soon after the last fault."""
    notes = Notes("ends")
    if played.trouble is not None:
        if not (isinstance(played.trouble, JournalError) and _disk_fault(played)):
            notes.wrong(len(played.events), f"{type(played.trouble).__name__}: {played.trouble}"[:500])
        return notes
    ended = [event for event in played.events if isinstance(event, ev.RunEnded)]
    if len(ended) != 1:
        notes.wrong(len(played.events), f"the run ended {len(ended)} times")
        return notes
    end = ended[0]
    if end.outcome != played.outcome:
        notes.wrong(end.seq, f"the journal says {end.outcome}, the engine {played.outcome}")
    if end.outcome not in _allowed(played):
        notes.wrong(end.seq, f"the run ended as {end.outcome} ({end.detail})")
    if played.quiet_seq and played.scenario.start.barrier != "none":
        before = played.events[played.quiet_seq - 1].round
        limit = SETTLING_ROUNDS + ROUNDS_PER_TASK * len(played.scenario.start.tasks)
        if end.round - before > limit:
            notes.wrong(end.seq, f"the team took {end.round - before} rounds after all faults had stopped")
    return notes


def _disk_fault(played: Played) -> bool:
    return any(
        isinstance(e, ev.FaultStarted) and e.kind in ("disk_full", "fsync_error") for e in played.events
    )


def _allowed(played: Played) -> set[str]:
    allowed = {"completed"}
    if played.scenario.start.barrier == "none":
        allowed.add("max_rounds")  # whoever is fast may use up its turns on waiting for who is slow
    lost: set[str] = set()
    team = {spec.name for spec in played.scenario.start.team}
    developers = {spec.name for spec in played.scenario.start.team if spec.role == "developer"}
    for event in played.events:
        match event:
            case ev.StopRequested():
                allowed.add("stopped")
            case ev.AgentCrashed() | ev.AgentStalled():
                lost.add(event.agent)
            case ev.AgentRevived():
                lost.discard(event.agent)
            case ev.AgentJoined():
                team.add(event.agent)
                developers |= {event.agent} if event.role == "developer" else set()
            case ev.LeadLost():
                developers.discard(event.heir)  # it leads now, and does no tasks
            case ev.AgentLeft():
                for names in (team, developers, lost):
                    names.discard(event.agent)
    if (lost == team or not developers) and not played.scenario.attended:
        allowed.add("no_agents")
    return allowed
