"""A team that goes on otherwise: under another strategy, or with other models. Forks are made for that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.models.base import Model
from engine.record import events as ev
from engine.strategies import STRATEGIES
from engine.team.member import Member, Team
from engine.team.reviews import give_back

LEAD = "Lead"
"""How the lead is called with which a team begins."""

AUTHOR = "fork"
"""Who changes a team: nobody but a fork does."""

Cast: TypeAlias = Callable[[ev.AgentSpec, Model, Member | None], Member]
"""Makes a member of its description and the model behind it; of the member that there is, if there is one."""


def _close(team: Team) -> None:
    """End what only the strategy before made: reviews that are asked for, and drafts."""
    for task in team.state.board.in_review():
        give_back(team, task, "The strategy changed: complete it again.")
    for draft in list(team.drafts.open.values()):
        team.bus.emit(
            ev.DraftEnded(
                draft=draft.id,
                task=draft.task,
                agent=draft.agent,
                reason="changed",
                characters=draft.written,
            )
        )


@dataclass(frozen=True, slots=True)
class Recast:
    """What changes, before the first prompt after event ``after``.

    ``spec`` makes a member of a name and a role, ``model`` the model behind it; the rest is what its strategy
    asks for, as in ``RunStarted``.
    """

    after: int
    strategy: str
    spec: Callable[[str, ev.Role], ev.AgentSpec]
    model: Callable[[ev.AgentSpec], Model]
    quorum: tuple[int, int] | None = None
    verified_by: Literal["", "review", "tests"] = ""

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
        return ev.TeamChanged(
            author=AUTHOR,
            strategy=self.strategy,
            team=tuple(team),
            quorum=self.quorum,
            verified_by=self.verified_by,
        )

    def carry_out(self, team: Team, cast: Cast) -> None:
        """Change ``team``, as an event first."""
        event = team.bus.emit(self.event(team.run))
        team.run, team.strategy = event.on(team.run), STRATEGIES[self.strategy]()
        _close(team)
        before = dict(team.members)
        team.members.clear()
        for spec in event.team:
            known = before.get(spec.name)
            if known is None or known.spec != spec:
                known = cast(spec, self.model(spec), known)
            team.members[spec.name] = known
