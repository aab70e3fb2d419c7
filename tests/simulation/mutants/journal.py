"""The journal: what is recorded, and when."""

from __future__ import annotations

from typing import Any

from engine import control
from engine.errors import UsageError
from engine.record import events as ev
from engine.record.bus import Bus
from engine.record.state import RunState
from engine.record.writer import JournalWriter
from engine.run import Run
from engine.world.workspace import Workspace
from tests.simulation.planted import Patch, mutant


@mutant
def acknowledge_before_append(patch: Patch) -> None:
    async def handle(self: Any, command: control.AnyCommand) -> control.Answer:
        try:
            event = await self._commands.obey(command)
        except UsageError as error:
            return control.Answer(ok=False, detail=str(error))
        return control.Answer(ok=event is not None, seq=event.seq if event else 0)

    patch.setattr(Run, "handle", handle)


@mutant
def ask_models_before_the_journal_is_written(patch: Patch) -> None:
    async def commit(self: Any, *, sync: bool = False) -> None:
        return

    patch.setattr(JournalWriter, "commit", commit)


@mutant
def test_before_the_journal_is_written(patch: Patch) -> None:
    original = JournalWriter.commit

    async def commit(self: Any, *, sync: bool = False) -> None:
        if sync:
            await original(self, sync=True)

    patch.setattr(JournalWriter, "commit", commit)


@mutant
def write_the_folder_before_the_journal(patch: Patch) -> None:
    original = Workspace.apply

    def apply(self: Any, path: str, content: str, author: str, round_: int) -> Any:
        self._mirror._store.write(path, content)
        return original(self, path, content, author, round_)

    patch.setattr(Workspace, "apply", apply)


@mutant
def leave_events_out_of_the_journal(patch: Patch) -> None:
    original = JournalWriter.append

    def append(self: Any, event: ev.Event) -> None:
        if event.seq % 97:
            original(self, event)

    patch.setattr(JournalWriter, "append", append)


@mutant
def skip_a_number(patch: Patch) -> None:
    original = Bus.emit

    def emit(self: Any, event: Any) -> Any:
        self.seq += self.seq == 50
        return original(self, event)

    patch.setattr(Bus, "emit", emit)


@mutant
def act_on_what_is_not_recorded(patch: Patch) -> None:
    original = RunState.apply

    def apply(self: Any, event: ev.Event) -> None:
        if not isinstance(event, ev.TaskReleased):
            original(self, event)

    patch.setattr(RunState, "apply", apply)


@mutant
def forget_to_close_rounds(patch: Patch) -> None:
    original = Bus.emit

    def emit(self: Any, event: Any) -> Any:
        return event if isinstance(event, ev.RoundEnded) and self.round == 2 else original(self, event)

    patch.setattr(Bus, "emit", emit)
