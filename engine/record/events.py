"""Every event that a run can record.

A run is its journal: the ordered stream of these events. All that anyone sees of a run is a fold of them,
so an event holds what happened, never what somebody derived from it.

Common fields: ``seq`` counts from 1 without gaps; ``v`` is the schema version; ``ts`` is seconds since the
start on the run's clock (pauses cut out; whole microseconds, but for imported runs); ``round`` counts from 1,
0 before the first.
Text fields (replies, contents, messages, reasons) are raw and untrusted: state cleans them on the way in.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

from engine.record.barrier import PATTERN

SCHEMA = 1
"""Schema version written in every line. A reader refuses lines of a newer one."""

Role: TypeAlias = Literal["developer", "lead"]
Refusal: TypeAlias = Literal[
    "blocked",  # open dependencies
    "owned",  # somebody else owns it
    "done",  # already done
    "not_owner",  # it is not the agent's own
    "not_allowed",  # the strategy or the role does not offer it
    "unknown",  # no such task, agent or path
    "locked",  # another agent holds the lock
    "stale",  # the file moved on from the version last seen
    "path",  # leaves the workspace, or is not a plain file
    "protected",  # tests and test configuration
    "tests",  # completion asks for passing tests
    "limit",  # too large, too many
    "malformed",  # a near-miss of an action
    "fenced",  # the agent lost the task or its epoch meanwhile
    "unreachable",  # the agent is cut off from the board
    "storage",  # the file system refused
    "graph",  # it does not fit the task graph: a cycle, a name or file that is taken
]
Verdict: TypeAlias = Literal[
    "passed",
    "failed",
    "error",
    "timeout",
    "none",  # no test was run: only in imported runs, whose runner may have found none
]
FAILURES: frozenset[Verdict] = frozenset({"failed", "error", "timeout"})
"""Verdicts of test runs that count as failed."""

Gap: TypeAlias = Literal[
    "graph",  # titles, files, dependencies of tasks
    "tasks",  # which task a claim, a completion or a refusal was about: the task is ""
    "prompts",  # what prompts showed: ``seen`` is empty, ``request`` "", ``base`` 0
    "replies",  # texts of replies: ""
    "contents",  # contents of files: "", and their hashes ""
    "nodes",  # which tests passed and failed: none are named; evidence is "unknown"
    "tokens",  # tokens per reply; the end of the run has their sums
    "locks",  # who was granted or refused a lock
    "refusals",  # actions that had no effect, but for claims too early
    "settings",  # seed, limit of rounds, lease: 0
]
"""What the journal of an imported run does not hold, because its source did not record it."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """What all events share; see the module's text."""

    seq: int = 0
    v: int = SCHEMA
    ts: float = 0.0
    round: int = 0


class AgentSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the team: unique ``name``, ``role``, and the name of the model behind it."""

    name: str
    role: Role = "developer"
    model: str


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the task graph. ``tests`` are the node ids (``test_add.py::test_zero``) expected to pass."""

    id: str
    name: str
    title: str
    description: str
    files: tuple[str, ...]
    dependencies: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


class FileSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A file that stands in the workspace before anybody works (version 0)."""

    path: str
    content: str


# ---------------------------------------------------------------- the run


class RunStarted(Event, frozen=True, kw_only=True, tag="run_started"):
    """First event: all that is needed to read the rest. ``p`` is 1 - longest chain / tasks, from the graph.

    ``speed`` is run-clock seconds per real second (0 on the virtual clock). ``template`` is the version of
    the prompt texts. ``lease_seconds`` is how long work of a lost agent stays its own. ``quorum`` is how many
    of how many versions of a task must agree, null where the strategy asks for one; ``verified_by`` is what
    a completion needs under ``verified-by``. ``notes`` are sentences on what was asked for and cannot be had.
    ``source`` is empty for runs of ours; of an imported run it names where that is from, and ``gaps`` what it
    does not record.
    ``lead_lost`` says what becomes of a team whose lead is lost. ``barrier`` says how far an agent may run
    ahead: ``round``, ``stale:K`` or ``none`` (see ``engine.record.barrier``).
    """

    suite: str
    structure: str
    suite_hash: str
    brief: str
    p: float
    tasks: tuple[TaskSpec, ...]
    files: tuple[FileSpec, ...]
    team: tuple[AgentSpec, ...]
    strategy: str
    seed: int
    locks: Literal["pessimistic", "optimistic", "none"]
    completion: Literal["reported", "verified"]
    tests: Literal["real", "simulated"]
    clock: Literal["wall", "scaled", "virtual"]
    speed: float
    max_rounds: int
    lease_seconds: float
    template: int
    quorum: tuple[int, int] | None = None
    verified_by: Literal["", "review", "tests"] = ""
    notes: tuple[str, ...] = ()
    source: str = ""
    gaps: tuple[Gap, ...] = ()
    lead_lost: Literal["self-claim", "promote"] = "self-claim"
    barrier: Annotated[str, msgspec.Meta(pattern=PATTERN)] = "round"


class RoundStarted(Event, frozen=True, kw_only=True, tag="round_started"):
    """A round opens for ``agents`` (those alive); its number is the event's ``round``.

    Where agents may run ahead, some have had their turn of that number already.
    """

    agents: tuple[str, ...]


class RoundEnded(Event, frozen=True, kw_only=True, tag="round_ended"):
    """The barrier: every turn of the round has ended, if need be but for those of lost agents."""


class RunResumed(Event, frozen=True, kw_only=True, tag="run_resumed"):
    """``author`` had a new engine go on where the one before stopped or died; what was open is closed next.

    The clock goes on from the event before; ``clock``, ``speed`` and ``max_rounds`` hold from here.
    """

    author: str
    clock: Literal["wall", "scaled", "virtual"]
    speed: float
    max_rounds: int


class TeamChanged(Event, frozen=True, kw_only=True, tag="team_changed"):
    """``author`` had the team go on under ``strategy``, as the members of ``team`` and with their models."""

    author: str
    strategy: str
    team: tuple[AgentSpec, ...]
    quorum: tuple[int, int] | None = None
    verified_by: Literal["", "review", "tests"] = ""

    def on(self, start: RunStarted) -> RunStarted:
        """What the run is from here on: as it was begun, but for what changed."""
        return msgspec.structs.replace(
            start,
            strategy=self.strategy,
            team=self.team,
            quorum=self.quorum,
            verified_by=self.verified_by,
            completion="verified" if self.verified_by == "tests" else start.completion,
        )


class RunEnded(Event, frozen=True, kw_only=True, tag="run_ended"):
    """The team stopped. ``wall_seconds`` is run-clock time from the first prompt to here, without pauses.

    An ``unknown`` outcome, and sums of tokens here, are those of imported runs: not completed, for a reason
    that was not recorded; tokens that were recorded for the whole run only.
    """

    outcome: Literal["completed", "max_rounds", "stopped", "no_agents", "failed", "unknown"]
    wall_seconds: float
    detail: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None


class RunVerified(Event, frozen=True, kw_only=True, tag="run_verified"):
    """The closing run of all expected tests on the final workspace; node ids that passed and failed."""

    verdict: Verdict
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    detail: str = ""


# ---------------------------------------------------------------- turns


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a prompt showed: versions of the board (seq of its last change) and of files, ids of the rest.

    ``drafts`` are the agent's own open drafts, which nobody else is shown.
    """

    board: int
    files: tuple[tuple[str, int], ...] = ()
    changes: tuple[tuple[str, int], ...] = ()
    tasks: tuple[str, ...] = ()
    mail: tuple[str, ...] = ()
    drafts: tuple[int, ...] = ()


class TurnStarted(Event, frozen=True, kw_only=True, tag="turn_started"):
    """An agent's prompt is ready. ``turn`` counts over the run; ``request`` is a digest of the whole prompt.

    ``files`` of ``seen`` were shown with content, ``changes`` by version and author only. ``backup`` is the
    draft for which the turn began in the middle of a round (0: it began with the round). ``own_round`` is
    the number by which the agent counts it and which its prompt shows: the team's round, or with a barrier
    that lets agents run ahead one after it (0: not recorded, the team's).
    """

    turn: int
    agent: str
    epoch: int
    seen: Seen
    request: str
    backup: int = 0
    own_round: int = 0

    @property
    def number(self) -> int:
        """The agent's own round."""
        return self.own_round or self.round


UNKNOWN_OUTCOME = ("timeout", "connection")
"""Kinds of failed calls that the provider may have answered all the same: their tokens were spent, unseen."""


class CallFailed(Event, frozen=True, kw_only=True, tag="call_failed"):
    """An attempt at a model call failed. ``retry_seconds``: the wait before the next, null after the last.

    After a ``kind`` of ``UNKNOWN_OUTCOME`` nobody knows whether the call was carried out, and charged.
    """

    turn: int
    agent: str
    attempt: int
    kind: str
    detail: str
    retry_seconds: float | None = None


class Replied(Event, frozen=True, kw_only=True, tag="replied"):
    """A model's reply, whole. ``latency_seconds`` counts from the prompt, waits for retries included.

    Token counts are what the model reported, null where it did not. ``cost_usd`` is null if unknown.
    """

    turn: int
    agent: str
    text: str
    finish_reason: str
    input_tokens: int | None
    output_tokens: int | None
    latency_seconds: float
    attempts: int
    cost_usd: float | None = None
    cost_source: Literal["reported", "notional", "unknown"] = "unknown"
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class TurnEnded(Event, frozen=True, kw_only=True, tag="turn_ended"):
    """A turn is over. ``effects`` is how many of its actions changed anything (0: chatter).

    ``overtaken``: its reply was not waited for, because all that it was about was done by a copy.
    """

    turn: int
    agent: str
    outcome: Literal["replied", "failed", "crashed", "fenced", "overtaken", "left"]
    effects: int
    detail: str = ""


class ReplyFenced(Event, frozen=True, kw_only=True, tag="reply_fenced"):
    """The reply to a turn that was fenced came after all: its tokens are spent, nothing of it is carried out.

    The turn began under ``epoch`` of the agent, which is at ``current`` by now. Each of its ``actions`` is
    refused by an event of its own.
    """

    turn: int
    agent: str
    epoch: int
    current: int
    actions: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None = None
    cost_source: Literal["reported", "notional", "unknown"] = "unknown"


# ---------------------------------------------------------------- tasks


class TaskAssigned(Event, frozen=True, kw_only=True, tag="task_assigned"):
    """``by`` (a lead, or ``strategy``) gives ``task`` to ``agent``."""

    task: str
    agent: str
    by: str
    turn: int = 0


class TaskClaimed(Event, frozen=True, kw_only=True, tag="task_claimed"):
    """``agent`` took ``task`` for itself, or began a task that was assigned to it.

    ``token`` is the fencing token of its ownership: it grows with every change of the task's owner.
    """

    task: str
    agent: str
    turn: int
    token: int = 0


class TaskReleased(Event, frozen=True, kw_only=True, tag="task_released"):
    """``task`` is nobody's again. ``stolen``: the strategy gives it to the idle agent ``to``, at once.

    ``overtaken``: a copy of it by somebody else is about to complete it.
    ``promoted``: its owner leads now. ``failing``: for a lease none of its owner's calls came through, but
    others' did.
    """

    task: str
    agent: str
    reason: Literal["released", "lease", "reassigned", "stolen", "promoted", "overtaken", "left", "failing"]
    turn: int = 0
    to: str = ""


class TaskCompleted(Event, frozen=True, kw_only=True, tag="task_completed"):
    """``agent`` reports ``task`` done. ``evidence``: its last test run on its files as they stand, if any.

    ``token`` is that of the ownership under which the agent asked (0 in old journals), ``epoch`` its own.
    With a ``reviewer`` it was handed in before, and ``turn`` is that of the reviewer who approved it.
    """

    task: str
    agent: str
    turn: int
    evidence: Literal["passed", "failed", "none", "unknown"]
    token: int = 0
    epoch: int = 0
    reviewer: str = ""


# ---------------------------------------------------------------- reviews


class ReviewRequested(Event, frozen=True, kw_only=True, tag="review_requested"):
    """``agent`` handed in ``task``, which ``reviewer`` is to look at; it stays the agent's own meanwhile."""

    task: str
    agent: str
    turn: int
    reviewer: str


class ReviewAssigned(Event, frozen=True, kw_only=True, tag="review_assigned"):
    """``reviewer`` is to review ``task`` of ``author``, because the reviewer before was lost."""

    task: str
    reviewer: str
    author: str


class ReviewGiven(Event, frozen=True, kw_only=True, tag="review_given"):
    """``agent`` approved ``task`` of ``author``, which completes it, or rejected it for a ``reason``.

    Without an ``agent`` the engine gives it back, because nobody will review it.
    """

    task: str
    agent: str
    author: str
    turn: int
    approved: bool
    reason: str = ""


# ---------------------------------------------------------------- files and locks


class FileEdited(Event, frozen=True, kw_only=True, tag="file_edited"):
    """``agent`` wrote ``path``, whole; ``version`` counts per path from 1.

    ``base`` is the version the agent had seen (0: none); ``token`` is the fencing token of its lock, null
    without locks; ``previous`` is the author of the version before, empty if there was none.
    """

    path: str
    agent: str
    turn: int
    version: int
    base: int
    content: str
    hash: str
    previous: str = ""
    token: int | None = None


class LockAcquired(Event, frozen=True, kw_only=True, tag="lock_acquired"):
    """``agent`` holds ``path``; ``token`` grows with every acquisition of the path."""

    path: str
    agent: str
    turn: int
    token: int


class LockDenied(Event, frozen=True, kw_only=True, tag="lock_denied"):
    """``agent`` asked for ``path``, which ``holder`` has held for ``age_seconds``."""

    path: str
    agent: str
    turn: int
    holder: str
    age_seconds: float


class LockReleased(Event, frozen=True, kw_only=True, tag="lock_released"):
    """``path`` is free again; ``forgotten``: the lock service lost it, and its holder does not know."""

    path: str
    agent: str
    token: int
    reason: Literal["barrier", "lease", "end", "forgotten", "left"]


# ---------------------------------------------------------------- tests


class TestsStarted(Event, frozen=True, kw_only=True, tag="tests_started"):
    """``agent`` tests the workspace as it stands (``tree`` is its hash). ``tasks`` empty: all of them.

    With ``drafts``, what is tested (and hashed) is the workspace with these drafts laid over it; such a run
    says nothing about the workspace itself.
    """

    __test__ = False  # not a test class, whatever pytest thinks of its name

    run: int
    agent: str
    turn: int
    tasks: tuple[str, ...]
    tree: str
    drafts: tuple[int, ...] = ()


class TestsFinished(Event, frozen=True, kw_only=True, tag="tests_finished"):
    """The verdict of test run ``run``: node ids that passed, and those expected that did not.

    ``wait_seconds`` is how long the run waited for a slot, ``seconds`` how long it took after that;
    ``exit_code`` is the runner's, where that is all that was recorded.
    """

    __test__ = False

    run: int
    agent: str
    turn: int
    verdict: Verdict
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    seconds: float
    wait_seconds: float = 0.0
    output: str = ""
    exit_code: int | None = None


# ---------------------------------------------------------------- drafts


class DraftOpened(Event, frozen=True, kw_only=True, tag="draft_opened"):
    """``agent`` gets a draft: a version of the files of ``task`` of its own, which nobody else sees.

    A ``backup`` stands in for the work of ``owner``, who had been at it for ``late_seconds`` where
    ``typical_seconds`` are usual; a ``version`` is one of several that have to agree.
    """

    draft: int
    task: str
    agent: str
    kind: Literal["backup", "version"]
    owner: str = ""
    late_seconds: float | None = None
    typical_seconds: float | None = None


class DraftEdited(Event, frozen=True, kw_only=True, tag="draft_edited"):
    """``agent`` wrote ``path`` in its draft, whole. ``base`` is the workspace's version it had been shown."""

    draft: int
    task: str
    agent: str
    turn: int
    path: str
    base: int
    content: str
    hash: str


class DraftSubmitted(Event, frozen=True, kw_only=True, tag="draft_submitted"):
    """The draft passed the tests of its task in test run ``run``; ``hash`` is of all its files together."""

    draft: int
    task: str
    agent: str
    turn: int
    run: int
    hash: str


class DraftAccepted(Event, frozen=True, kw_only=True, tag="draft_accepted"):
    """The draft becomes the files of its task, by the edits that follow, and completes it.

    ``run`` is the test run that it passed. ``agreeing`` are the drafts that agree on the tests, itself
    included, of which ``needed`` had to be; ``clones`` is how many of them are equal to another one.
    """

    draft: int
    task: str
    agent: str
    turn: int
    run: int
    needed: int = 1
    agreeing: tuple[int, ...] = ()
    clones: int = 0


class DraftEnded(Event, frozen=True, kw_only=True, tag="draft_ended"):
    """A copy of a task came to nothing. ``draft`` 0: it was the owner's own, in the workspace.

    ``lost``: ``winner`` completed the task first; ``agreed``: it was a vote for the version of ``winner``,
    which was taken; ``lease``: its agent was lost; ``left``: it left the team; ``failing``: its calls failed
    for a lease; ``changed``: the strategy was, in a fork. ``characters`` is what was written for it;
    ``cancelled`` the turn whose reply was not waited for (0: none), and whose tokens nobody reports.
    """

    draft: int
    task: str
    agent: str
    reason: Literal["lost", "agreed", "lease", "changed", "left", "failing"]
    winner: str = ""
    characters: int = 0
    cancelled: int = 0


# ---------------------------------------------------------------- talk


class MessageSent(Event, frozen=True, kw_only=True, tag="message_sent"):
    """Mail on its way. ``kind`` says who sends it; ``sender`` is an agent's or a person's name."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    text: str
    kind: Literal["message", "broadcast", "status_request", "synthesis", "operator"]
    turn: int = 0


class MessageDelivered(Event, frozen=True, kw_only=True, tag="message_delivered"):
    """``recipient`` will read message ``id`` in its next prompt. Counts as one message."""

    id: str
    recipient: str


class MessageRepeated(Event, frozen=True, kw_only=True, tag="message_repeated"):
    """Message ``id`` came to ``recipient`` once more; nobody is shown it twice."""

    id: str
    recipient: str


class MessageLost(Event, frozen=True, kw_only=True, tag="message_lost"):
    """Message ``id`` never reached ``recipient``."""

    id: str
    recipient: str
    reason: str


class InfoRequested(Event, frozen=True, kw_only=True, tag="info_requested"):
    """``agent`` asked to be shown a file or a task; it is in its next prompt."""

    agent: str
    turn: int
    action: Literal["read_file", "show_task"]
    object: str


class ActionRefused(Event, frozen=True, kw_only=True, tag="action_refused"):
    """An action of a reply had no effect. ``detail`` is the sentence the agent is told."""

    agent: str
    turn: int
    action: str
    object: str
    reason: Refusal
    detail: str
    holder: str = ""
    age_seconds: float | None = None


# ---------------------------------------------------------------- people and faults


class PauseRequested(Event, frozen=True, kw_only=True, tag="pause_requested"):
    """``author`` wants the team to stand still; calls in flight may still have to come back."""

    author: str
    why: str = ""


class Paused(Event, frozen=True, kw_only=True, tag="paused"):
    """The run's clock stands still from here."""


class Resumed(Event, frozen=True, kw_only=True, tag="resumed"):
    """The run goes on. ``step``: until the end of the round, then it pauses again."""

    author: str
    why: str = ""
    step: bool = False


class StopRequested(Event, frozen=True, kw_only=True, tag="stop_requested"):
    """``author`` ends the run; it can be resumed."""

    author: str
    why: str = ""


class FaultStarted(Event, frozen=True, kw_only=True, tag="fault_started"):
    """Fault ``id`` of ``kind`` disturbs ``targets`` from here. ``params`` are its numbers and words.

    ``until_seconds`` is the run-clock time at which it heals by itself, null if it waits to be healed;
    ``entry`` is the number of the plan's entry that it comes from (from 1), null if a person injected it.
    """

    id: int
    kind: str
    targets: tuple[str, ...]
    params: dict[str, float | str]
    author: str
    why: str = ""
    until_seconds: float | None = None
    entry: int | None = None


class FaultStopped(Event, frozen=True, kw_only=True, tag="fault_stopped"):
    """Fault ``id`` disturbs nobody any more."""

    id: int
    author: str
    why: str = ""


class AgentCrashed(Event, frozen=True, kw_only=True, tag="agent_crashed"):
    """``agent`` is down; its tasks and locks return to the team at ``lease_until`` (run-clock seconds)."""

    agent: str
    epoch: int
    lease_until: float
    why: str = ""


class AgentStalled(Event, frozen=True, kw_only=True, tag="agent_stalled"):
    """``agent`` went silent within a turn; its tasks and locks return to the team at ``lease_until``."""

    agent: str
    lease_until: float


class AgentRevived(Event, frozen=True, kw_only=True, tag="agent_revived"):
    """``agent`` is back: after a crash with a new ``epoch``, after a stall with the same.

    With its ``memory`` lost its conversation begins anew.
    """

    agent: str
    epoch: int
    memory: Literal["kept", "lost"] = "kept"


class LeadLost(Event, frozen=True, kw_only=True, tag="lead_lost"):
    """The lead ``agent`` is lost, and the declared ``policy`` takes effect.

    ``self-claim``: developers claim for themselves until it is back. ``promote``: the developer ``heir`` is
    the lead from here on, and ``agent`` a developer. ``why``: why it is not the policy that was asked for.
    """

    agent: str
    policy: Literal["self-claim", "promote"]
    heir: str = ""
    why: str = ""

    def on(self, start: RunStarted) -> RunStarted:
        """What the run is from here on: as before, but for the roles of the two."""
        roles: dict[str, Role] = {self.agent: "developer", self.heir: "lead"} if self.heir else {}
        team = tuple(
            msgspec.structs.replace(spec, role=roles.get(spec.name, spec.role)) for spec in start.team
        )
        return msgspec.structs.replace(start, team=team)


# ---------------------------------------------------------------- teams and graphs that change


class AgentJoined(Event, frozen=True, kw_only=True, tag="agent_joined"):
    """``author`` took ``agent`` into the team; it begins with the next round.

    One that was of the team before comes back as a stranger: with a new ``epoch`` and no memory.
    """

    agent: str
    role: Role
    model: str
    epoch: int
    author: str
    why: str = ""

    @property
    def spec(self) -> AgentSpec:
        """The new member."""
        return AgentSpec(name=self.agent, role=self.role, model=self.model)

    def on(self, start: RunStarted) -> RunStarted:
        """What the run is from here on: as before, but for the new member."""
        return msgspec.structs.replace(start, team=(*start.team, self.spec))


class AgentLeft(Event, frozen=True, kw_only=True, tag="agent_left"):
    """``author`` took ``agent`` out of the team at once. ``epoch`` is the one that ends.

    What is open of it is closed by the events that follow: its turn is cut, its locks and tasks are free.
    """

    agent: str
    epoch: int
    author: str
    why: str = ""

    def on(self, start: RunStarted) -> RunStarted:
        """What the run is from here on: as before, without the one who left."""
        return msgspec.structs.replace(
            start, team=tuple(spec for spec in start.team if spec.name != self.agent)
        )


class TaskAdded(Event, frozen=True, kw_only=True, tag="task_added"):
    """``author`` put a task on the board; ``turn`` is that of the lead who did, 0 for a person."""

    spec: TaskSpec
    author: str
    turn: int = 0


class DependencyAdded(Event, frozen=True, kw_only=True, tag="dependency_added"):
    """From here on ``task`` waits for ``dependency``, too. ``author`` and ``turn`` as in ``TaskAdded``."""

    task: str
    dependency: str
    author: str
    turn: int = 0


class ControlRefused(Event, frozen=True, kw_only=True, tag="control_refused"):
    """A command of ``author`` could not be carried out.

    ``entry`` is the number of an entry of the fault plan (from 1) whose moment passed so, null otherwise.
    """

    author: str
    command: str
    detail: str
    entry: int | None = None


AnyEvent: TypeAlias = (
    RunStarted
    | RoundStarted
    | RoundEnded
    | RunResumed
    | TeamChanged
    | RunEnded
    | RunVerified
    | TurnStarted
    | CallFailed
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
    | InfoRequested
    | ActionRefused
    | PauseRequested
    | Paused
    | Resumed
    | StopRequested
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
