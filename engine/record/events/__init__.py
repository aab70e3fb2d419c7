"""Every event that a run can record.

A run is its journal: the ordered stream of these events. All that anyone sees of a run is a fold of them,
so an event holds what happened, never what somebody derived from it.

Common fields: ``seq`` counts from 1 without gaps; ``v`` is the schema version; ``ts`` is seconds since the
start on the run's clock (pauses cut out; whole microseconds, but for imported runs); ``round`` counts from 1,
0 before the first.
Text fields (replies, contents, messages, reasons) are raw and untrusted: state cleans them on the way in.
"""

from __future__ import annotations

from typing import TypeAlias

from engine.record.events.common import (
    FAILURES,
    NO_LIMITS,
    SCHEMA,
    AgentSpec,
    Event,
    FileSpec,
    Gap,
    Limits,
    Refusal,
    Role,
    TaskSpec,
    Verdict,
)
from engine.record.events.files import (
    DraftAccepted,
    DraftEdited,
    DraftEnded,
    DraftOpened,
    DraftSubmitted,
    FileEdited,
    LockAcquired,
    LockDenied,
    LockReleased,
    TestsFinished,
    TestsStarted,
)
from engine.record.events.growth import AgentJoined, AgentLeft, ControlRefused, DependencyAdded, TaskAdded
from engine.record.events.people import (
    AgentCrashed,
    AgentRevived,
    AgentStalled,
    FaultStarted,
    FaultStopped,
    LeadLost,
    LimitReached,
    LimitsChanged,
    NotePinned,
    Paused,
    PauseRequested,
    Resumed,
    StopRequested,
)
from engine.record.events.run import (
    RoundEnded,
    RoundStarted,
    RunEnded,
    RunResumed,
    RunStarted,
    RunVerified,
    TeamChanged,
)
from engine.record.events.talk import (
    ActionRefused,
    InfoRequested,
    MessageDelivered,
    MessageLost,
    MessageRepeated,
    MessageSent,
    PersonAsked,
)
from engine.record.events.tasks import (
    ReviewAssigned,
    ReviewGiven,
    ReviewRequested,
    TaskAssigned,
    TaskClaimed,
    TaskCompleted,
    TaskReleased,
)
from engine.record.events.turns import (
    UNKNOWN_OUTCOME,
    CallAbandoned,
    CallFailed,
    CallStarted,
    ConversationCompacted,
    Replied,
    ReplyFenced,
    ReplyHeard,
    Seen,
    TurnEnded,
    TurnStarted,
)

AnyEvent: TypeAlias = (
    RunStarted
    | RoundStarted
    | RoundEnded
    | RunResumed
    | TeamChanged
    | RunEnded
    | RunVerified
    | TurnStarted
    | ConversationCompacted
    | CallStarted
    | ReplyHeard
    | CallFailed
    | CallAbandoned
    | Replied
    | TurnEnded
    | ReplyFenced
    | TaskAssigned
    | TaskClaimed
    | TaskReleased
    | TaskCompleted
    | ReviewRequested
    | ReviewAssigned
    | ReviewGiven
    | FileEdited
    | LockAcquired
    | LockDenied
    | LockReleased
    | TestsStarted
    | TestsFinished
    | DraftOpened
    | DraftEdited
    | DraftSubmitted
    | DraftAccepted
    | DraftEnded
    | MessageSent
    | MessageDelivered
    | MessageRepeated
    | MessageLost
    | PersonAsked
    | InfoRequested
    | ActionRefused
    | NotePinned
    | PauseRequested
    | Paused
    | Resumed
    | StopRequested
    | LimitReached
    | LimitsChanged
    | FaultStarted
    | FaultStopped
    | AgentCrashed
    | AgentStalled
    | AgentRevived
    | LeadLost
    | AgentJoined
    | AgentLeft
    | TaskAdded
    | DependencyAdded
    | ControlRefused
)
"""The tagged union that journal lines decode to."""

__all__ = [
    "FAILURES",
    "NO_LIMITS",
    "SCHEMA",
    "UNKNOWN_OUTCOME",
    "ActionRefused",
    "AgentCrashed",
    "AgentJoined",
    "AgentLeft",
    "AgentRevived",
    "AgentSpec",
    "AgentStalled",
    "AnyEvent",
    "CallAbandoned",
    "CallFailed",
    "CallStarted",
    "ControlRefused",
    "ConversationCompacted",
    "DependencyAdded",
    "DraftAccepted",
    "DraftEdited",
    "DraftEnded",
    "DraftOpened",
    "DraftSubmitted",
    "Event",
    "FaultStarted",
    "FaultStopped",
    "FileEdited",
    "FileSpec",
    "Gap",
    "InfoRequested",
    "LeadLost",
    "LimitReached",
    "Limits",
    "LimitsChanged",
    "LockAcquired",
    "LockDenied",
    "LockReleased",
    "MessageDelivered",
    "MessageLost",
    "MessageRepeated",
    "MessageSent",
    "NotePinned",
    "PauseRequested",
    "Paused",
    "PersonAsked",
    "Refusal",
    "Replied",
    "ReplyFenced",
    "ReplyHeard",
    "Resumed",
    "ReviewAssigned",
    "ReviewGiven",
    "ReviewRequested",
    "Role",
    "RoundEnded",
    "RoundStarted",
    "RunEnded",
    "RunResumed",
    "RunStarted",
    "RunVerified",
    "Seen",
    "StopRequested",
    "TaskAdded",
    "TaskAssigned",
    "TaskClaimed",
    "TaskCompleted",
    "TaskReleased",
    "TaskSpec",
    "TeamChanged",
    "TestsFinished",
    "TestsStarted",
    "TurnEnded",
    "TurnStarted",
    "Verdict",
]
