"""Actions on drafts: writing one, and handing it in.

An agent with a draft of a task writes, tests and completes that task as ever; what differs is where it goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from engine.record import events as ev
from engine.record.state import TaskState
from engine.team.acts.base import Ask, refuse
from engine.team.acts.writing import Writing
from engine.team.copies import Copies
from engine.team.drafts import Draft
from engine.team.member import Team
from engine.team.testbench import TestBench
from engine.world.treehash import content_hash


class DraftActs:
    """What ``edit_file`` and ``complete_task`` do for an agent that has a draft of the task."""

    def __init__(self, team: Team, bench: TestBench, copies: Copies, writing: Writing) -> None:
        self._team = team
        self._bench = bench
        self._copies = copies
        self._writing = writing

    def edit(self, ask: Ask, draft: Draft, path: str) -> bool:
        """Write a file of a draft; nobody else sees it, and no lock is needed."""
        team = self._team
        team.bus.emit(
            ev.DraftEdited(
                draft=draft.id,
                task=draft.task,
                agent=ask.name,
                turn=ask.turn,
                path=path,
                base=team.conversations.base(ask.name, path),
                content=ask.body,
                hash=content_hash(ask.body),
            )
        )
        return True

    async def complete(self, ask: Ask, draft: Draft, task: TaskState) -> bool:
        """Test the draft; submit it, or accept it as the files of its task."""
        team = self._team
        if not self._writable(ask, draft, task):
            return False
        if not draft.files:
            said = f"You have written nothing in your copy of task {task.id} yet: write its files first."
            return refuse(team, ask, task.id, "tests", said)
        tested = draft.kind == "version" and draft.run  # what it builds on stays as it is once it is done
        if not tested and not await self._passes(ask, draft, task):
            return False
        if draft.kind == "version" and len(team.drafts.votes(task.id)) < team.drafts.needed(task.id):
            return True
        return self._accept(ask, draft, task)

    async def _passes(self, ask: Ask, draft: Draft, task: TaskState) -> bool:
        """Run the tests of the task on the draft; with them passed it is submitted."""
        team = self._team
        digest, stand = draft.digest, self._copies.stand(task)
        report = await self._bench.run(ask.name, ask.turn, (task.id,), (draft,))
        if not self._writable(ask, draft, task):
            return False  # things moved on while the tests ran
        if report.verdict != "passed":
            said = f"The tests {report.verdict} on it: {len(report.failed)} of {len(task.tests)} do not pass."
            return refuse(team, ask, task.id, "tests", said)
        if self._copies.stand(task) != stand or draft.digest != digest:
            said = "Files that it builds on changed while the tests ran: try again."
            return refuse(team, ask, task.id, "tests", said)
        team.bus.emit(
            ev.DraftSubmitted(
                draft=draft.id, task=task.id, agent=ask.name, turn=ask.turn, run=report.run, hash=digest
            )
        )
        return True

    def _accept(self, ask: Ask, draft: Draft, task: TaskState) -> bool:
        """Make the draft the files of its task, and the task done; every other copy of it is lost."""
        team, turn = self._team, ask.turn
        tokens: dict[str, int | None] = {}
        for path in draft.files:
            held = self._writing.lock(ask, path, draft.files[path])
            if held is None:
                return False
            tokens[path] = held.token
        votes = team.drafts.votes(task.id) if draft.kind == "version" else [draft]
        files, bases = dict(draft.files), dict(draft.bases)
        same = Counter(vote.hash for vote in votes)
        team.bus.emit(
            ev.DraftAccepted(
                draft=draft.id,
                task=task.id,
                agent=ask.name,
                turn=turn,
                run=draft.run,
                needed=team.drafts.needed(task.id) if draft.kind == "version" else 1,
                agreeing=tuple(vote.id for vote in votes),
                clones=sum(count for count in same.values() if count > 1),
            )
        )
        self._take(ask, files, bases, tokens, task)
        return True

    def finish(self, tokens: Mapping[str, int]) -> None:
        """Go on with acceptances in which an engine stopped; ``tokens`` are those of locks that were held."""
        team = self._team
        for draft, turn in list(team.drafts.taking.values()):
            if team.open_turns.get(turn) == draft.agent:
                ask = Ask(team.members[draft.agent], turn, "complete_task", {"id": draft.task})
                missing = {
                    path: content
                    for path, content in draft.files.items()
                    if (file := team.workspace.get(path)) is None or file.version == draft.bases[path]
                }
                held = {path: tokens.get(path) for path in missing}
                self._take(ask, missing, draft.bases, held, team.state.board.tasks[draft.task])

    def _take(
        self,
        ask: Ask,
        files: Mapping[str, str],
        bases: Mapping[str, int],
        tokens: Mapping[str, int | None],
        task: TaskState,
    ) -> None:
        """Write what was accepted, and complete its task."""
        team, turn, before = self._team, ask.turn, task.owner
        spent = self._copies.spent(task, before)
        if before != ask.name:
            if before:
                taken = ev.TaskReleased(task=task.id, agent=before, reason="overtaken")
                team.bus.emit(taken)
            team.bus.emit(ev.TaskClaimed(task=task.id, agent=ask.name, turn=turn, token=task.token + 1))
        for path, content in files.items():
            self._writing.write(ask, path, content, bases[path], tokens[path])
        evidence = self._bench.evidence.of(task.id)
        team.bus.emit(
            ev.TaskCompleted(
                task=task.id,
                agent=ask.name,
                turn=turn,
                evidence=evidence,
                token=task.token,
                epoch=ask.member.epoch,
            )
        )
        self._copies.settle(task.id, ask.name, before, spent)

    def _writable(self, ask: Ask, draft: Draft, task: TaskState) -> bool:
        """Whether the draft could become the workspace's files now; a refusal says why not."""
        team = self._team
        if draft.id not in team.drafts.open:
            said = f"Task {task.id} is done already; {task.owner} completed it."
            return refuse(team, ask, task.id, "done" if task.status == "done" else "fenced", said)
        waits = team.state.board.waits(task.id)
        if waits:
            said = f"Task {task.id} waits for {', '.join(waits)}; do that first or wait for it."
            return refuse(team, ask, task.id, "blocked", said)
        for path, base in draft.bases.items():
            current = team.workspace.version(path)
            if base != current:
                said = (
                    f"{path} is at version {current}, your copy was written after version {base}; "
                    "look at the current one, write yours again, and complete the task."
                )
                return refuse(team, ask, path, "stale", said)
        return True
