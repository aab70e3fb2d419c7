"""Makes the journal of a run from the lines of a team log, one at a time, so that it can follow a live team.

What the lines leave out is made up only where a journal has to have it, and then in the way that claims
least: an agent or a task that nobody introduced comes with the line that names it first; an act outside of a
turn is a turn of its own that took no time; without rounds all is one round, and the journal says that
rounds were not recorded. Who holds what, and who read what, is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.interop.teamlog import lines as log
from engine.interop.teamlog.acts import ACTS
from engine.interop.teamlog.ledger import Ledger, spec_of
from engine.interop.teamlog.tally import Misfit
from engine.record import events as ev
from engine.record.shape import longest_chain

AGENTS_MAX = 1_000
TASKS_MAX = 10_000
"""What a log may bring along; a line that names more does not fit."""

ALWAYS: tuple[ev.Gap, ...] = ("prompts", "settings")
"""What no team log records."""

BLOCKED: tuple[ev.Gap, ...] = ("blocked",)
"""What goes with refusals, which a log records as a whole or not."""


class Assembler:
    """Takes lines with ``take`` and has the events they make in ``drain``, in order, ready to be written.

    ``source`` names the form that the lines came from; ``lacks`` holds if the log does not say itself;
    ``name`` is what the run is called if it does not say. ``zero`` is the time of the first line, in seconds
    since 1970 where the log's clock is that; null before it.
    """

    def __init__(self, source: str, lacks: Iterable[log.Topic] = log.TOPICS, *, name: str = "") -> None:
        self.source = source
        self.lacks = tuple(lacks)
        self.name = name
        self.zero: float | None = None
        self.ended = False
        self._ledger = Ledger(source)

    @property
    def seconds(self) -> float:
        """The run's clock: seconds since the first line."""
        return self._ledger.now

    @property
    def complete(self) -> bool:
        """Whether there are tasks, all of them done."""
        return self._ledger.complete

    @property
    def tasks(self) -> int:
        """Tasks on the board."""
        return len(self._ledger.tasks)

    def take(self, line: log.AnyLine, read_at: float | None = None) -> None:
        """Take a line; ``read_at`` is its time if it has none. Raises ``Misfit``, having changed nothing."""
        ledger = self._ledger
        if self.ended:
            raise Misfit("it comes after run_ended")
        moment = read_at if line.ts is None else _moment(line.ts)
        self._fits(line)
        if moment is not None:
            if self.zero is None:
                self.zero = moment
            ledger.now = max(ledger.now, round(moment - self.zero, 6))
        if not ledger.seq:
            self._start(line if isinstance(line, log.RunStarted) else log.RunStarted())
        if isinstance(line, log.RunEnded):
            self._end(line)
        elif not isinstance(line, log.RunStarted):
            ACTS[type(line)](ledger, line)

    def drain(self) -> list[ev.Event]:
        """The events since the last call."""
        ready, self._ledger.ready = self._ledger.ready, []
        return ready

    def close(self, detail: str) -> None:
        """End a run whose log stopped without saying how; a log without a line makes no run."""
        if self._ledger.seq and not self.ended:
            self._end(log.RunEnded(detail=detail))

    # ------------------------------------------------------------ what must fit

    def _fits(self, line: log.AnyLine) -> None:
        ledger = self._ledger
        if isinstance(line, log.RunStarted):
            if ledger.seq:
                raise Misfit("it starts the run again, and only the first line can")
            _sound(line)
            return
        names = {getattr(line, "agent", ""), "" if _by_person(line) else getattr(line, "sender", "")}
        if len(ledger.members) + len(names - {"", *ledger.members}) > AGENTS_MAX:
            raise Misfit(f"it names more than {AGENTS_MAX:,} agents")
        tasks = {getattr(line, "task", ""), getattr(line, "dependency", ""), *getattr(line, "tasks", ())}
        if isinstance(line, log.TaskAdded):
            tasks |= {line.id, *line.dependencies}
            if line.id in ledger.tasks:
                raise Misfit(f"task {line.id!r} is on the board already")
        if len(ledger.tasks) + len(tasks - {"", *ledger.tasks}) > TASKS_MAX:
            raise Misfit(f"it names more than {TASKS_MAX:,} tasks")
        if isinstance(line, log.DependencyAdded) and ledger.waits(line.dependency, line.task):
            raise Misfit(f"task {line.task!r} would wait for itself")

    # ------------------------------------------------------------ the run

    def _start(self, line: log.RunStarted) -> None:
        ledger = self._ledger
        lacks = self.lacks if line.records is None else [t for t in log.TOPICS if t not in line.records]
        specs = tuple(spec_of(task, task.dependencies) for task in line.tasks)
        if any(spec.dependencies for spec in specs):  # whatever it says that it records
            lacks = [topic for topic in lacks if topic != "dependencies"]
        chain = longest_chain({spec.id: spec.dependencies for spec in specs})
        team = tuple(
            ev.AgentSpec(name=agent.name, role=agent.role, model=agent.model or "unknown")
            for agent in line.team
        )
        ledger.emit(
            ev.RunStarted(
                suite=line.name or self.name or self.source,
                structure="",
                suite_hash=f"{self.source}:",
                brief="",
                p=1 - chain / len(specs) if specs else 0.0,
                tasks=specs,
                files=(),
                team=team,
                strategy=line.strategy or "unknown",
                seed=0,
                locks="none" if "locks" in lacks else "pessimistic",
                completion="reported",
                tests="real",
                clock="wall",
                speed=1.0,
                max_rounds=0,
                lease_seconds=0.0,
                template=0,
                barrier="none" if "rounds" in lacks else "round",
                source=self.source,
                gaps=(*ALWAYS, *lacks, *(BLOCKED if "refusals" in lacks else ())),
            )
        )
        ledger.begin_with([spec.name for spec in team], specs)

    def _end(self, line: log.RunEnded) -> None:
        ledger = self._ledger
        ledger.end_round()
        outcome = line.outcome or ("completed" if ledger.complete else "unknown")
        ledger.emit(ev.RunEnded(outcome=outcome, wall_seconds=ledger.now, detail=line.detail))
        self.ended = True


def _by_person(line: log.AnyLine) -> bool:
    return isinstance(line, log.MessageSent) and line.operator


def _sound(line: log.RunStarted) -> None:
    """Whether the team and the graph of the first line can be."""
    if line.version > log.VERSION:
        raise Misfit(f"it is of version {line.version}, newer than {log.VERSION}; update teamtop")
    for what, names in (
        ("agent", [agent.name for agent in line.team]),
        ("task", [task.id for task in line.tasks]),
    ):
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise Misfit(f"it names {what} {twice!r} twice")
    graph = {task.id: task.dependencies for task in line.tasks}
    for task, dependencies in graph.items():
        if unknown := [each for each in dependencies if each not in graph]:
            raise Misfit(f"task {task!r} waits for {unknown[0]!r}, which is no task")
    if cycle := _cycle(graph):
        raise Misfit(f"task {cycle!r} waits for itself")


def _cycle(graph: dict[str, tuple[str, ...]]) -> str:
    """A task that waits for itself over some steps; empty if there is none."""
    waits = {task: len(set(needs)) for task, needs in graph.items()}
    dependents: dict[str, list[str]] = {task: [] for task in graph}
    for task, needs in graph.items():
        for each in set(needs):
            dependents[each].append(task)
    free = [task for task, count in waits.items() if not count]
    while free:
        for task in dependents[free.pop()]:
            waits[task] -= 1
            if not waits[task]:
                free.append(task)
    return next((task for task, count in waits.items() if count), "")


def _moment(ts: float | str) -> float:
    if isinstance(ts, str):
        try:
            return datetime.fromisoformat(ts).timestamp()
        except (ValueError, OverflowError, OSError):
            raise Misfit(f"its ts is no time: {ts!r}") from None
    if not abs(ts) < 1e12:
        raise Misfit(f"its ts is no time in seconds: {ts!r}")
    return ts
