"""One turn of one agent: prompt, reply, actions applied in the order of the text."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Literal, Protocol

from engine.models.base import Reply
from engine.record import events as ev
from engine.record.clean import storable
from engine.team.actions import Action, Malformed
from engine.team.acts import ACTIONS_PER_REPLY
from engine.team.caller import TurnLost, abandon, call
from engine.team.compaction import compact
from engine.team.member import Member, Team
from engine.team.quirks import regrouped
from engine.team.scanner import scan


class Deeds(Protocol):
    """Whoever carries out what a reply asks for (``Acts``)."""

    async def do(self, member: Member, turn: int, item: Action | Malformed) -> bool:
        """Carry out one item of a reply; whether it had an effect."""
        ...

    def refuse_rest(self, member: Member, turn: int, count: int) -> None:
        """Tell the agent that a reply held too many actions."""
        ...


def begin(team: Team, member: Member, number: int, backup: int = 0) -> ev.TurnStarted:
    """Build the prompt of the member's turn ``number`` from the state as it is, and record it.

    A turn for the draft ``backup`` is one more of a number that the member has had.
    """
    compact(team, member)
    prompt = team.conversations.compose(member.name, number, team.view.version(member.name))
    team.mailbox.collected(member.name)
    team.last_turn += 1
    team.open_turns[team.last_turn] = member.name
    started = team.bus.emit(
        ev.TurnStarted(
            turn=team.last_turn,
            agent=member.name,
            epoch=member.epoch,
            seen=prompt.seen,
            request=prompt.request,
            backup=backup,
            own_round=number,
        )
    )
    if team.last_turn == 1:
        team.limits.watch()  # the run's time begins with its first prompt
    return started


async def take(team: Team, acts: Deeds, member: Member, started: ev.TurnStarted) -> None:
    """Ask the model and carry out its reply. Ends the turn in the journal, whatever happens in between.

    Cancelled (crash, lease over, stop), the turn is left open: whoever cancels it ends it and says why.
    """
    try:
        reply, attempts = await call(team, member, started.turn, team.conversations.messages(member.name))
    except TurnLost as lost:
        end(team, started, "failed", 0, str(lost))
        team.limits.check()
        return
    latency = round(team.clock.now() - started.ts, 3)
    async with team.desk if team.run.quirks else nullcontext():
        await _carry_out(team, acts, member, started, reply, attempts=attempts, latency=latency)


async def _carry_out(
    team: Team,
    acts: Deeds,
    member: Member,
    started: ev.TurnStarted,
    reply: Reply,
    *,
    attempts: int,
    latency: float,
) -> None:
    text = storable(reply.text)
    team.bus.emit(
        ev.Replied(
            turn=started.turn,
            agent=member.name,
            text=text,
            finish_reason=reply.finish_reason,
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            latency_seconds=latency,
            attempts=attempts,
            cost_usd=reply.cost_usd,
            cost_source=reply.cost_source,
            cached_tokens=reply.cached_tokens,
            reasoning_tokens=reply.reasoning_tokens,
        )
    )
    items: Sequence[Action | Malformed] = scan(text).items
    if team.run.quirks:
        items = regrouped(items)
    effects = 0
    for item in items[:ACTIONS_PER_REPLY]:
        effects += await acts.do(member, started.turn, item)
    if len(items) > ACTIONS_PER_REPLY:
        acts.refuse_rest(member, started.turn, len(items) - ACTIONS_PER_REPLY)
    end(team, started, "replied", effects)
    team.limits.check()
    team.bus.hurry()


def end(
    team: Team,
    started: ev.TurnStarted,
    outcome: Literal["replied", "failed", "crashed", "fenced", "overtaken", "left"],
    effects: int,
    detail: str = "",
) -> None:
    """Close a turn, once; its locks go when all turns that could collide with it have ended."""
    if team.open_turns.pop(started.turn, None) is None:
        return
    for attempt in sorted(team.calls_out.pop(started.turn, ())):
        abandon(team, started.turn, started.agent, attempt, "its turn was over")
    team.bus.emit(
        ev.TurnEnded(
            turn=started.turn,
            agent=started.agent,
            outcome=outcome,
            effects=effects,
            detail=detail,
        )
    )
    team.release_finished_locks()
