"""The journal is ahead of everything that acts on it, and holds what happened while the team stands still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from engine import control
from engine.models.base import Hear, Message, Reply, unheard
from engine.record import events as ev
from engine.record.state import RunState
from engine.record.writer import MemoryStore
from engine.world import stores
from engine.world.testrunner import TestReport, TestRequest
from tests.helpers.scripted import FakeTests, ScriptedModel, Steering, done, edit, graph, play, valid


def journalled(store: MemoryStore) -> list[ev.AnyEvent]:
    return valid(bytes(store.data))


def test_a_prompt_is_in_the_journal_before_its_model_is_asked() -> None:
    store = MemoryStore()
    asked: list[int] = []

    class Checking:
        def __init__(self, inner: ScriptedModel) -> None:
            self.name, self.real, self.inner = inner.name, inner.real, inner

        async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
            turns = [event for event in journalled(store) if isinstance(event, ev.TurnStarted)]
            asked.append(len(turns))
            return await self.inner.complete(messages)

    play({}, store=store, model=Checking, max_rounds=3)
    assert asked == [2, 2, 4, 4, 6, 6]


def test_an_edit_is_in_the_journal_before_tests_see_it() -> None:
    store = MemoryStore()

    class Checking(FakeTests):
        async def run(self, request: TestRequest) -> TestReport:
            written = {e.path: e.content for e in journalled(store) if isinstance(e, ev.FileEdited)}
            assert written.items() >= dict(request.files).items()
            return await super().run(request)

    script = {"Dev1": [edit("add.py") + "<run_tests/>" + edit("add.py", "2\n") + '<run_tests id="1"/>']}
    played = play(script, store=store, tests=Checking(), max_rounds=1)
    assert played.error is None
    assert len(played.tests.requests) == 3


def test_an_edit_is_in_the_journal_before_it_is_in_the_folder() -> None:
    store = MemoryStore()
    seen: list[str] = []

    class Checking(stores.MemoryStore):
        def write(self, path: str, content: str) -> None:
            assert any(isinstance(e, ev.FileEdited) and e.content == content for e in journalled(store))
            seen.append(path)
            super().write(path, content)

    played = play(
        {"Dev1": [edit("a.py"), edit("b.py"), edit("c.py")]}, store=store, folder=Checking(), max_rounds=3
    )
    assert played.error is None
    assert sorted(seen) == ["a.py", "b.py", "c.py"]


def test_a_command_is_in_the_journal_before_it_is_answered() -> None:
    store = MemoryStore()

    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        for command in (
            control.Pause(),
            control.Say(text="Hi."),
            control.Inject(kind="slow"),
            control.Resume(),
        ):
            answer = await hand.do(command)
            assert journalled(store)[-1].seq >= answer.seq > 0

    assert play({}, store=store, steer=steer, max_rounds=1).error is None


@pytest.mark.parametrize("attended", [False, True])
def test_while_the_team_stands_still_after_a_step_the_journal_holds_all_of_it(attended: bool) -> None:
    store = MemoryStore()
    compared: list[tuple[int, int]] = []

    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(control.Pause())
        for number in (2, 3):
            await hand.do(control.Step())
            await hand.until(ev.Paused, number)
            await hand.sleep(5.0)
            compared.append((len(journalled(store)), hand.run.bus.seq))
        await hand.do(control.Resume())

    played = play({"Dev1": [edit("a.py")]}, store=store, steer=steer, attended=attended, max_rounds=4)
    assert played.error is None
    for in_journal, happened in compared:
        assert in_journal == happened


def test_while_a_team_without_live_agents_waits_the_journal_holds_all_that_happened() -> None:
    store = MemoryStore()
    compared: list[tuple[int, int]] = []

    async def steer(hand: Steering) -> None:
        await hand.until(ev.AgentCrashed, 2)
        await hand.sleep(100.0)
        compared.append((len(journalled(store)), hand.run.bus.seq))
        await hand.do(control.Stop())

    plan = '[[fault]]\nkind = "crash"\nat_seconds = 1.5\n'
    played = play({"Dev1": ['<claim_task id="1"/>']}, store=store, steer=steer, plan=plan, attended=True)
    assert played.error is None
    [(in_journal, happened)] = compared
    assert in_journal == happened


def test_at_the_end_the_journal_holds_everything_and_folds_to_the_live_state() -> None:
    script: Mapping[str, Sequence[str]] = {"Dev1": [done("1", "add.py") + done("2", "sub.py")]}
    played = play(script, graph("add", "sub", sub="add"))
    replayed = RunState.of(played.events)
    assert replayed.seq == played.state.seq == len(played.events)
    assert replayed.board.tasks == played.state.board.tasks
    assert replayed.agents.agents == played.state.agents.agents
