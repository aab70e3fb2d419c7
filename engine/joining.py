"""Members come and go while the team runs.

Whoever joins begins with the next round, with the brief and the board; it gets what is nobody's, and after
that what comes free: nothing that others have is taken from them for it. Whoever leaves does so at once: an
open turn is cut and lost, as in a crash but without a lease; its tasks and locks are free the same moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from engine import control
from engine.errors import UsageError
from engine.faults.injector import Injector
from engine.record import events as ev
from engine.team.lifecycle import Lifecycle
from engine.team.member import Member, Team
from engine.team.names import next_name, wrong_name
from tasks.errors import nearest

TEAM_MAX = 200
"""Developers at most: twice the largest team that is measured (100)."""

Recruit: TypeAlias = Callable[[ev.AgentSpec, int], Member]
"""Makes the member of a specification with an epoch. Raises ``UsageError`` for a model that cannot be."""


class Joining:
    """Takes agents into the team and out of it, as people ask for it."""

    def __init__(self, team: Team, lifecycle: Lifecycle, injector: Injector, recruit: Recruit) -> None:
        self._team = team
        self._lifecycle = lifecycle
        self._injector = injector
        self._recruit = recruit

    def join(self, command: control.AddAgent) -> ev.AgentJoined:
        """Take an agent in; a name that was of the team before is a new epoch. Raises ``UsageError``."""
        team = self._team
        name = command.name.strip() if command.name is not None else next_name(self._ever())
        before, epoch = team.shape.left.get(name, (None, 0))
        role: ev.Role = before.role if before is not None else "developer"
        self._check(name, role)
        model = command.model or (before.model if before is not None else self._usual_model())
        spec = ev.AgentSpec(name=name, role=role, model=model)
        member = self._recruit(spec, epoch + 1)
        joined = team.bus.emit(
            ev.AgentJoined(
                agent=name, role=role, model=model, epoch=epoch + 1, author=command.author, why=command.why
            )
        )
        team.run = joined.on(team.run)
        member.rounds = team.bus.round  # the open round does not wait for it
        team.members[name] = member
        for task in team.state.board.ready():
            self._lifecycle.pass_on(task.id)
        self._lifecycle.changed.set()
        return joined

    def _check(self, name: str, role: ev.Role) -> None:
        team = self._team
        wrong = "" if role == "lead" and name not in team.members else wrong_name(name, tuple(team.members))
        if wrong:
            raise UsageError(wrong)
        if sum(spec.role == "developer" for spec in team.specs) >= TEAM_MAX:
            raise UsageError(f"A team has at most {TEAM_MAX} agents.")
        if (fault := self._injector.holding(name)) is not None:
            raise UsageError(f"Fault {fault} would keep {name} down: heal it first, or choose another name.")

    def leave(self, command: control.RemoveAgent) -> ev.AgentLeft:
        """Take an agent out. Raises ``UsageError`` if it is not of the team."""
        team, name = self._team, command.name.strip()
        if name not in team.members:
            gone = name in team.shape.left
            hint = " It has left already." if gone else nearest(name, tuple(team.members))
            raise UsageError(f"There is no agent {name[:60]!r} in the team.{hint}")
        left = self._lifecycle.leave(name, command.author, command.why)
        self._injector.gone(name)
        return left

    def _ever(self) -> tuple[str, ...]:
        """All names that there have been."""
        return (*self._team.shape.team, *self._team.shape.left)

    def _usual_model(self) -> str:
        shape = self._team.shape
        specs = [*shape.team.values(), *(spec for spec, _ in shape.left.values())]
        return next((spec.model for spec in specs if spec.role == "developer"), specs[0].model)
