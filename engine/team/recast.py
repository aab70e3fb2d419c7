"""A team that goes on otherwise: under another strategy, or with other models. Forks are made for that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from engine.models.base import Model
from engine.record import events as ev
from engine.strategies import STRATEGIES
from engine.team.member import Member, Team

LEAD = "Lead"
"""How the lead is called with which a team begins."""

AUTHOR = "fork"
"""Who changes a team: nobody but a fork does."""

Cast: TypeAlias = Callable[[ev.AgentSpec, Model, Member | None], Member]
"""Makes a member of its description and the model behind it; of the member that there is, if there is one."""


@dataclass(frozen=True, slots=True)
class Recast:
    """What changes, before the first prompt after event ``after``.

    ``spec`` makes a member of a name and a role, ``model`` the model behind it.
    """

    after: int
    strategy: str
    spec: Callable[[str, ev.Role], ev.AgentSpec]
    model: Callable[[ev.AgentSpec], Model]

    def event(self, start: ev.RunStarted) -> ev.TeamChanged:
        """The change of a team as it stands: its developers stay, a lead comes or goes with the strategy.

        A developer who took the place of a lost lead keeps it while there is something to lead; with the
        strategy goes whoever was the lead at first.
        """
        if not STRATEGIES[self.strategy].has_lead:
            team = [self.spec(each.name, "developer") for each in start.team if each.name != LEAD]
        else:
            led = any(each.role == "lead" for each in start.team)
            first = [] if led else [self.spec(LEAD, "lead")]
            team = [*first, *(self.spec(each.name, each.role) for each in start.team)]
        return ev.TeamChanged(author=AUTHOR, strategy=self.strategy, team=tuple(team))

    def carry_out(self, team: Team, cast: Cast) -> None:
        """Change ``team``, as an event first."""
        event = team.bus.emit(self.event(team.run))
        team.run, team.strategy = event.on(team.run), STRATEGIES[self.strategy]()
        before = dict(team.members)
        team.members.clear()
        for spec in event.team:
            known = before.get(spec.name)
            if known is None or known.spec != spec:
                known = cast(spec, self.model(spec), known)
            team.members[spec.name] = known
