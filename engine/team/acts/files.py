"""Actions on files: read and edit, under the lock policy of the run."""

from __future__ import annotations

from engine.record import events as ev
from engine.team.acts.base import Act, Ask, refuse
from engine.team.acts.drafts import DraftActs
from engine.team.acts.writing import Writing
from engine.team.member import Team
from engine.world.paths import PathRefused
from tasks.errors import nearest


class FileActs:
    """See ``table``."""

    def __init__(self, team: Team, drafts: DraftActs, writing: Writing) -> None:
        self._team = team
        self._drafts = drafts
        self._writing = writing

    def table(self) -> dict[str, Act]:
        """The actions by name."""
        return {"read_file": self._read_file, "edit_file": self._edit_file}

    async def _read_file(self, ask: Ask) -> bool:
        team, raw = self._team, ask.args["path"]
        try:
            path = team.workspace.locate(raw)
        except PathRefused as refusal:
            return refuse(self._team, ask, raw, refusal.reason, refusal.sentence)
        draft = team.drafts.at(ask.name, path)
        if team.workspace.get(path) is None and (draft is None or path not in draft.files):
            said = f"There is no file {path} yet.{nearest(path, team.workspace.paths)}"
            return refuse(self._team, ask, path, "unknown", said)
        team.bus.emit(ev.InfoRequested(agent=ask.name, turn=ask.turn, action="read_file", object=path))
        return True

    async def _edit_file(self, ask: Ask) -> bool:
        team, raw = self._team, ask.args["path"]
        content = ask.body
        try:
            path = team.workspace.clean(raw)
            team.workspace.check(path, content)
        except PathRefused as refusal:
            return refuse(self._team, ask, raw, refusal.reason, refusal.sentence)
        draft = team.drafts.at(ask.name, path)
        if draft is not None:
            return self._drafts.edit(ask, draft, path)
        if self._forbidden(ask, path):
            return False
        base = team.conversations.base(ask.name, path)
        if team.run.locks == "optimistic":
            given = ask.args.get("base", "").strip().removeprefix("v")
            base = int(given) if given.isdecimal() and len(given) < 10 else base
            current = team.workspace.version(path)
            if base != current:
                said = f"{path} is at version {current}, you saw {base}; the current one stands below."
                return refuse(self._team, ask, path, "stale", said)
        leave = self._writing.lock(ask, path, content)
        if leave is None:
            return False
        self._writing.write(ask, path, content, base, leave.token)
        return True

    def _forbidden(self, ask: Ask, path: str) -> bool:
        """Whether the file may only be written in drafts, or was done by a copy while this turn was open."""
        team = self._team
        overtaken = team.drafts.overtaken(ask.name, ask.turn, path)
        if overtaken is not None:
            said = f"{overtaken[1]}'s copy of task {overtaken[0]} was done first; yours was not taken."
            refuse(team, ask, path, "fenced", said)
        elif team.strategy.versions and not self._begun_before(path):
            said = f"{path} belongs to no open copy of yours: write the files of those that you were given."
            refuse(team, ask, path, "not_allowed", said)
        else:
            return False
        return True

    def _begun_before(self, path: str) -> bool:
        """Whether the file's task was begun before the strategy asked for versions, as a fork can have it.

        Nobody gets a version of such a task: its one version is completed, and mended, where it lies.
        """
        board, drafts = self._team.state.board, self._team.drafts
        return any(
            path in task.files and task.owner and not drafts.voted(task.id) for task in board.tasks.values()
        )
