"""A disk that fails while the team works: one error, a journal that can be read, nobody waits for ever."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping

import pytest

from engine import control
from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record import writer
from engine.record.state import RunState
from engine.record.writer import JournalError
from engine.world import stores
from tests.helpers.scripted import Say, Steering, done, edit, graph, play

SCRIPT: dict[str, list[str | Say]] = {
    "Dev1": [done("1", "add.py") + "<run_tests/>", Say(done("3", "mul.py"), 2.0)],
    "Dev2": [edit("add.py") + "<broadcast>Hello.</broadcast>", done("2", "sub.py")],
}
TASKS = graph("add", "sub", "mul", sub="add")


class FailingStore(writer.MemoryStore):
    """Fails at write number ``at`` and after; ``part`` bytes of that batch still get in."""

    def __init__(self, at: int, *, part: int = 0, slow: bool = False) -> None:
        super().__init__()
        self.at = at
        self.part = part
        self.immediate = not slow
        self.writes = 0
        self.closed = False

    async def write(self, data: bytes, *, sync: bool) -> None:
        if not self.immediate:
            await asyncio.sleep(0.01)
        self.writes += 1
        if self.writes >= self.at:
            if self.writes == self.at:
                self.data += data[: self.part]
            raise OSError(errno.ENOSPC, "No space left on device")
        await super().write(data, sync=sync)

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("part", [0, 1, 100])
def test_wherever_the_journal_fails_the_run_ends_with_one_error_and_a_readable_prefix(
    slow: bool, part: int
) -> None:
    store = FailingStore(10**9, slow=slow)
    complete = play(SCRIPT, TASKS, store=store)
    assert complete.outcome == "completed"
    assert store.writes > 3
    for at in range(1, store.writes + 1):
        failing = FailingStore(at, part=part, slow=slow)
        played = play(SCRIPT, TASKS, store=failing)
        assert isinstance(played.error, JournalError), at
        assert str(played.error).startswith(
            "the journal in memory cannot be written (No space left on device): "
        )
        assert played.events == complete.events[: len(played.events)]
        assert len(played.events) < len(complete.events)
        RunState.of(played.events)
        assert failing.closed
        assert played.tests.closed


def test_no_model_is_asked_and_no_file_written_for_what_is_not_in_the_journal() -> None:
    first = play(SCRIPT, TASKS, store=FailingStore(1))
    assert first.asked == {"Dev1": [], "Dev2": []}
    for at in range(1, 9):
        played = play(SCRIPT, TASKS, store=FailingStore(at))
        recorded = {event.path: event.content for event in played.of(ev.FileEdited)}
        assert played.folder.items() <= recorded.items()


def test_a_command_whose_event_cannot_be_written_is_answered_so() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(control.Say(text="Hello."))

    played = play({}, steer=steer, store=FailingStore(2), max_rounds=2)
    [answer] = played.answers
    assert not answer.ok
    assert "cannot be written" in answer.detail
    assert isinstance(played.error, JournalError)


class FailingFolder(stores.MemoryStore):
    """Takes its first ``left`` operations and fails from then on."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def reset(self, files: Mapping[str, str]) -> None:
        self._count()
        super().reset(files)

    def write(self, path: str, content: str) -> None:
        self._count()
        super().write(path, content)

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise stores.WorkspaceError("The folder is gone.")


def test_wherever_the_folder_fails_the_record_goes_as_far_as_the_team_came() -> None:
    complete = play(SCRIPT, TASKS)
    for left in range(4):
        store = FailingStore(10**9)
        played = play(SCRIPT, TASKS, store=store, folder=FailingFolder(left))
        assert isinstance(played.error, TeamtopError)
        assert str(played.error) == "The folder is gone."
        assert played.events == complete.events[: len(played.events)]
        assert store.closed
        assert played.tests.closed
        assert len(played.of(ev.FileEdited)) >= left
        assert (left == 0) == (not played.of(ev.RoundEnded))
