"""Bugs planted in the real engine, each a small change of one method; the simulation must find every one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from engine import control
from engine.errors import UsageError
from engine.faults.injector import Injector
from engine.faults.switchboard import Switchboard
from engine.pacing import Pacing
from engine.record import events as ev
from engine.record.bus import Bus
from engine.record.state import RunState
from engine.record.writer import JournalWriter
from engine.run import Run
from engine.team import caller
from engine.team import turn as turns
from engine.team.acts.board import BoardActs
from engine.team.acts.files import FileActs
from engine.team.acts.talk import TalkActs
from engine.team.acts.writing import Leave, Writing
from engine.team.copies import Copies
from engine.team.evidence import Evidence
from engine.team.gate import Gate
from engine.team.lifecycle import Lifecycle
from engine.team.member import Member, Team
from engine.team.telling import Telling
from engine.world.locks import Granted, LockTable
from engine.world.workspace import Workspace

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]

MUTANTS: dict[str, Plant] = {}
"""By name, which says what the engine does wrong."""


def mutant(plant: Plant) -> Plant:
    MUTANTS[plant.__name__] = plant
    return plant


def _nothing(*_: object, **__: object) -> None:
    """In place of what should have been done."""


# ---------------------------------------------------------------- the board


@mutant
def drop_the_dependency_check(patch: Patch) -> None:
    patch.setattr(BoardActs, "_blocked", lambda self, ask, task: False)


@mutant
def drop_the_dependency_check_at_completion(patch: Patch) -> None:
    def may(self: Any, ask: Any, task: Any) -> bool:
        return bool(task.status != "done" and task.owner == ask.name)

    patch.setattr(BoardActs, "_may_complete", may)


@mutant
def complete_for_others(patch: Patch) -> None:
    def may(self: Any, ask: Any, task: Any) -> bool:
        return task.status != "done" and not self._blocked(ask, task)

    patch.setattr(BoardActs, "_may_complete", may)


@mutant
def count_a_second_completion(patch: Patch) -> None:
    original = BoardActs._may_complete

    def may(self: Any, ask: Any, task: Any) -> bool:
        return task.status == "done" or original(self, ask, task)

    patch.setattr(BoardActs, "_may_complete", may)


@mutant
def claim_what_is_taken(patch: Patch) -> None:
    original = BoardActs._claim_task

    async def claim(self: Any, ask: Any) -> bool:
        task = self._team.state.board.tasks.get(ask.args["id"].strip())
        if task is not None and task.owner not in ("", ask.name) and task.status != "done":
            self._team.bus.emit(ev.TaskClaimed(task=task.id, agent=ask.name, turn=ask.turn))
            return True
        return await original(self, ask)

    patch.setattr(BoardActs, "_claim_task", claim)


@mutant
def refuse_claims_without_cause(patch: Patch) -> None:
    original = BoardActs._blocked

    def blocked(self: Any, ask: Any, task: Any) -> bool:
        if ask.action == "claim_task" and ask.turn % 2:
            self._team.bus.emit(
                ev.ActionRefused(
                    agent=ask.name,
                    turn=ask.turn,
                    action=ask.action,
                    object=task.id,
                    reason="blocked",
                    detail="It waits.",
                )
            )
            return True
        return original(self, ask, task)

    patch.setattr(BoardActs, "_blocked", blocked)


@mutant
def accept_tests_of_files_that_changed(patch: Patch) -> None:
    patch.setattr(Copies, "stand", lambda self, task: ())


@mutant
def keep_evidence_of_files_that_changed(patch: Patch) -> None:
    def of(self: Any, task: str) -> str:
        known = self._proofs.get(task)
        return "none" if known is None else "passed" if known.passed else "failed"

    patch.setattr(Evidence, "of", of)


@mutant
def give_tasks_to_the_lost(patch: Patch) -> None:
    original = BoardActs._assign_task

    async def assign(self: Any, ask: Any) -> bool:
        members = list(self._team.members.values())
        states = [member.status for member in members]
        for member in members:
            member.status = "live"
        try:
            return await original(self, ask)
        finally:
            for member, state in zip(members, states, strict=True):
                member.status = state

    patch.setattr(BoardActs, "_assign_task", assign)


@mutant
def pass_tasks_on_to_the_lost(patch: Patch) -> None:
    def everybody(self: Any) -> list[str]:
        return [member.name for member in self.members.values() if member.spec.role == "developer"]

    patch.setattr(Team, "live_developers", everybody)


@mutant
def call_it_completed_one_task_early(patch: Patch) -> None:
    patch.setattr(RunState, "completed", property(lambda self: self.board.done >= self.board.total - 1))


# ---------------------------------------------------------------- the journal


@mutant
def acknowledge_before_append(patch: Patch) -> None:
    async def handle(self: Any, command: control.AnyCommand) -> control.Answer:
        try:
            event = await self._obey(command)
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


# ---------------------------------------------------------------- locks and files


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
    patch.setattr(Team, "release_finished_locks", _nothing)


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


# ---------------------------------------------------------------- prompts and mail


@mutant
def hide_changes_of_files(patch: Patch) -> None:
    original = Telling._file_edited

    def edited(self: Any, event: ev.FileEdited) -> None:
        original(self, event)
        for thread in self.threads.values():
            thread.changed.pop(event.path, None)

    patch.setattr(Telling, "_file_edited", edited)


@mutant
def deliver_a_message_twice(patch: Patch) -> None:
    original = TalkActs.deliver

    async def deliver(self: Any, mail: Any, ask: Any = None) -> Any:
        sent = await original(self, mail, ask)
        self._team.bus.emit(ev.MessageDelivered(id=sent.id, recipient=mail.recipients[0]))
        return sent

    patch.setattr(TalkActs, "deliver", deliver)


@mutant
def lose_mail_without_a_word(patch: Patch) -> None:
    original = Bus.emit

    def emit(self: Any, event: Any) -> Any:
        return event if isinstance(event, ev.MessageDelivered) else original(self, event)

    patch.setattr(Bus, "emit", emit)


# ---------------------------------------------------------------- lost agents


@mutant
def let_leases_last_for_ever(patch: Patch) -> None:
    patch.setattr(Lifecycle, "_reclaim", _nothing)


@mutant
def take_tasks_back_at_once(patch: Patch) -> None:
    original = Lifecycle.crash

    def crash(self: Any, name: str, why: str) -> None:
        original(self, name, why)
        self._reclaim(self._team.members[name])

    patch.setattr(Lifecycle, "crash", crash)


@mutant
def end_a_new_lease_with_an_old_one(patch: Patch) -> None:
    async def lease(self: Any, member: Any, number: int, until: float) -> None:
        await self._team.clock.sleep(until - self._team.clock.now())
        if member.status != "live":
            self._reclaim(member)

    patch.setattr(Lifecycle, "_lease", lease)


@mutant
def do_not_cut_the_turn_of_a_crashed_agent(patch: Patch) -> None:
    original = Lifecycle._cut

    def cut(self: Any, member: Any, outcome: Any, detail: str) -> None:
        if outcome != "crashed":
            original(self, member, outcome, detail)

    patch.setattr(Lifecycle, "_cut", cut)


@mutant
def let_a_fenced_turn_go_on(patch: Patch) -> None:
    original = Lifecycle._cut

    def cut(self: Any, member: Any, outcome: Any, detail: str) -> None:
        running, member.turn = member.turn, None
        original(self, member, outcome, detail)
        member.turn = running

    patch.setattr(Lifecycle, "_cut", cut)


@mutant
def do_not_fence_a_stalled_agent(patch: Patch) -> None:
    original = Lifecycle._cut

    def cut(self: Any, member: Any, outcome: Any, detail: str) -> None:
        if outcome != "fenced":
            original(self, member, outcome, detail)

    patch.setattr(Lifecycle, "_cut", cut)


@mutant
def revive_in_the_old_epoch(patch: Patch) -> None:
    original = Lifecycle.revive

    def revive(self: Any, name: str, *more: Any) -> None:
        member = self._team.members[name]
        member.epoch -= member.status == "down"
        original(self, name, *more)

    patch.setattr(Lifecycle, "revive", revive)


@mutant
def revive_nobody(patch: Patch) -> None:
    patch.setattr(Lifecycle, "revive", _nothing)


@mutant
def invite_stalled_agents_to_the_round(patch: Patch) -> None:
    def live(self: Any) -> list[Member]:
        return [member for member in self._team.members.values() if member.status != "down"]

    patch.setattr(Pacing, "_live", live)


@mutant
def run_ahead_by_one_more(patch: Patch) -> None:
    original = Pacing._may_begin

    def may(self: Any, member: Member) -> bool:
        slack = self._slack
        self._slack = slack and slack + 1
        try:
            return original(self, member)
        finally:
            self._slack = slack

    patch.setattr(Pacing, "_may_begin", may)


@mutant
def end_rounds_before_their_turns(patch: Patch) -> None:
    original = Pacing._passed

    def passed(self: Any) -> bool:  # in lockstep nobody would ever begin
        return original(self) if self._lockstep else self._owed is not None

    patch.setattr(Pacing, "_passed", passed)


@mutant
def mirror_what_is_not_recorded(patch: Patch) -> None:
    original: Any = Pacing._mirror
    patch.setattr(Pacing, "_mirror", lambda self, edits: original(self, None))


# ---------------------------------------------------------------- faults, calls, time


@mutant
def let_faults_outlive_their_time(patch: Patch) -> None:
    async def later(self: Any, fault: int, seconds: float) -> None:
        await self._team.clock.sleep(seconds * 1.5)
        self.heal(fault, "plan", "its time was over")

    patch.setattr(Injector, "_heal_later", later)


@mutant
def stop_a_fault_twice(patch: Patch) -> None:
    original = Switchboard.stop

    def stop(self: Any, fault: int, author: str, why: str = "") -> Any:
        event = original(self, fault, author, why)
        return event or self._bus.emit(ev.FaultStopped(id=fault, author=author, why=why))

    patch.setattr(Switchboard, "stop", stop)


@mutant
def repeat_calls_without_end(patch: Patch) -> None:
    patch.setattr(caller, "ATTEMPTS", 9)


@mutant
def ignore_retry_after(patch: Patch) -> None:
    patch.setattr(caller, "LONGEST_WAIT_SECONDS", 0.1)


@mutant
def count_pauses_as_work(patch: Patch) -> None:
    original = Gate._close

    def close(self: Any) -> None:
        clock, self._clock = self._clock, _NoClock()
        original(self)
        self._clock = clock

    patch.setattr(Gate, "_close", close)
    opened = Gate.open

    def open_(self: Any, author: str, why: str = "", *, step: bool = False) -> Any:
        clock, self._clock = self._clock, _NoClock()
        event = opened(self, author, why, step=step)
        self._clock = clock
        return event

    patch.setattr(Gate, "open", open_)


class _NoClock:
    freeze = thaw = staticmethod(_nothing)


@mutant
def end_a_turn_twice(patch: Patch) -> None:
    original = turns.end

    def end(team: Any, started: Any, outcome: Any, effects: int, detail: str = "") -> None:
        was_open = started.turn in team.open_turns
        original(team, started, outcome, effects, detail)
        if was_open and started.turn % 11 == 5:
            team.bus.emit(
                ev.TurnEnded(turn=started.turn, agent=started.agent, outcome=outcome, effects=effects)
            )

    patch.setattr(turns, "end", end)


@mutant
def draw_from_a_generator_without_a_seed(patch: Patch) -> None:
    patch.setattr(caller, "stream", lambda *_: random)


@mutant
def write_the_folder_in_a_thread(patch: Patch) -> None:
    import asyncio

    async def flush(self: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(None, _nothing)

    patch.setattr(Workspace, "flush", flush)
