"""What a run looks like: pure reducers over events, one per subject, behind one ``RunState``.

No I/O, no clock, no widgets: the same events give the same state everywhere. Live screen, replay, ``watch``
and the engine itself all fold with this. State holds cleaned text only (``engine.record.clean``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.record import events as ev
from engine.record.state.agent import AgentState, AgentStatus, Line, LineKind, Turn
from engine.record.state.agents import AgentsState
from engine.record.state.board import BoardState, Status, TaskState
from engine.record.state.crew import CrewState
from engine.record.state.deeds import DeedsState
from engine.record.state.drafts import DraftsState, DraftState
from engine.record.state.faults import Fault, FaultsState
from engine.record.state.files import Clashes, FilesState, FileState
from engine.record.state.lanes import SPANS_KEPT, Lane, LanesState, Mark, Span
from engine.record.state.locks import Denial, Hold, LocksState
from engine.record.state.mail import Mail, MailState
from engine.record.state.metrics import Completion, MetricsState, Payment, RoundRow
from engine.record.state.paces import Pace, PacesState
from engine.record.state.run import Act, Phase, RunInfoState

__all__ = [
    "Act",
    "AgentState",
    "AgentStatus",
    "AgentsState",
    "BoardState",
    "Clashes",
    "Completion",
    "CrewState",
    "DeedsState",
    "Denial",
    "DraftState",
    "DraftsState",
    "Fault",
    "FaultsState",
    "FileState",
    "FilesState",
    "Hold",
    "Lane",
    "LanesState",
    "Line",
    "LineKind",
    "LocksState",
    "Mail",
    "MailState",
    "Mark",
    "MetricsState",
    "Pace",
    "PacesState",
    "Payment",
    "Phase",
    "RoundRow",
    "RunInfoState",
    "RunState",
    "Span",
    "Status",
    "TaskState",
    "Turn",
]

Handler = Callable[[Any], None]  # each handler takes its own event type; the table below keeps them apart


class RunState:
    """The fold of a journal: ``seq``, ``ts`` and ``round`` of the last event, and a state per subject.

    ``spans_kept`` bounds what is remembered of each agent's time; null keeps all of it. One that is not
    ``shown`` to anybody folds only what an engine decides by: no lines of agents, lanes, mail or files.
    """

    def __init__(self, spans_kept: int | None = SPANS_KEPT, *, shown: bool = True) -> None:
        self.seq = 0
        self.ts = 0.0
        self.round = 0
        self.run = RunInfoState()
        self.board = BoardState()
        self.agents = AgentsState()
        self.deeds = DeedsState(self.agents)
        self.locks = LocksState()
        self.files = FilesState()
        self.mail = MailState()
        self.faults = FaultsState()
        self.metrics = MetricsState()
        self.crew = CrewState()
        self.paces = PacesState(self.board)
        self.lanes = LanesState(spans_kept)
        self.drafts = DraftsState()
        self._started = False
        self._shown = shown
        self._handlers: dict[type[ev.Event], tuple[Handler, ...]] = {}
        self.wire()

    def wire(self) -> None:
        """Have events come to the subjects that the state has now."""
        table = self._table()
        if not self._shown:
            table = {kind: self._needed(kind, handlers) for kind, handlers in table.items()}
        else:
            for kind, handler in self.lanes.handlers().items():
                table[kind] = (*table[kind], handler)
        self._handlers = table

    def retire(self) -> None:
        """Nothing will be folded any more. The state can be read on, and as nothing in it knows the whole
        then, it is freed with its last reader, without the collector, which would stop for all of them.
        """
        self._handlers = {}
        self.run.settle()

    def _table(self) -> dict[type[ev.Event], tuple[Handler, ...]]:
        run, board, agents, locks = self.run, self.board, self.agents, self.locks
        files, mail, metrics = self.files, self.mail, self.metrics
        paces = self.paces
        drafts, deeds = self.drafts, self.deeds
        return {
            ev.RunStarted: (self._run_started,),
            ev.RoundStarted: (metrics.round_started,),
            ev.RoundEnded: (metrics.round_ended,),
            ev.RunResumed: (run.run_resumed,),
            ev.TeamChanged: (run.team_changed, agents.team_changed, self.crew.team_changed),
            ev.RunEnded: (run.run_ended, board.run_ended, metrics.run_ended),
            ev.RunVerified: (run.run_verified,),
            ev.TurnStarted: (
                self.crew.turn_started,
                agents.turn_started,
                files.turn_started,
                metrics.turn_started,
                paces.turn_started,
            ),
            ev.ConversationCompacted: (agents.compacted,),
            ev.CallStarted: (agents.call_started,),
            ev.ReplyHeard: (agents.reply_heard,),
            ev.CallFailed: (agents.call_failed, metrics.call_failed),
            ev.CallAbandoned: (metrics.call_abandoned,),
            ev.Replied: (agents.replied, metrics.replied, run.lead_back),
            ev.TurnEnded: (agents.turn_ended, files.turn_ended, metrics.turn_ended, paces.turn_ended),
            ev.ReplyFenced: (agents.reply_fenced, metrics.reply_fenced),
            ev.TaskAssigned: (board.task_assigned, deeds.task_assigned, paces.task_taken),
            ev.TaskClaimed: (board.task_claimed, deeds.task_claimed, paces.task_taken),
            ev.TaskReleased: (board.task_released, deeds.task_released),
            ev.TaskCompleted: (
                metrics.task_completed,
                board.task_completed,
                deeds.task_completed,
                paces.task_completed,
            ),
            ev.ReviewRequested: (board.review_requested, deeds.review_requested),
            ev.ReviewAssigned: (board.review_assigned, deeds.review_assigned),
            ev.ReviewGiven: (board.review_given, deeds.review_given),
            ev.FileEdited: (
                board.file_edited,
                files.file_edited,
                deeds.file_edited,
                metrics.file_edited,
            ),
            ev.LockAcquired: (locks.lock_acquired,),
            ev.LockDenied: (locks.lock_denied, deeds.lock_denied, metrics.lock_denied),
            ev.LockReleased: (locks.lock_released,),
            ev.TestsStarted: (board.tests_started, drafts.tests_started, deeds.tests_started),
            ev.TestsFinished: (
                board.tests_finished,
                drafts.tests_finished,
                deeds.tests_finished,
                metrics.tests_finished,
            ),
            ev.DraftOpened: (drafts.draft_opened, deeds.draft_opened),
            ev.DraftEdited: (drafts.draft_edited, deeds.draft_edited),
            ev.DraftSubmitted: (drafts.draft_submitted, deeds.draft_submitted),
            ev.DraftAccepted: (drafts.draft_accepted, board.draft_accepted, deeds.draft_accepted),
            ev.DraftEnded: (drafts.draft_ended, deeds.draft_ended),
            ev.MessageSent: (mail.message_sent, deeds.message_sent, run.message_sent),
            ev.MessageDelivered: (mail.message_delivered, metrics.message_delivered),
            ev.MessageRepeated: (mail.message_repeated,),
            ev.MessageLost: (mail.message_lost, deeds.message_lost),
            ev.PersonAsked: (mail.person_asked, deeds.person_asked),
            ev.InfoRequested: (deeds.info_requested,),
            ev.ActionRefused: (deeds.action_refused, metrics.action_refused),
            ev.PauseRequested: (run.pause_requested,),
            ev.Paused: (run.paused,),
            ev.Resumed: (run.resumed,),
            ev.StopRequested: (run.stop_requested,),
            ev.LimitReached: (run.limit_hit,),
            ev.LimitsChanged: (run.limits_changed,),
            ev.NotePinned: (run.note_pinned,),
            ev.FaultStarted: (self._fault_started, run.fault_started),
            ev.FaultStopped: (self._fault_stopped, run.fault_stopped),
            ev.AgentCrashed: (board.agent_lost, agents.agent_crashed),
            ev.AgentStalled: (board.agent_lost, agents.agent_stalled),
            ev.AgentRevived: (board.agent_revived, agents.agent_revived, run.lead_back),
            ev.LeadLost: (run.lead_lost, agents.lead_lost, self.crew.lead_lost),
            ev.AgentJoined: (agents.agent_joined, run.agent_joined, self.crew.agent_joined, self._staffed),
            ev.AgentLeft: (
                board.agent_left,
                agents.agent_left,
                run.agent_left,
                mail.agent_left,
                self.crew.agent_left,
                self._staffed,
            ),
            ev.TaskAdded: (board.task_added, deeds.task_added, run.task_added, self._grown),
            ev.DependencyAdded: (
                board.dependency_added,
                deeds.dependency_added,
                run.dependency_added,
                self._grown,
            ),
            ev.ControlRefused: (run.control_refused,),
        }

    def _needed(self, kind: type[ev.Event], handlers: tuple[Handler, ...]) -> tuple[Handler, ...]:
        """Those of ``handlers`` without which the engine would decide otherwise."""
        views = (self.agents, self.deeds, self.mail, self.files)

        def views_only(handler: Handler) -> bool:
            return any(getattr(handler, "__self__", None) is view for view in views)

        needed = tuple(each for each in handlers if not views_only(each))
        if kind is ev.TeamChanged:
            return (*needed, self.agents.team_changed)
        return (*needed, self.agents.counted) if kind in (ev.Replied, ev.TestsFinished) else needed

    def _run_started(self, event: ev.RunStarted) -> None:
        if self._started:
            return  # a run starts once; a second start is no record of the engine
        self._started = True
        self.run.run_started(event)
        self.board.run_started(event)
        self.agents.run_started(event)
        self.lanes.run_started(event)
        self.drafts.run_started(event)
        self.crew.run_started(event)

    def _staffed(self, event: ev.AgentJoined | ev.AgentLeft) -> None:
        self.run.staff(agent.model for agent in self.agents.present)

    def _grown(self, event: ev.TaskAdded | ev.DependencyAdded) -> None:
        self.run.reshape(lambda: (self.board.total, self.board.longest_chain()))

    def _fault_started(self, event: ev.FaultStarted) -> None:
        self.faults.fault_started(event, self.board.done)

    def _fault_stopped(self, event: ev.FaultStopped) -> None:
        self.faults.fault_stopped(event, self.board.done)

    @property
    def completed(self) -> bool:
        """Whether every task is done on the board (the paper's success)."""
        return self.board.total > 0 and self.board.done == self.board.total

    @property
    def tokens(self) -> int | None:
        """Tokens in and out so far; null where an imported run has them for the whole run only."""
        if "tokens" in self.run.gaps and (self.metrics.tokens_unknown or self.run.phase != "ended"):
            return None
        return self.metrics.input_tokens + self.metrics.output_tokens

    def apply(self, event: ev.Event) -> None:
        """Fold one event. Never raises, whatever the events before it were."""
        self.seq, self.ts, self.round = event.seq, event.ts, event.round
        for handler in self._handlers[type(event)]:
            handler(event)

    @classmethod
    def of(cls, events: Iterable[ev.Event]) -> RunState:
        """The state after all of ``events``."""
        state = cls()
        for event in events:
            state.apply(event)
        return state
