"""Writing to the workspace: the lock that the run's policy asks for, the new version, the event."""

from __future__ import annotations

from dataclasses import dataclass

from engine.record import events as ev
from engine.team.acts.base import Ask, refuse
from engine.team.member import Team
from engine.world.lockfiles import LockFileError
from engine.world.locks import Denied, Granted
from engine.world.paths import PathRefused


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave to write a file, under the fencing ``token`` of its lock (null where there are no locks)."""

    token: int | None


class Writing:
    """What every way to write a file of the workspace has in common."""

    def __init__(self, team: Team) -> None:
        self._team = team

    def lock(self, ask: Ask, path: str, content: str) -> Leave | None:
        """Take what is needed to write ``content``; null if that was refused, and the agent told."""
        team = self._team
        try:
            team.workspace.check(path, content)
        except PathRefused as refusal:
            refuse(team, ask, path, refusal.reason, refusal.sentence)
            return None
        if team.run.locks != "pessimistic":
            return Leave(None)
        name, now = ask.name, team.clock.now()
        try:
            answer = team.locks.acquire(path, name, turn=ask.turn, now=now, horizon=team.last_turn)
        except LockFileError as error:  # a full or broken disk: nothing is held, the edit must not happen
            refuse(team, ask, path, "locked", f"The file could not be locked: {error}")
            return None
        if isinstance(answer, Granted):
            if not answer.again:
                team.bus.emit(ev.LockAcquired(path=path, agent=name, turn=ask.turn, token=answer.token))
            newest = team.workspace.newest_token(path)
            if answer.token < newest:  # the file itself takes nothing older, whatever a lock service says
                said = (
                    f"Your lock on {path} (token {answer.token}) was lost meanwhile; somebody wrote it under "
                    f"token {newest}. Look at the new version first."
                )
                refuse(team, ask, path, "fenced", said)
                return None
            return Leave(answer.token)
        assert isinstance(answer, Denied)
        age, holder = round(answer.age_seconds, 3), answer.holder
        team.bus.emit(ev.LockDenied(path=path, agent=name, turn=ask.turn, holder=holder, age_seconds=age))
        team.bus.emit(
            ev.ActionRefused(
                agent=name,
                turn=ask.turn,
                action=ask.action,
                object=path,
                reason="locked",
                detail=f"{holder} has held {path} for {age:.0f} s; edit it in the next round.",
                holder=holder,
                age_seconds=age,
            )
        )
        return None

    def write(self, ask: Ask, path: str, content: str, base: int, token: int | None) -> None:
        """Make ``content`` the newest version of a file that ``lock`` gave leave for, at once."""
        team = self._team
        before = team.workspace.get(path)
        after = team.workspace.apply(path, content, ask.name, team.bus.round, token)
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
