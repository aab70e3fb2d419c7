"""The run itself: what it is, whether it runs, who disturbed or steered it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

import msgspec

from engine.record import events as ev
from engine.record.clean import clean_line
from engine.record.limits import FIELDS, amount, differing, sentence
from engine.record.shape import mix

Phase: TypeAlias = Literal["starting", "running", "pausing", "paused", "ended"]

ACTS_KEPT = 200
"""Acts of people kept for display."""


class Act(msgspec.Struct, frozen=True):
    """Something a person did to the run."""

    seq: int
    ts: float
    round: int
    author: str
    text: str


class RunInfoState:
    """Configuration and phase. Empty strings before the first event."""

    def __init__(self) -> None:
        self.suite = ""
        self.structure = ""
        self.strategy = ""
        self.models: tuple[str, ...] = ()
        self.mix = ""
        self.grown = False
        self._graph = (0.0, 0)
        self._measure: Callable[[], tuple[int, int]] | None = None
        self.seed = 0
        self.locks = ""
        self.completion = ""
        self.tests = ""
        self.clock = ""
        self.speed = 1.0
        self.max_rounds = 0
        self.lease_seconds = 0.0
        self.limits = ev.NO_LIMITS
        self.limit_reached = ""
        """What holds the team, in words; empty if no limit does."""
        self.leaderless = ""
        """The lead that is lost while agents claim for themselves; empty while they need not."""
        self.barrier = "round"
        self.phase: Phase = "starting"
        self.stepping = False
        self.outcome = ""
        self.outcome_detail = ""
        self.wall_seconds: float | None = None
        self.verified: bool | None = None
        self.verified_failed = 0
        self.verified_total = 0
        self.source = ""
        self.gaps: frozenset[ev.Gap] = frozenset()
        self.acts: deque[Act] = deque(maxlen=ACTS_KEPT)
        self.notes: deque[Act] = deque(maxlen=ACTS_KEPT)

    def run_started(self, event: ev.RunStarted) -> None:
        """The run has a shape."""
        self.suite = clean_line(event.suite)
        self.structure = clean_line(event.structure)
        self.strategy = clean_line(event.strategy)
        self.models = tuple(dict.fromkeys(clean_line(agent.model) for agent in event.team))
        self.mix = mix(clean_line(agent.model) for agent in event.team)
        self.seed = event.seed
        self._graph = (event.p, round(min(1.0, max(0.0, 1 - event.p)) * len(event.tasks)))
        self.locks, self.completion, self.tests = event.locks, event.completion, event.tests
        self.clock, self.speed = event.clock, event.speed
        self.max_rounds, self.lease_seconds = event.max_rounds, event.lease_seconds
        self.source, self.gaps = clean_line(event.source), frozenset(event.gaps)
        self.barrier = clean_line(event.barrier)
        self.limits = event.limits
        self.phase = "running"

    def _act(self, event: ev.Event, author: str, text: str) -> None:
        self.acts.append(Act(event.seq, event.ts, event.round, clean_line(author), clean_line(text)))

    def pause_requested(self, event: ev.PauseRequested) -> None:
        """Somebody wants it to stand still."""
        self.phase = "pausing"
        self._act(event, event.author, "paused the team")

    def limit_hit(self, event: ev.LimitReached) -> None:
        """It has used what it may."""
        self.limit_reached = sentence(event.limit, event.bound, event.used, clean_line(event.agent))
        self._act(event, "engine", f"holds the team: {self.limit_reached}")

    def limits_changed(self, event: ev.LimitsChanged) -> None:
        """It may use more, or less."""
        changes = differing(self.limits, event.limits)
        said = ", ".join(
            f"{FIELDS[field]} to {'none' if value is None else amount(field, value)}"
            for field, value in changes.items()
        )
        self.limits, self.limit_reached = event.limits, ""
        self._act(event, event.author, f"set the limit of {said}" if said else "left the limits as they are")

    def paused(self, event: ev.Paused) -> None:
        """It stands still."""
        self.phase, self.stepping = "paused", False

    def resumed(self, event: ev.Resumed) -> None:
        """It goes on."""
        self.limit_reached = ""
        self.phase, self.stepping = "running", event.step
        self._act(event, event.author, "stepped one round" if event.step else "resumed the team")

    def stop_requested(self, event: ev.StopRequested) -> None:
        """Somebody ends it."""
        self._act(event, event.author, f"stopped the team: {event.why}" if event.why else "stopped the team")

    def note_pinned(self, event: ev.NotePinned) -> None:
        """Somebody writes about this moment."""
        author, text = clean_line(event.author), clean_line(event.text)
        self.notes.append(Act(event.seq, event.ts, event.round, author, text))
        self._act(event, event.author, f"noted: “{event.text}”")

    def message_sent(self, event: ev.MessageSent) -> None:
        """Somebody speaks to the team."""
        if event.kind == "operator":
            self._act(event, event.sender, f"said to {', '.join(event.recipients)}: “{event.text}”")

    def fault_started(self, event: ev.FaultStarted) -> None:
        """Somebody, or a plan, disturbs it."""
        self._act(event, event.author, f"injected {event.kind} into {', '.join(event.targets) or 'the run'}")

    def fault_stopped(self, event: ev.FaultStopped) -> None:
        """The disturbance ends."""
        self._act(event, event.author, f"healed fault {event.id}")

    def agent_joined(self, event: ev.AgentJoined) -> None:
        """The team is one more; with a lead, nobody is without one."""
        if event.role == "lead":
            self.leaderless = ""
        if event.author:
            self._act(event, event.author, f"took {event.agent} ({event.model}) into the team")
        else:
            self._act(event, event.agent, f"({event.model}) joins the team")

    def agent_left(self, event: ev.AgentLeft) -> None:
        """The team is one less."""
        if event.author:
            self._act(event, event.author, f"took {event.agent} out of the team")
        else:
            self._act(event, event.agent, "leaves the team")

    def task_added(self, event: ev.TaskAdded) -> None:
        """There is more to do."""
        if not event.turn:
            self._act(event, event.author, f"added task {event.spec.id} {event.spec.name}")

    def dependency_added(self, event: ev.DependencyAdded) -> None:
        """There is more to wait for."""
        if not event.turn:
            self._act(event, event.author, f"had task {event.task} wait for {event.dependency}")

    def reshape(self, measure: Callable[[], tuple[int, int]]) -> None:
        """The graph is another: ``measure`` gives its tasks, and those on its longest chain, when asked."""
        self._measure, self.grown = measure, True

    def settle(self) -> None:
        """Measure the graph now, if it was reshaped."""
        if self._measure is not None:
            tasks, span = self._measure()
            self._measure, self._graph = None, (1 - span / tasks if tasks else 0.0, span)

    def _shape(self) -> tuple[float, int]:
        self.settle()
        return self._graph

    @property
    def p(self) -> float:
        """The parallel share of the work: 1 - longest chain / tasks, of the graph as it stands."""
        return self._shape()[0]

    @property
    def span(self) -> int:
        """Tasks on the longest chain of the graph as it stands."""
        return self._shape()[1]

    def staff(self, models: Iterable[str]) -> None:
        """The team is another: the model of each."""
        models = tuple(models)
        self.models, self.mix = tuple(dict.fromkeys(models)), mix(models)

    def control_refused(self, event: ev.ControlRefused) -> None:
        """A command had no effect."""
        self._act(event, event.author, f"{event.command} refused: {event.detail}")

    def lead_lost(self, event: ev.LeadLost) -> None:
        """The policy for a lost lead takes effect."""
        lead = clean_line(event.agent)
        because = f"for the calls of {lead} fail" if event.failing else f"for {lead} is lost"
        if event.policy == "promote":
            self.leaderless = ""
            self._act(event, "engine", f"made {event.heir} the lead, {because}")
            return
        self.leaderless = lead
        why = f" ({event.why})" if event.why else ""
        self._act(event, "engine", f"lets agents claim for themselves{why}, {because}")

    def lead_back(self, event: ev.AgentRevived | ev.Replied) -> None:
        """The lead may be back: up again, or with a reply after calls that failed."""
        if self.leaderless and clean_line(event.agent) == self.leaderless:
            self.leaderless = ""
            self._act(event, "engine", f"leaves assigning to {event.agent} again, who is back")

    def run_resumed(self, event: ev.RunResumed) -> None:
        """Another engine goes on with it: it has not ended after all."""
        self.limits, self.limit_reached = event.limits or self.limits, ""
        self.phase, self.stepping = "running", False
        self.outcome, self.outcome_detail, self.wall_seconds = "", "", None
        self.verified, self.verified_failed, self.verified_total = None, 0, 0
        self.clock, self.speed, self.max_rounds = event.clock, event.speed, event.max_rounds
        self._act(event, event.author, "resumed the run")

    def team_changed(self, event: ev.TeamChanged) -> None:
        """It goes on under another strategy, or with other models."""
        strategy = clean_line(event.strategy)
        before = self.models
        self.staff(clean_line(agent.model) for agent in event.team)
        models = self.models
        changes = [f"the strategy to {strategy}"] if strategy != self.strategy else []
        changes += [f"the models to {' + '.join(models)}"] if models != before else []
        self.strategy = strategy
        if not any(agent.role == "lead" for agent in event.team):
            self.leaderless = ""
        self._act(event, event.author, f"changed {' and '.join(changes) or 'nothing'}")

    def run_ended(self, event: ev.RunEnded) -> None:
        """The team has stopped; what follows is the closing verification."""
        self.phase = "ended"
        self.outcome = event.outcome
        self.outcome_detail = clean_line(event.detail)
        self.wall_seconds = event.wall_seconds

    def run_verified(self, event: ev.RunVerified) -> None:
        """All expected tests were run on the final workspace."""
        self.verified = event.verdict == "passed"
        self.verified_failed = len(event.failed)
        self.verified_total = len(event.failed) + len(event.passed)
