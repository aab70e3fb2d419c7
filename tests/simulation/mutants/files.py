"""Locks, versions and files."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from engine.record import events as ev
from engine.team.acts.files import FileActs
from engine.team.acts.writing import Leave, Writing
from engine.team.member import Team
from engine.world.locks import Granted, LockTable
from engine.world.workspace import Workspace
from tests.simulation.planted import Patch, mutant, nothing


def _under(patch: Patch, rule: str) -> None:
    original = FileActs._edit_file

    async def edit(self: Any, ask: Any) -> bool:
        run = self._team.run
        if run.locks == rule:
            self._team.run = replace(run, locks="none")
        try:
            return await original(self, ask)
        finally:
            self._team.run = run

    patch.setattr(FileActs, "_edit_file", edit)


@mutant
def ignore_the_base_of_optimistic_edits(patch: Patch) -> None:
    _under(patch, "optimistic")


@mutant
def edit_without_the_lock(patch: Patch) -> None:
    _under(patch, "pessimistic")


@mutant
def keep_locks_at_the_barrier(patch: Patch) -> None:
    patch.setattr(Team, "release_finished_locks", nothing)


@mutant
def release_locks_before_the_barrier(patch: Patch) -> None:
    original = LockTable.release_through
    patch.setattr(LockTable, "release_through", lambda self, first: original(self, None))


@mutant
def grant_a_lock_twice(patch: Patch) -> None:
    original = LockTable.acquire

    def acquire(self: Any, path: str, agent: str, **named: Any) -> Any:
        held = self._held.get(path)
        if held is not None and held.agent != agent:
            del self._held[path]
        return original(self, path, agent, **named)

    patch.setattr(LockTable, "acquire", acquire)


@mutant
def give_the_same_token_again(patch: Patch) -> None:
    original = LockTable.acquire

    def acquire(self: Any, path: str, agent: str, **named: Any) -> Any:
        if path not in self._held:
            self._tokens.pop(path, None)
        return original(self, path, agent, **named)

    patch.setattr(LockTable, "acquire", acquire)


@mutant
def deny_free_locks(patch: Patch) -> None:
    original = Writing.lock

    def lock(self: Any, ask: Any, path: str, content: str) -> Leave | None:
        if ask.turn % 7 == 3:
            self._team.bus.emit(
                ev.LockDenied(path=path, agent=ask.name, turn=ask.turn, holder="Dev1", age_seconds=1.0)
            )
            return None
        return original(self, ask, path, content)

    patch.setattr(Writing, "lock", lock)


@mutant
def lie_about_the_age_of_a_lock(patch: Patch) -> None:
    original = LockTable.acquire

    def acquire(self: Any, path: str, agent: str, *, now: float, **named: Any) -> Any:
        answer = original(self, path, agent, now=now, **named)
        return answer if isinstance(answer, Granted) else type(answer)(answer.holder, answer.age_seconds + 5)

    patch.setattr(LockTable, "acquire", acquire)


@mutant
def keep_the_version_of_an_edited_file(patch: Patch) -> None:
    original = Workspace.version
    patch.setattr(Workspace, "version", lambda self, path: min(original(self, path), 1))


@mutant
def lose_edits_on_the_way_to_the_folder(patch: Patch) -> None:
    original = Workspace.apply

    def apply(self: Any, path: str, *more: Any) -> Any:
        after = original(self, path, *more)
        if after.version == 2:
            self._mirror._waiting.pop(path, None)
        return after

    patch.setattr(Workspace, "apply", apply)
