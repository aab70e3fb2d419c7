"""A team whose models follow a script, played in virtual time and in memory: a few milliseconds per run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from engine import control
from engine.faults.plan import parse
from engine.models.base import Hear, Message, Model, Reply, unheard
from engine.record import events as ev
from engine.record.codec import BadRecord, decode
from engine.record.state import RunState
from engine.record.writer import MemoryStore, Store
from engine.run import Outcome, Run, Seams
from engine.strategies import STRATEGIES
from engine.team.prompts import TEMPLATE
from engine.world import virtualloop
from engine.world import workspace as world
from engine.world.clock import Clock, ClockKind
from engine.world.locks import Locks, NoLockFiles
from engine.world.testrunner import TestReport, TestRequest

RIGHT = "right\n"
"""The content with which a file passes the tests of ``FakeTests``."""

E = TypeVar("E", bound=ev.Event)


@dataclass(frozen=True, slots=True)
class Say:
    """The answer to one call: ``text`` after ``seconds``, or ``error`` after them."""

    text: str = ""
    seconds: float = 1.0
    error: BaseException | None = None
    finish: str = "stop"
    tokens: tuple[int | None, int | None] = (100, 10)


IDLE = Say("Nothing to do.")
"""What an agent says when its script is over."""

Answer: TypeAlias = str | Say
Script: TypeAlias = Mapping[str, Sequence[Answer]]
Brain: TypeAlias = Callable[[str, int, Sequence[Message]], Answer]
"""Answers call number n (from 1) of an agent."""


class ScriptedModel:
    """Says what the script has for the agent's next call; keeps what it was asked."""

    def __init__(self, agent: str, brain: Brain, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.name = "scripted/test"
        self.real = False
        self.asked: list[list[tuple[str, str]]] = []
        self._agent = agent
        self._brain = brain
        self._sleep = sleep

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        self.asked.append([(message.role, message.text) for message in messages])
        said = self._brain(self._agent, len(self.asked), messages)
        if isinstance(said, str):
            said = Say(said)
        await self._sleep(said.seconds)
        if said.error is not None:
            raise said.error
        return Reply(said.text, *said.tokens, finish_reason=said.finish)


class FakeTests:
    """A node ``test_add.py::…`` passes if ``add.py`` is ``RIGHT``. Keeps what it was asked."""

    def __init__(self, *, external: bool = False) -> None:
        self.external = external
        self.requests: list[TestRequest] = []
        self.closed = False

    async def run(self, request: TestRequest) -> TestReport:
        self.requests.append(request)
        passed = tuple(node for node in request.expected if self.passes(node, request.files))
        failed = tuple(node for node in request.expected if node not in passed)
        output = "\n".join(f"FAILED {node}" for node in failed)
        return TestReport("failed" if failed else "passed", passed, failed, 0.0, output=output)

    def passes(self, node: str, files: Mapping[str, str]) -> bool:
        return files.get(node.partition("::")[0].removeprefix("test_")) == RIGHT

    async def close(self) -> None:
        self.closed = True


def graph(*names: str, **after: str) -> tuple[ev.TaskSpec, ...]:
    """Tasks "1", "2", … of these names; ``b="a"`` makes b depend on a (several: ``"a c"``)."""
    ids = {name: str(number) for number, name in enumerate(names, 1)}
    return tuple(
        ev.TaskSpec(
            id=ids[name],
            name=name,
            title=f"Build {name}",
            description=f"Write {name}.\nIt does what it should.",
            files=(f"{name}.py",),
            dependencies=tuple(ids[other] for other in after.get(name, "").split()),
            tests=(f"test_{name}.py::test_it",),
        )
        for name in names
    )


def started(
    tasks: Sequence[ev.TaskSpec] | None = None,
    *,
    agents: int = 2,
    strategy: str = "decentralized",
    **settings: Any,
) -> ev.RunStarted:
    """A first event for ``agents`` developers, and a lead where the strategy has one."""
    lead = ("Lead",) if STRATEGIES[strategy].has_lead else ()
    developers = [f"Dev{number}" for number in range(1, agents + 1)]
    team = tuple(ev.AgentSpec(name=name, role="lead", model="scripted/test") for name in lead) + tuple(
        ev.AgentSpec(name=name, model="scripted/test") for name in developers
    )
    chosen: dict[str, Any] = {
        "suite": "handmade",
        "structure": "mixed",
        "suite_hash": "5eed",
        "brief": "Build it.\nTogether.",
        "p": 0.5,
        "tasks": tuple(tasks) if tasks is not None else graph("add", "sub"),
        "files": (),
        "team": team,
        "strategy": strategy,
        "seed": 0,
        "locks": "pessimistic",
        "completion": "reported",
        "tests": "simulated",
        "clock": "virtual",
        "speed": 0.0,
        "max_rounds": 8,
        "lease_seconds": 30.0,
        "template": TEMPLATE,
    }
    return ev.RunStarted(**chosen | settings)


class Steering:
    """What a person at the controls of a run can do; times are the loop's, which no pause stops."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.seen: list[ev.Event] = []
        self.answers: list[control.Answer] = []
        self._news = asyncio.Event()
        run.bus.listen(self._heard)

    def _heard(self, event: ev.Event) -> None:
        self.seen.append(event)
        self._news.set()

    async def do(self, command: control.AnyCommand) -> control.Answer:
        answer = await self.run.handle(command)
        self.answers.append(answer)
        return answer

    async def until(self, kind: type[E], count: int = 1) -> E:
        """Wait for the ``count``-th event of this kind."""
        while True:
            found = [event for event in self.seen if isinstance(event, kind)]
            if len(found) >= count:
                return found[count - 1]
            self._news.clear()
            await self._news.wait()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


Steer: TypeAlias = Callable[[Steering], Awaitable[None]]


@dataclass(slots=True)
class Played:
    """A run that is over."""

    events: list[ev.AnyEvent]
    data: bytes
    outcome: Outcome | None
    error: Exception | None
    state: RunState
    asked: dict[str, list[list[tuple[str, str]]]]
    folder: dict[str, str]
    tests: FakeTests
    answers: list[control.Answer] = field(default_factory=list)
    loop_seconds: float = 0.0

    def of(self, kind: type[E], **fields: object) -> list[E]:
        """The events of a kind whose fields have these values."""
        found = [event for event in self.events if isinstance(event, kind)]
        return [event for event in found if all(getattr(event, k) == v for k, v in fields.items())]

    def one(self, kind: type[E], **fields: object) -> E:
        """The only such event."""
        found = self.of(kind, **fields)
        assert len(found) == 1, f"{len(found)} of {kind.__name__} with {fields}"
        return found[0]

    def prompt(self, agent: str, call: int) -> str:
        """The last message of the agent's call (from 1)."""
        return self.asked[agent][call - 1][-1][1]

    def section(self, agent: str, call: int, heading: str) -> str:
        """The section of that prompt that begins with ``## heading``; empty if there is none."""
        parts = self.prompt(agent, call).split("\n## ")
        return next((part for part in parts if part.startswith(heading)), "")


def play(
    script: Script | Brain | None = None,
    tasks: Sequence[ev.TaskSpec] | None = None,
    *,
    plan: str = "",
    steer: Steer | None = None,
    store: Store | None = None,
    tests: FakeTests | None = None,
    folder: world.MemoryStore | None = None,
    attended: bool = False,
    files: Mapping[str, str] | None = None,
    start_files: Mapping[str, str] | None = None,
    suite_tests: tuple[str, ...] = (),
    loop_seed: int = 0,
    kind: ClockKind = "virtual",
    model: Callable[[ScriptedModel], Model] = lambda scripted: scripted,
    **settings: Any,
) -> Played:
    """Play a run whose agents follow ``script`` to its end, and say what became of it.

    ``settings`` are those of ``started``; ``kind`` is how the clock behaves, on the virtual loop in any case.
    ``steer`` runs beside it. An exception of the run that a person
    would see is in ``error``.
    """
    files, start_files = files or {}, start_files or {}
    there = {**files, **start_files}.items()
    start = started(tasks, files=tuple(ev.FileSpec(path=p, content=text) for p, text in there), **settings)
    journal = store if store is not None else MemoryStore()
    folder = folder if folder is not None else world.MemoryStore()
    runner = tests if tests is not None else FakeTests()
    brain = _brain(script or {})
    played: list[Played] = []

    async def main() -> None:
        clock = Clock(kind)
        models = {spec.name: ScriptedModel(spec.name, brain, clock.sleep) for spec in start.team}

        def recruit(spec: ev.AgentSpec) -> Model:
            models[spec.name] = ScriptedModel(spec.name, brain, clock.sleep)
            return model(models[spec.name])

        seams = Seams(
            store=journal,
            clock=clock,
            workspace=world.Workspace(folder, files, start=start_files),
            locks=Locks(NoLockFiles()),
            tests=runner,
            models={name: model(scripted) for name, scripted in models.items()},
            recruit=recruit,
        )
        entries = parse(plan, "plan.toml") if plan else ()
        run = Run(start, seams, suite_tests=suite_tests, plan=entries, attended=attended)
        steering = Steering(run)
        hand = asyncio.ensure_future(steer(steering)) if steer is not None else None
        outcome, error = None, None
        try:
            outcome = await run.play()
        except Exception as caught:
            error = caught
        if hand is not None:
            hand.cancel()
            result = (await asyncio.gather(hand, return_exceptions=True))[0]
            if isinstance(result, Exception):
                raise result
        data = bytes(getattr(journal, "data", b""))
        played.append(
            Played(
                events=valid(data),
                data=data,
                outcome=outcome,
                error=error,
                state=run.state,
                asked={name: scripted.asked for name, scripted in models.items()},
                folder=folder.files,
                tests=runner,
                answers=steering.answers,
                loop_seconds=asyncio.get_running_loop().time(),
            )
        )

    virtualloop.run(main(), seed=loop_seed, attended=attended)
    result = played[0]
    if result.error is not None and store is None:
        raise result.error
    return result


def _brain(script: Script | Brain) -> Brain:
    if not isinstance(script, Mapping):
        return script

    def answer(agent: str, call: int, messages: Sequence[Message]) -> Answer:
        lines = script.get(agent, ())
        return lines[call - 1] if call <= len(lines) else IDLE

    return answer


def edit(path: str, content: str = RIGHT, **attributes: str) -> str:
    """The tag that writes a file."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<edit_file path="{path}"{more}>\n{content}</edit_file>\n'


def done(task: str, *paths: str) -> str:
    """The tags that claim a task, write its files and complete it."""
    return f'<claim_task id="{task}"/>\n' + "".join(map(edit, paths)) + f'<complete_task id="{task}"/>\n'


def valid(data: bytes) -> list[ev.AnyEvent]:
    """The events of a journal's longest valid prefix."""
    events: list[ev.AnyEvent] = []
    for line in data.split(b"\n"):
        try:
            events.append(decode(line))
        except BadRecord:
            break
    return events


def lines_of(data: bytes) -> list[dict[str, Any]]:
    """The journal as plain JSON."""
    return [json.loads(line) for line in data.splitlines()]
