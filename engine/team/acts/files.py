"""Actions on files: read and edit, under the lock policy of the run."""

from __future__ import annotations

from engine.record import events as ev
from engine.team.acts.base import Act, Ask, refuse
from engine.team.member import Team
from engine.world.lockfiles import LockFileError
from engine.world.locks import Denied, Granted
from engine.world.paths import PathRefused
from engine.world.workspace import Fenced
from tasks.errors import nearest


class FileActs:
    """See ``table``."""

    def __init__(self, team: Team) -> None:
        self._team = team

    def table(self) -> dict[str, Act]:
        """The actions by name."""
        return {"read_file": self._read_file, "edit_file": self._edit_file}

    async def _read_file(self, ask: Ask) -> bool:
        team, raw = self._team, ask.args["path"]
        try:
            path = team.workspace.locate(raw)
        except PathRefused as refusal:
            return refuse(self._team, ask, raw, refusal.reason, refusal.sentence)
        if team.workspace.get(path) is None:
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
        base = team.conversations.base(ask.name, path)
        token: int | None = None
        if team.run.locks == "pessimistic":
            token = self._lock(ask, path)
            if token is None:
                return False
        elif team.run.locks == "optimistic":
            given = ask.args.get("base", "").strip().removeprefix("v")
            base = int(given) if given.isdecimal() and len(given) < 10 else base
            current = team.workspace.version(path)
            if base != current:
                said = f"{path} is at version {current}, you saw {base}; the current one stands below."
                return refuse(self._team, ask, path, "stale", said)
        before = team.workspace.get(path)
        try:
            after = team.workspace.apply(path, content, ask.name, team.bus.round, token)
        except Fenced as late:
            said = (
                f"Your lock on {path} (token {late.token}) was lost meanwhile; somebody wrote it under "
                f"token {late.newest}. Look at the new version first."
            )
            return refuse(self._team, ask, path, "fenced", said)
        team.bus.emit(
            ev.FileEdited(
                path=path,
                agent=ask.name,
                turn=ask.turn,
                version=after.version,
                base=base,
                content=content,
                hash=after.hash,
                previous=before.author if before else "",
                token=token,
            )
        )
        return True

    def _lock(self, ask: Ask, path: str) -> int | None:
        team, name, now = self._team, ask.name, self._team.clock.now()
        try:
            answer = team.locks.acquire(path, name, turn=ask.turn, now=now, horizon=team.last_turn)
        except LockFileError as error:  # a full or broken disk: nothing is held, the edit must not happen
            refuse(team, ask, path, "locked", f"The file could not be locked: {error}")
            return None
        if isinstance(answer, Granted):
            if not answer.again:
                team.bus.emit(ev.LockAcquired(path=path, agent=name, turn=ask.turn, token=answer.token))
            return answer.token
        assert isinstance(answer, Denied)
        age = round(answer.age_seconds, 3)
        holder = answer.holder
        team.bus.emit(ev.LockDenied(path=path, agent=name, turn=ask.turn, holder=holder, age_seconds=age))
        team.bus.emit(
            ev.ActionRefused(
                agent=name,
                turn=ask.turn,
                action="edit_file",
                object=path,
                reason="locked",
                detail=f"{holder} has held {path} for {age:.0f} s; edit it in the next round.",
                holder=holder,
                age_seconds=age,
            )
        )
        return None
