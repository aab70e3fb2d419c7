"""A journal prepared for checking: turns as spans, edits per path, test runs per task, losses, locks.

One pass over the events, O(n log n) with its look-ups. Nothing here judges: what is wrong in a journal is
kept as it came, so that a checker can find it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Any

from engine.analysis.consistency.boardsteps import BoardFold, Holding, Step, holdings
from engine.analysis.consistency.posts import Post, post_of
from engine.analysis.consistency.spans import OPEN, FaultSpan, LockHold, Loss, Turn, actor
from engine.analysis.consistency.testruns import Judgement, TestRun, TestRuns
from engine.record import events as ev
from engine.record.shape import Shape


class History:
    """The index. ``start`` is null if the journal does not begin with the start of a run.

    ``tasks`` and ``team`` are all that there ever were; ``growth`` is how the graph came to be another than
    at the start, ``left`` the seqs at which an agent left the team.
    """

    def __init__(self, events: Iterable[ev.Event]) -> None:
        self.events: tuple[ev.Event, ...] = tuple(events)
        first = self.events[0] if self.events else None
        self.start = first if isinstance(first, ev.RunStarted) else None
        self.shape = Shape((self.start,) if self.start else ())
        self.tasks: dict[str, ev.TaskSpec] = self.shape.tasks
        self.team: dict[str, None] = dict.fromkeys(self.shape.team)
        self.growth: list[ev.TaskAdded | ev.DependencyAdded] = []
        self._came: dict[tuple[str, str], int] = {}
        self.left: dict[str, list[int]] = {}
        self.turns: list[Turn] = []
        self.turn_of: dict[int, Turn] = {}
        self.edits: list[ev.FileEdited] = []
        self.edits_of: dict[str, list[ev.FileEdited]] = {}
        self.refused: list[ev.ActionRefused] = []
        self.denied: list[ev.LockDenied] = []
        self.losses: list[Loss] = []
        self.holds: list[LockHold] = []
        self.freed_early: dict[str, list[int]] = {}
        self.faults: list[FaultSpan] = []
        self.ended: ev.RunEnded | None = None
        self.verified: ev.RunVerified | None = None
        self.tests = TestRuns(self.tasks.values())
        self.tasks_of: dict[str, list[str]] = {}
        for task in self.tasks.values():
            self._note(task)
        self._board = BoardFold(self.tasks)
        self._lost: dict[str, Loss] = {}
        self._held: dict[tuple[str, int], LockHold] = {}
        self._active: dict[int, FaultSpan] = {}
        handlers = self._table()
        for event in self.events:
            if (handler := handlers.get(type(event))) is not None:
                handler(event)
            self._board.apply(event)
            self._act(event)
        self._edit_seqs = {path: [edit.seq for edit in edits] for path, edits in self.edits_of.items()}
        self._closures: dict[str, tuple[str, ...]] = {}

    # ------------------------------------------------------------ building

    def _table(self) -> dict[type[ev.Event], Callable[[Any], None]]:
        return {
            ev.TurnStarted: self._turn_started,
            ev.Replied: self._replied,
            ev.TurnEnded: self._turn_ended,
            ev.FileEdited: self._file_edited,
            ev.TestsStarted: self.tests.started,
            ev.TestsFinished: self.tests.finished,
            ev.DraftEdited: self.tests.draft_edited,
            ev.DraftAccepted: self.tests.draft_accepted,
            ev.ActionRefused: self.refused.append,
            ev.LockDenied: self.denied.append,
            ev.LockAcquired: self._lock_acquired,
            ev.LockReleased: self._lock_released,
            ev.AgentCrashed: self._lost_agent,
            ev.AgentStalled: self._lost_agent,
            ev.AgentRevived: self._back,
            ev.FaultStarted: self._fault_started,
            ev.FaultStopped: self._fault_stopped,
            ev.TeamChanged: self._team_changed,
            ev.RunEnded: self._run_ended,
            ev.RunVerified: self._run_verified,
            ev.RunResumed: self._run_resumed,
            ev.AgentJoined: self._joined,
            ev.AgentLeft: self._left,
            ev.TaskAdded: self._task_added,
            ev.DependencyAdded: self._dependency_added,
        }

    def _note(self, task: ev.TaskSpec) -> None:
        for path in task.files:
            self.tasks_of.setdefault(path, []).append(task.id)

    def _joined(self, event: ev.AgentJoined) -> None:
        self.shape.apply(event)
        self.team[event.agent] = None

    def _left(self, event: ev.AgentLeft) -> None:
        self.shape.apply(event)
        self._back(event)
        self.left.setdefault(event.agent, []).append(event.seq)

    def _task_added(self, event: ev.TaskAdded) -> None:
        self.growth.append(event)
        if event.spec.id not in self.tasks:
            self._came[event.spec.id, ""] = event.seq
            self.shape.apply(event)
            self._note(event.spec)
            self._board.lay(event.spec)
            self.tests.cover(event.spec)

    def _dependency_added(self, event: ev.DependencyAdded) -> None:
        self.growth.append(event)
        if event.dependency not in self.dependencies(event.task):
            self._came[event.task, event.dependency] = event.seq
        self.shape.apply(event)

    def _act(self, event: ev.Event) -> None:
        who = actor(event)
        if who is not None and (turn := self.turn_of.get(who[1])) is not None:
            turn.acts.append(event)

    def _turn_started(self, event: ev.TurnStarted) -> None:
        turn = Turn(event)
        self.turns.append(turn)
        self.turn_of.setdefault(event.turn, turn)

    def _replied(self, event: ev.Replied) -> None:
        turn = self.turn_of.get(event.turn)
        if turn is not None and turn.replied is None:
            turn.replied = event.seq

    def _turn_ended(self, event: ev.TurnEnded) -> None:
        turn = self.turn_of.get(event.turn)
        if turn is not None and turn.end == OPEN:
            turn.end, turn.outcome = event.seq, event.outcome

    def _file_edited(self, event: ev.FileEdited) -> None:
        self.edits.append(event)
        self.edits_of.setdefault(event.path, []).append(event)

    def _lock_acquired(self, event: ev.LockAcquired) -> None:
        hold = LockHold(event)
        self.holds.append(hold)
        self._held[event.path, event.token] = hold

    def _lock_released(self, event: ev.LockReleased) -> None:
        if (held := self._held.pop((event.path, event.token), None)) is not None:
            held.until, held.until_ts = event.seq, event.ts
        if event.reason in ("lease", "left", "forgotten"):  # before the turns that it guarded had ended
            self.freed_early.setdefault(event.path, []).append(event.seq)

    def _lost_agent(self, event: ev.AgentCrashed | ev.AgentStalled) -> None:
        self._back(event)
        loss = self._lost[event.agent] = Loss(event)
        self.losses.append(loss)

    def _fault_started(self, event: ev.FaultStarted) -> None:
        span = self._active[event.id] = FaultSpan(event)
        self.faults.append(span)

    def _fault_stopped(self, event: ev.FaultStopped) -> None:
        if (active := self._active.pop(event.id, None)) is not None:
            active.until = event.seq

    def _team_changed(self, event: ev.TeamChanged) -> None:
        self.shape.apply(event)
        self.team |= dict.fromkeys(self.shape.team)

    def _run_ended(self, event: ev.RunEnded) -> None:
        self.ended = event

    def _run_verified(self, event: ev.RunVerified) -> None:
        self.verified = event

    def _run_resumed(self, event: ev.RunResumed) -> None:
        self.ended = self.verified = None  # what stands before it is no end

    def _back(self, event: ev.AgentCrashed | ev.AgentStalled | ev.AgentRevived | ev.AgentLeft) -> None:
        if (loss := self._lost.pop(event.agent, None)) is not None:
            loss.until, loss.until_ts = event.seq, event.ts

    def gone(self, agent: str, since: int, until: int) -> bool:
        """Whether the agent left the team after event ``since`` and before event ``until``."""
        return any(since < seq < until for seq in self.left.get(agent, ()))

    # ------------------------------------------------------------ the board

    @property
    def steps(self) -> list[Step]:
        """Every change of the board, in order."""
        return self._board.steps

    @property
    def done_at(self) -> dict[str, ev.TaskCompleted]:
        """The first completion of each task that is done."""
        return self._board.done_at

    @property
    def open_tasks(self) -> list[str]:
        """Tasks that are not done after the last event."""
        return [task for task in self.tasks if task not in self.done_at]

    def dependencies(self, task: str, seq: int = OPEN) -> tuple[str, ...]:
        """What ``task`` waited for just before event ``seq``, done or not; nothing if it was not there."""
        spec = self.tasks.get(task)
        if spec is None or self._came.get((task, ""), 0) >= seq:
            return ()
        if not self._came:
            return spec.dependencies
        return tuple(each for each in spec.dependencies if self._came.get((task, each), 0) < seq)

    @cached_property
    def holdings(self) -> list[Holding]:
        """Who owned which task from when to when."""
        return holdings(self.steps)

    # ------------------------------------------------------------ files and tests

    def file_at(self, path: str, seq: int) -> ev.FileEdited | None:
        """The edit that made ``path`` what it was just before event ``seq``; null if there was none."""
        place = bisect_left(self._edit_seqs.get(path, ()), seq)
        return self.edits_of[path][place - 1] if place else None

    def unchanged(self, paths: Iterable[str], since: int, until: int) -> bool:
        """Whether the files have the same contents just before the events ``since`` and ``until``."""
        return all(self._hash(path, since) == self._hash(path, until) for path in paths)

    def stood(self, judged: Judgement, paths: Iterable[str], until: int) -> bool:
        """Whether the files were tested as they are just before the event ``until``."""
        over = judged.over or {}
        return all(
            (over.get(path) or self._hash(path, judged.began)) == self._hash(path, until) for path in paths
        )

    def _hash(self, path: str, seq: int) -> str:
        edit = self.file_at(path, seq)
        return edit.hash if edit is not None else ""

    def closure(self, task: str) -> tuple[str, ...]:
        """The files of ``task`` and of all that it builds on, near or far."""
        known = self._closures.get(task)
        if known is None:
            seen: dict[str, None] = {task: None}
            for each in (order := [task]):
                for dependency in self.tasks[each].dependencies:
                    if dependency in self.tasks and dependency not in seen:
                        seen[dependency] = None
                        order.append(dependency)
            paths = dict.fromkeys(path for each in seen for path in self.tasks[each].files)
            known = self._closures[task] = tuple(paths)
        return known

    def judgements(self, task: str) -> list[Judgement]:
        """What finished test runs said of ``task``, in the order in which they finished."""
        return self.tests.of.get(task, [])

    @property
    def runs(self) -> list[TestRun]:
        """All test runs, in the order in which they started."""
        return self.tests.all

    @cached_property
    def post(self) -> Post:
        """What the journal says of messages."""
        return post_of(self.events)

    # ------------------------------------------------------------ spans

    def span(self, event: ev.FileEdited | ev.ActionRefused) -> tuple[int, int]:
        """First and last seq of the turn in which ``event`` happened; its own if that turn is unknown."""
        turn = self.turn_of.get(event.turn)
        return (turn.start, turn.end) if turn is not None else (event.seq, event.seq)

    def faulty(self, since: int, until: int, *agents: str, kinds: Collection[str] = ()) -> bool:
        """Whether a fault (of one of ``kinds``, if there are any) disturbed one of ``agents`` meanwhile."""
        return any(
            span.event.seq <= until
            and since < span.until
            and (not kinds or span.event.kind in kinds)
            and not set(agents).isdisjoint(span.event.targets)
            for span in self.faults
        )

    @property
    def last_ts(self) -> float:
        """Run-clock seconds at which the team stopped, or of the last event."""
        if self.ended is not None:
            return self.ended.ts
        return self.events[-1].ts if self.events else 0.0

    @cached_property
    def slack(self) -> float:
        """Run-clock seconds by which a timer may be late.

        Virtual timers are exact (one tick of rounding); others wait for a busy loop, up to a real second.
        """
        speeds = [
            event.speed
            for event in self.events
            if isinstance(event, ev.RunStarted | ev.RunResumed) and event.clock != "virtual"
        ]
        return max((1.0, *speeds)) if speeds else 0.001
