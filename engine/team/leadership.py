"""What becomes of a team whose lead is lost: the policy that ``--lead-lost`` declares.

``self-claim`` holds from the moment of the loss, for claims do no harm if the lead comes back, and ends with
its return. ``promote`` waits for the lease, as tasks do: then the live developer with the fewest open tasks
is the lead and the old lead a developer, in one event, so that there are never two. The old lead stays a
developer when it comes back. Where fewer than two developers are up, a lead would have nobody to lead, and
agents claim. A lead that is up but whose calls all fail (``engine.team.failing``) is as good as lost once
that has lasted a lease.
"""

from __future__ import annotations

from msgspec.structs import replace

from engine.record import events as ev
from engine.strategies.base import least_loaded
from engine.team.member import Member, Team

LED_AT_LEAST = 2
"""Live developers that a promotion needs: the new lead and one who works."""


def lost(team: Team, member: Member) -> None:
    """A member is lost; if it is the lead, agents may claim at once where the policy says so."""
    if member.spec.role == "lead" and team.run.lead_lost == "self-claim":
        _fall_back(team, member.name, "")


def lease_over(team: Team, member: Member) -> None:
    """A member was lost for a whole lease; if it is the lead, the policy takes effect at the latest now."""
    if member.spec.role != "lead":
        return
    developers = team.able_developers()
    if team.run.lead_lost == "promote" and len(developers) >= LED_AT_LEAST:
        _promote(team, member.name, developers)
    else:
        _fall_back(team, member.name, _too_few(team, developers))


def failing(team: Team, lead: str) -> None:
    """No call of the lead came through for a lease, while others' did: the policy takes effect, once."""
    developers = [name for name in team.live_developers() if name not in team.failing]
    if team.run.lead_lost == "promote" and len(developers) >= LED_AT_LEAST:
        _promote(team, lead, developers, failing=True)
    else:
        _fall_back(team, lead, _too_few(team, developers), failing=True)


def _too_few(team: Team, developers: list[str]) -> str:
    """Why nobody is promoted where somebody should be; empty under the other policy."""
    return f"{len(developers)} developers are up" if team.run.lead_lost == "promote" else ""


def left(team: Team, lead: str) -> None:
    """The lead has left the team: the policy takes effect at once, for there is no return to wait for."""
    if team.run.lead_lost == "promote" and len(team.live_developers()) >= LED_AT_LEAST:
        _promote(team, lead, team.live_developers())
    else:
        _fall_back(team, lead, "it left the team")


def _fall_back(team: Team, lead: str, why: str, *, failing: bool = False) -> None:
    if not team.state.run.leaderless:
        team.bus.emit(ev.LeadLost(agent=lead, policy="self-claim", why=why, failing=failing))


def _promote(team: Team, lead: str, developers: list[str], *, failing: bool = False) -> None:
    heir = least_loaded(team.state.board, developers)
    assert heir is not None
    event = team.bus.emit(ev.LeadLost(agent=lead, policy="promote", heir=heir, failing=failing))
    team.run = event.on(team.run)
    for spec in team.run.team:
        if spec.name in team.members:
            member = team.members[spec.name]
            member.spec = replace(member.spec, role=spec.role)
    _hand_on(team, heir)


def settle(team: Team) -> None:
    """Go on where an engine stopped between a promotion and what follows on it."""
    for member in team.members.values():
        if member.spec.role == "lead":
            _hand_on(team, member.name)


def _hand_on(team: Team, lead: str) -> None:
    """Give what a new lead still has as a developer to those who have least."""
    for task in team.state.board.owned_by(lead):
        team.bus.emit(ev.TaskReleased(task=task.id, agent=lead, reason="promoted"))
        heir = least_loaded(team.state.board, team.able_developers())
        if heir is not None:
            team.bus.emit(ev.TaskAssigned(task=task.id, agent=heir, by="strategy"))
