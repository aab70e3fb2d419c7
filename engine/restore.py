"""Going on where an engine stopped: what a run has to know of its past, and what has to be set right first.

``Past`` is a fold of the journal like any other; every part of a run that remembers anything is made from it.
``settle`` then closes what was open at the cut, each as an event, so that nobody is left to wait for a reply,
a lock or a message that will never come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any, Literal

from engine.errors import TeamtopError
from engine.faults.injector import Injector
from engine.record import events as ev
from engine.record.shape import Shape
from engine.record.state import RunState
from engine.team import leadership
from engine.team import turn as turns
from engine.team.acts.talk import TalkActs
from engine.team.conversation import Conversations
from engine.team.evidence import Evidence
from engine.team.failing import Failing
from engine.team.lifecycle import Lifecycle
from engine.team.limits import Spending
from engine.team.member import Team
from engine.team.pace import Pace

_LOST_TURN = "the engine stopped in the middle of it; what of your reply was carried out stands on the board"


class Past:
    """All that has happened, as a new engine needs it; empty for a run that begins.

    ``start`` is the run as it stands: as it began, but for a later change of the team, the last of which has
    seq ``team_changed``.
    ``open_turns``, ``held``, ``unsettled`` (message and recipient), ``orphans`` (tasks that were taken from
    their owner, for somebody else to have) and ``round_open`` are what the cut left half done.
    ``shown`` is as for ``RunState``. Raises ``TeamtopError`` for events that no engine wrote in this order.
    """

    def __init__(self, events: Iterable[ev.Event] = (), *, shown: bool = True) -> None:
        self.state = RunState(shown=shown)
        self.shape = Shape()
        self.conversations = Conversations()
        self.evidence = Evidence()
        self.pace = Pace()
        self.failing = Failing()
        self.spending = Spending()
        self.start: ev.RunStarted | None = None
        self.team_changed = 0
        self.edits: list[ev.FileEdited] = []
        self.tokens: dict[str, int] = {}
        self.held: dict[str, ev.LockAcquired] = {}
        self.horizons: dict[str, int] = {}
        self.last_turn = 0
        self.open_turns: dict[int, ev.TurnStarted] = {}
        self.round_open = False
        self.calls: Counter[str] = Counter()
        self.calls_out: dict[int, set[int]] = {}
        self.replies: Counter[str] = Counter()
        self.messages_sent = 0
        self.waiting: Counter[str] = Counter()
        self.epochs: dict[str, int] = {}
        self.rounds: dict[str, int] = {}
        self.lost: dict[str, ev.AgentCrashed | ev.AgentStalled] = {}
        self.orphans: dict[str, None] = {}
        self.approved: dict[str, ev.ReviewGiven] = {}
        """By task, approvals whose completion is not recorded."""
        self.faults: dict[int, ev.FaultStarted] = {}
        self.entries: Counter[int] = Counter()
        self._fences: dict[str, int] = {}
        self._sent: dict[str, ev.MessageSent] = {}
        self._unsettled: dict[tuple[str, str], None] = {}
        self._handlers = self._table()
        for event in events:
            try:
                self.apply(event)
            except LookupError as unknown:
                gone = f"speaks of {unknown}, of which nothing before it says that it is there"
                raise _contradiction(event, gone) from None

    @property
    def empty(self) -> bool:
        """Whether nothing has happened yet."""
        return self.start is None

    @property
    def micros(self) -> int:
        """The run's clock at the last event."""
        return round(self.state.ts * 1_000_000)

    @property
    def unsettled(self) -> list[tuple[ev.MessageSent, str]]:
        """Messages whose fate is not recorded, recipient by recipient."""
        return [(self._sent[message], recipient) for message, recipient in self._unsettled]

    def status(self, agent: str) -> Literal["live", "stalled", "down"]:
        """Whether the agent was up."""
        lost = self.lost.get(agent)
        if lost is None:
            return "live"
        return "down" if isinstance(lost, ev.AgentCrashed) else "stalled"

    def leave_out(self, entries: Iterable[int]) -> None:
        """Have these entries of the plan count as struck: a fork without them."""
        self.entries.update(entries)

    # ------------------------------------------------------------ events

    def _table(self) -> dict[type[ev.Event], Callable[[Any], None]]:
        return {
            ev.RunStarted: self._run_started,
            ev.TeamChanged: self._team_changed,
            ev.RoundStarted: self._round_started,
            ev.RoundEnded: self._round_ended,
            ev.TurnStarted: self._turn_started,
            ev.CallStarted: self._call_started,
            ev.CallFailed: self._call_failed,
            ev.CallAbandoned: self._call_abandoned,
            ev.Replied: self._replied,
            ev.TurnEnded: self._turn_ended,
            ev.TaskAssigned: self._task_taken,
            ev.TaskClaimed: self._task_taken,
            ev.TaskReleased: self._task_released,
            ev.ReviewRequested: self._review_requested,
            ev.ReviewGiven: self._review_given,
            ev.TaskCompleted: self._task_completed,
            ev.FileEdited: self._file_edited,
            ev.LockAcquired: self._lock_acquired,
            ev.LockReleased: self._lock_released,
            ev.MessageSent: self._message_sent,
            ev.MessageDelivered: self._message_delivered,
            ev.MessageLost: self._message_settled,
            ev.FaultStarted: self._fault_started,
            ev.ControlRefused: self._control_refused,
            ev.FaultStopped: self._fault_stopped,
            ev.AgentCrashed: self._agent_lost,
            ev.AgentStalled: self._agent_lost,
            ev.AgentRevived: self._agent_revived,
            ev.LeadLost: self._lead_lost,
            ev.AgentJoined: self._agent_joined,
            ev.AgentLeft: self._agent_left,
            ev.TaskAdded: self._task_added,
        }

    def apply(self, event: ev.Event) -> None:
        """Fold one event of a journal that an engine wrote."""
        self.state.apply(event)
        self.shape.apply(event)
        self.conversations.apply(event)
        self.evidence.apply(event)
        self.pace.apply(event)
        self.failing.apply(event)
        self.spending.apply(event)
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _run_started(self, event: ev.RunStarted) -> None:
        self.start = event

    def _team_changed(self, event: ev.TeamChanged) -> None:
        assert self.start is not None
        self.start = event.on(self.start)
        staying = {spec.name for spec in event.team}
        self.lost = {name: loss for name, loss in self.lost.items() if name in staying}
        self.team_changed = event.seq

    def _round_started(self, event: ev.RoundStarted) -> None:
        self.round_open = True

    def _round_ended(self, event: ev.RoundEnded) -> None:
        self.round_open = False

    def _turn_started(self, event: ev.TurnStarted) -> None:
        self.last_turn = event.turn
        self.open_turns[event.turn] = event
        self.calls[event.agent] += 1
        self.rounds[event.agent] = max(event.number, self.rounds.get(event.agent, 0))
        self.waiting.pop(event.agent, None)

    def _call_started(self, event: ev.CallStarted) -> None:
        self.calls_out.setdefault(event.turn, set()).add(event.attempt)

    def _call_abandoned(self, event: ev.CallAbandoned) -> None:
        self.calls_out.get(event.turn, set()).discard(event.attempt)

    def _replied(self, event: ev.Replied) -> None:
        self.replies[event.agent] += 1
        self.calls_out.pop(event.turn, None)

    def _call_failed(self, event: ev.CallFailed) -> None:
        self.calls_out.get(event.turn, set()).discard(event.attempt)
        self.calls[event.agent] += event.retry_seconds is not None

    def _turn_ended(self, event: ev.TurnEnded) -> None:
        self.open_turns.pop(event.turn, None)
        self.calls_out.pop(event.turn, None)
        if event.outcome == "fenced":
            self.epochs[event.agent] = self.epochs.get(event.agent, 1) + 1

    def _task_taken(self, event: ev.TaskAssigned | ev.TaskClaimed) -> None:
        _known(self.shape.team, event.agent)
        self.orphans.pop(event.task, None)

    def _task_released(self, event: ev.TaskReleased) -> None:
        if event.reason in ("lease", "stolen", "promoted", "left", "failing"):
            self.orphans[event.task] = None

    def _review_requested(self, event: ev.ReviewRequested) -> None:
        if self.state.board.tasks[event.task].owner != event.agent:
            what = f"has {event.agent} hand in task {event.task}, which it does not own"
            raise _contradiction(event, what)

    def _review_given(self, event: ev.ReviewGiven) -> None:
        if event.approved:
            _known(self.state.board.tasks, event.task)
            _known(self.shape.team, event.author)
            self.approved[event.task] = event

    def _task_completed(self, event: ev.TaskCompleted) -> None:
        self.approved.pop(event.task, None)

    def _file_edited(self, event: ev.FileEdited) -> None:
        token, newest = event.token, self._fences.get(event.path, 0)
        if token is not None and token < newest:
            raise _contradiction(
                event, f"wrote {event.path} under token {token}, which is older than {newest}"
            )
        self._fences[event.path] = newest if token is None else token
        self.edits.append(event)
        self.horizons[event.path] = self.last_turn

    def _lock_acquired(self, event: ev.LockAcquired) -> None:
        self.tokens[event.path] = event.token
        self.held[event.path] = event
        self.horizons[event.path] = self.last_turn

    def _lock_released(self, event: ev.LockReleased) -> None:
        self.held.pop(event.path, None)

    def _message_sent(self, event: ev.MessageSent) -> None:
        self.messages_sent += 1
        self._sent[event.id] = event
        self._unsettled.update(((event.id, recipient), None) for recipient in event.recipients)

    def _message_delivered(self, event: ev.MessageDelivered) -> None:
        _known(self._sent, event.id)
        self.waiting[event.recipient] += 1
        self._message_settled(event)

    def _message_settled(self, event: ev.MessageDelivered | ev.MessageLost) -> None:
        self._unsettled.pop((event.id, event.recipient), None)

    def _fault_started(self, event: ev.FaultStarted) -> None:
        self.faults[event.id] = event
        if event.entry is not None:
            self.entries[event.entry] += 1

    def _control_refused(self, event: ev.ControlRefused) -> None:
        if event.entry is not None:  # its moment has passed
            self.entries[event.entry] += 1

    def _fault_stopped(self, event: ev.FaultStopped) -> None:
        self.faults.pop(event.id, None)

    def _agent_lost(self, event: ev.AgentCrashed | ev.AgentStalled) -> None:
        self.lost[event.agent] = event

    def _lead_lost(self, event: ev.LeadLost) -> None:
        assert self.start is not None
        self.start = event.on(self.start)

    def _agent_revived(self, event: ev.AgentRevived) -> None:
        self.lost.pop(event.agent, None)
        self.epochs[event.agent] = event.epoch

    def _agent_joined(self, event: ev.AgentJoined) -> None:
        assert self.start is not None
        self.start = event.on(self.start)
        self.epochs[event.agent] = event.epoch
        self.calls[event.agent] = 0
        for task in self.state.board.ready():  # the first who can take what nobody has
            self.orphans[task.id] = None

    def _agent_left(self, event: ev.AgentLeft) -> None:
        assert self.start is not None
        self.start = event.on(self.start)
        self.lost.pop(event.agent, None)
        self.waiting.pop(event.agent, None)
        self.rounds.pop(event.agent, None)

    def _task_added(self, event: ev.TaskAdded) -> None:
        self.orphans[event.spec.id] = None


def _contradiction(event: ev.Event, what: str) -> TeamtopError:
    """Why nothing can go on from a journal with this event."""
    return TeamtopError(
        f"The journal contradicts itself, so nothing can go on from it: event {event.seq:,} "
        f"({type(event).__struct_config__.tag}) {what}. `teamtop check` on the run says more."
    )


def _known(names: Collection[str], name: str) -> None:
    """Refuse what would be looked for later. Raises ``KeyError`` for a name that nothing before has."""
    if name not in names:
        raise KeyError(name)


async def settle(past: Past, team: Team, talk: TalkActs, injector: Injector, lifecycle: Lifecycle) -> None:
    """Close what the cut left open, and set the timers that ran: leases and heals.

    A turn without an end in the journal is lost, and its agent is told; what the journal holds of it stands.
    """
    held = list(past.held.values())
    for started in sorted(past.open_turns.values(), key=lambda started: started.turn):
        held = _free(past, team, held, started.turn)
        _end(team, started)
    _free(past, team, held, past.last_turn + 1)
    for sent, recipient in past.unsettled:
        await talk.carry(sent, recipient)
    if past.round_open:
        team.bus.emit(ev.RoundEnded())
    injector.restore(past.faults.values(), past.state.faults.count)
    lifecycle.restore(past.lost.values())
    for name, (spec, _) in past.shape.left.items():
        lifecycle.part(name, spec.role)
    leadership.settle(team)
    for task in past.orphans:
        lifecycle.pass_on(task)


def _free(past: Past, team: Team, held: list[ev.LockAcquired], first_open: int) -> list[ev.LockAcquired]:
    """Free the locks that guarded turns before ``first_open`` only; returns the others."""
    kept = []
    for lock in held:
        if past.horizons[lock.path] >= first_open:
            kept.append(lock)
            continue
        freed = ev.LockReleased(path=lock.path, agent=lock.agent, token=lock.token, reason="barrier")
        team.bus.emit(freed)
    return kept


def _end(team: Team, started: ev.TurnStarted) -> None:
    member = team.members.get(started.agent)
    if member is None or member.epoch < started.epoch:
        turns.end(team, started, "left", 0, "the agent left the team")
    elif member.status == "down":
        turns.end(team, started, "crashed", 0, "the agent crashed")
    elif member.status == "stalled":
        member.epoch += 1
        turns.end(team, started, "fenced", 0, "it was silent when the engine stopped")
    else:
        turns.end(team, started, "failed", 0, _LOST_TURN)
