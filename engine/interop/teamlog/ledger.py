"""Who and what a team log has named so far, and the turns and rounds in which it acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from engine.interop.teamlog import lines as log
from engine.record import events as ev


@dataclass(slots=True)
class Turn:
    """An open turn. One that is not ``explicit`` was made up for an act and ends with it."""

    number: int
    began: float
    explicit: bool
    replied: bool = False
    effects: int = 0


@dataclass(slots=True)
class Member:
    """An agent; ``tests`` is the run of tests that it waits for, and when that began."""

    epoch: int = 1
    down: bool = False
    gone: bool = False
    turn: Turn | None = None
    tests: tuple[int, float] | None = None


@dataclass(slots=True)
class Work:
    """A task on the board."""

    spec: ev.TaskSpec
    owner: str = ""
    done: bool = False
    token: int = 0

    def give(self, agent: str) -> None:
        """Make it the agent's own (nobody's: empty)."""
        if self.owner != agent:
            self.owner, self.token = agent, self.token + 1


@dataclass(slots=True)
class File:
    """A path: its last version and author, its lock's holder since when."""

    version: int = 0
    author: str = ""
    holder: str = ""
    since: float = 0.0
    token: int = 0


@dataclass(slots=True)
class Ledger:
    """What has been named, and the events that came of it (``ready``)."""

    source: str
    members: dict[str, Member] = field(default_factory=dict)
    tasks: dict[str, Work] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    ready: list[ev.Event] = field(default_factory=list)
    seq: int = 0
    now: float = 0.0
    round: int = 0
    open: bool = False
    turns: int = 0
    runs: int = 0
    messages: int = 0

    def emit(self, event: ev.Event) -> None:
        """Add an event, with its number, time and round."""
        self.seq += 1
        self.ready.append(replace(event, seq=self.seq, ts=self.now, round=self.round))

    def begin_with(self, team: Iterable[str], specs: Iterable[ev.TaskSpec]) -> None:
        """The team and the tasks that the run begins with."""
        self.members.update((name, Member()) for name in team)
        self.tasks.update((spec.id, Work(spec)) for spec in specs)

    # ------------------------------------------------------------ rounds

    def begin_round(self) -> None:
        """Open the next round for all that are there."""
        self.round, self.open = self.round + 1, True
        here = (name for name, member in self.members.items() if not (member.down or member.gone))
        self.emit(ev.RoundStarted(agents=tuple(here)))

    def end_round(self) -> None:
        """Close all turns, and the round if one is open."""
        for name in self.members:
            self.end_turn(name)
        if self.open:
            self.emit(ev.RoundEnded())
        self.open = False

    # ------------------------------------------------------------ agents

    def member(self, name: str) -> Member:
        """The agent, who acts: if new it joins, if gone it comes back, if down it is up again."""
        member = self.members.get(name)
        if member is None or member.gone:
            return self.join(name, "developer", "")
        if member.down:
            member.down, member.epoch = False, member.epoch + 1
            self.emit(ev.AgentRevived(agent=name, epoch=member.epoch))
        return member

    def join(self, name: str, role: ev.Role, model: str) -> Member:
        """Take the agent into the team."""
        before = self.members.get(name)
        member = self.members[name] = Member(before.epoch + 1 if before else 1)
        self.emit(
            ev.AgentJoined(agent=name, role=role, model=model or "unknown", epoch=member.epoch, author="")
        )
        return member

    # ------------------------------------------------------------ turns

    def begin(self, name: str, *, explicit: bool) -> Turn:
        """Begin a turn of the agent; the one before ends."""
        member = self.member(name)
        self.end_turn(name)
        if not self.open:
            self.begin_round()
        self.turns += 1
        member.turn = Turn(self.turns, self.now, explicit)
        self.emit(
            ev.TurnStarted(turn=self.turns, agent=name, epoch=member.epoch, seen=ev.Seen(board=0), request="")
        )
        return member.turn

    def acting(self, name: str) -> Turn:
        """The turn in which the agent acts; outside of one, a turn for this act alone."""
        return self.member(name).turn or self.begin(name, explicit=False)

    def acted(self, name: str, effects: int = 0) -> None:
        """The act is over, and so is a turn that was made up for it, but while tests run."""
        member = self.members[name]
        if member.turn is not None:
            member.turn.effects += effects
            if not member.turn.explicit and member.tests is None:
                self.end_turn(name)

    def end_turn(self, name: str) -> None:
        """End the agent's turn, if one is open; of tests that still run no more will be heard."""
        member = self.members[name]
        turn, member.turn, member.tests = member.turn, None, None
        if turn is None:
            return
        outcome = "left" if member.gone else "crashed" if member.down else "replied"
        ended = ev.TurnEnded(turn=turn.number, agent=name, outcome="replied", effects=turn.effects)
        self.emit(replace(ended, outcome=outcome))

    # ------------------------------------------------------------ tasks

    def task(self, number: str) -> Work:
        """The task; one that nobody added comes to the board."""
        if number not in self.tasks:
            self.add(ev.TaskSpec(id=number, name=number, title="", description="", files=()), "")
        return self.tasks[number]

    def add(self, spec: ev.TaskSpec, author: str) -> None:
        """Put a task on the board."""
        self.tasks[spec.id] = Work(spec)
        self.emit(ev.TaskAdded(spec=spec, author=author or self.source))

    def depend(self, task: str, dependency: str, author: str) -> None:
        """Have a task wait for another, unless it does already or the other waits for it."""
        waiting, other = self.task(task), self.task(dependency)
        if dependency in waiting.spec.dependencies or self.waits(dependency, task):
            return
        waiting.spec = replace(waiting.spec, dependencies=(*waiting.spec.dependencies, other.spec.id))
        self.emit(ev.DependencyAdded(task=task, dependency=dependency, author=author or self.source))

    def waits(self, task: str, other: str) -> bool:
        """Whether ``task`` is ``other``, or waits for it over any number of steps."""
        seen, stack = set[str](), [task]
        while stack:
            each = stack.pop()
            if each == other:
                return True
            if each not in seen and each in self.tasks:
                seen.add(each)
                stack += self.tasks[each].spec.dependencies
        return False

    def release(self, work: Work, *, left: bool = False) -> None:
        """Make a task nobody's."""
        reason = "left" if left else "released"
        event = ev.TaskReleased(task=work.spec.id, agent=work.owner, reason="released")
        self.emit(replace(event, reason=reason))
        work.give("")

    @property
    def complete(self) -> bool:
        """Whether there are tasks, all of them done."""
        return bool(self.tasks) and all(work.done for work in self.tasks.values())


def spec_of(task: log.Task | log.TaskAdded, dependencies: tuple[str, ...]) -> ev.TaskSpec:
    """A task of a log as one of ours."""
    return ev.TaskSpec(
        id=task.id,
        name=task.name or task.id,
        title=task.title,
        description=task.description,
        files=task.files,
        dependencies=dependencies,
        tests=task.tests,
    )
