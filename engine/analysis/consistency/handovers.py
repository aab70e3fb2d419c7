"""Checkers of what changes hands by itself: tasks that idle agents take over, the place of a lost lead."""

from __future__ import annotations

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History
from engine.record import events as ev


@predicate(
    "begun_theft",
    "engine",
    holds="Only tasks were taken over that their owners had not begun, between two of their turns.",
    unknown="No task was taken over by an idle agent.",
)
def begun_theft(history: History, tally: Tally) -> None:
    """A task is stolen whose owner had claimed it or written one of its files, or was in a turn, in which it
    might have been about to; or it does not go to the thief at once."""
    files = {path: tasks for path, tasks in history.tasks_of.items() if tasks}
    touched: dict[str, set[str]] = {}
    open_: dict[int, str] = {}
    for event, after in zip(history.events, (*history.events[1:], None), strict=False):
        match event:
            case ev.TurnStarted():
                open_[event.turn] = event.agent
            case ev.TurnEnded():
                open_.pop(event.turn, None)
            case ev.TaskAssigned():
                touched[event.task] = set()
            case ev.TaskClaimed():
                touched.setdefault(event.task, set()).add(event.agent)
            case ev.FileEdited():
                for task in files.get(event.path, ()):
                    touched.setdefault(task, set()).add(event.agent)
            case ev.TaskReleased(reason="stolen"):
                tally.look()
                _stolen(tally, event, after, touched.get(event.task, set()), set(open_.values()))
            case _:
                pass


def _stolen(
    tally: Tally, event: ev.TaskReleased, after: ev.Event | None, touched: set[str], busy: set[str]
) -> None:
    if event.agent in touched:
        tally.found(event.seq, "{} took over task {}, which {} had begun.", event.to, event.task, event.agent)
    elif event.agent in busy:
        text = "{} took over task {} while {} was in a turn."
        tally.found(event.seq, text, event.to, event.task, event.agent)
    elif (
        after is not None
        and not isinstance(after, ev.RunResumed)
        and not (isinstance(after, ev.TaskAssigned) and (after.task, after.agent) == (event.task, event.to))
    ):
        text = "Task {} was taken from {} for {}, who did not get it."
        tally.found(event.seq, text, event.task, event.agent, event.to)


@predicate(
    "lead_policy",
    "engine",
    holds="Whenever the lead was lost, the declared policy took effect within the lease.",
    unknown="No lead was lost.",
)
def lead_policy(history: History, tally: Tally) -> None:
    """The lead is lost for longer than its lease and nobody takes its place; or somebody does for a lead who
    is not lost, or who is none; or the heir is no developer, or lost itself. For a lead who leaves there is
    no lease to wait for. A lead whose calls fail is replaced after a lease in which none came through, but
    others' did: then, and at the beginning of the next round. ``History.slack`` is allowed for timers."""
    leads = _Leads(tally)
    for event in history.events:
        leads.watch(event, history.slack)
        leads.take(event)


class _Leads:
    """Who leads, who is lost, and for whom the policy is still to come."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._calls = _Calls()
        self._roles: dict[str, ev.Role] = {}
        self._lost: dict[str, float] = {}  # until when their leases last
        self._due: dict[str, float] = {}  # leads that are lost, and until when that may be
        self._failing: list[str] = []  # leads under whom the round that begins should not go on
        self._leaderless = False

    def watch(self, event: ev.Event, slack: float) -> None:
        """Note for whom the policy did not come before ``event``."""
        for lead in [lead for lead, until in self._due.items() if event.ts > until + slack]:
            late = event.ts - self._due.pop(lead)
            self._tally.found(event.seq, "{} is lost, and {:.3f} s after its lease nobody leads.", lead, late)
        if isinstance(event, ev.TurnStarted | ev.RoundEnded):
            for lead in self._failing:
                text = "{} still leads, though its calls have failed for a lease."
                self._tally.found(event.seq, text, lead)
            self._failing = []

    def take(self, event: ev.Event) -> None:
        self._calls.take(event)
        self._leaderless = self._leaderless and not _is_back(event, self._roles)
        match event:
            case ev.RunStarted() | ev.TeamChanged():
                self._roles = {spec.name: spec.role for spec in event.team}
                self._due = {n: until for n, until in self._due.items() if self._roles.get(n) == "lead"}
                self._leaderless = False
            case ev.AgentCrashed() | ev.AgentStalled():
                self._gone(event.agent, event.lease_until, again=event.agent in self._due)
            case ev.AgentLeft():
                self._due.pop(event.agent, None)
                self._gone(event.agent, event.ts, again=True)
            case ev.AgentRevived() | ev.AgentJoined():
                self._lost.pop(event.agent, None)
                self._due.pop(event.agent, None)
                self._roles |= {event.agent: event.role} if isinstance(event, ev.AgentJoined) else {}
            case ev.RoundStarted() if not self._leaderless:
                leads = [n for n, role in self._roles.items() if role == "lead" and n not in self._lost]
                self._failing = [name for name in leads if self._calls.failing(name)]
            case ev.RunResumed():
                self._failing = []
            case ev.LeadLost():
                self._replaced(event)
            case ev.RunEnded():
                self._due.clear()

    def _gone(self, name: str, until: float, *, again: bool) -> None:
        first = name not in self._lost
        self._lost[name] = until
        self._failing = [lead for lead in self._failing if lead != name]
        if self._roles.get(name) == "lead" and (first or again):
            self._tally.look()
            # who crashes while silent has a new lease; where all claim already nobody waits for one
            self._due |= {} if self._leaderless else {name: until}

    def _replaced(self, event: ev.LeadLost) -> None:
        self._due.pop(event.agent, None)
        self._failing = [lead for lead in self._failing if lead != event.agent]
        wrong = _succession(event, self._roles, self._lost, silent=self._calls.failing(event.agent))
        if wrong:
            self._tally.found(event.seq, "{}", wrong)
        self._tally.look()
        self._leaderless = not event.heir
        if event.heir:
            self._roles |= {event.agent: "developer", event.heir: "lead"}


def _is_back(event: ev.Event, roles: dict[str, ev.Role]) -> bool:
    """Whether the event is a sign of life of a lead: nobody need claim for want of one."""
    if isinstance(event, ev.AgentJoined):
        return event.role == "lead"
    return isinstance(event, ev.AgentRevived | ev.Replied) and roles.get(event.agent) == "lead"


class _Calls:
    """Whose calls fail, and for how long."""

    def __init__(self) -> None:
        self._spans: dict[str, tuple[float, float]] = {}  # first and last failed call since the last reply
        self._lease = self._last_reply = 0.0

    def take(self, event: ev.Event) -> None:
        match event:
            case ev.RunStarted():
                self._lease = event.lease_seconds
            case ev.CallFailed():
                self._spans[event.agent] = (self._spans.get(event.agent, (event.ts, 0.0))[0], event.ts)
            case ev.Replied():
                self._spans.pop(event.agent, None)
                self._last_reply = event.ts
            case ev.AgentCrashed() | ev.AgentStalled() | ev.AgentLeft():
                self._spans.pop(event.agent, None)
            case _:
                pass

    def failing(self, agent: str) -> bool:
        """Whether its calls have failed for a lease, and some of others' came through since the first did."""
        if agent not in self._spans:
            return False
        first, last = self._spans[agent]
        return last - first >= self._lease and self._last_reply > first


def _succession(
    event: ev.LeadLost, roles: dict[str, ev.Role], lost: dict[str, float], *, silent: bool
) -> str:
    """Why the policy should not have taken effect like this, as a sentence; empty if it should.

    ``silent``: the lead's calls failed for a lease, and others' did not, so that it need not be lost.
    """
    silent = silent and event.failing
    if roles.get(event.agent) != "lead":
        return f"{event.agent} was replaced as the lead, which it was not."
    if event.agent not in lost and not silent:
        return f"{event.agent} was replaced as the lead without being lost."
    if (
        event.policy == "promote" and not silent and event.ts < lost[event.agent] - 1e-5
    ):  # computed times are rounded
        return f"{event.heir} became the lead {lost[event.agent] - event.ts:.3f} s before the lease was over."
    if event.policy == "promote" and (roles.get(event.heir) != "developer" or event.heir in lost):
        return f"{event.heir}, who is lost or no developer, became the lead."
    return ""
