"""The simulated model: a pure function of seed and messages, and the ``Model`` around it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from engine.models.base import Hear, Message, Reply, unheard
from engine.models.pricing import NOTIONAL
from engine.models.simulated import claiming, costs, given, habits, lead, perfect
from engine.models.simulated.past import Memory
from engine.models.simulated.profile import profile
from engine.models.simulated.turn import Turn


@dataclass(frozen=True, slots=True)
class SimulatedReply:
    """What a simulated model answers, and how long it takes over it."""

    text: str
    input_tokens: int
    output_tokens: int
    finish_reason: str
    latency_seconds: float


def simulate(
    name: str, seed: int, messages: Sequence[Message], memory: Memory | None = None
) -> SimulatedReply:
    """Answer a conversation as ``name`` (``sim/…``) would: the same messages, the same reply.

    ``memory`` spares reading all of it again at every turn. Raises ``KeyError`` for an unknown name.
    """
    turn = Turn(seed, messages, memory or Memory())
    is_lead = turn.brief.role == "lead"
    if name == "sim/perfect":
        (lead.steady if is_lead else perfect.develop)(turn)
        return SimulatedReply(
            turn.plan.text(), perfect.INPUT_TOKENS, perfect.OUTPUT_TOKENS, "stop", perfect.LATENCY
        )
    parameters = profile(name, turn.brief.suite)
    claims = turn.brief.strategy in ("decentralized", "verified-by", "") and not is_lead
    if not is_lead and turn.brief.silent:
        habits.overlook(turn, parameters.forgets, claims=claims)
    if is_lead:
        lead.lead(turn)
    elif claims:
        claiming.work(turn, parameters)
    else:
        given.work(turn, parameters)
    plan = turn.plan
    tokens = parameters.tokens
    cut = plan.cut is not None
    return SimulatedReply(
        text=plan.text(),
        input_tokens=costs.input_tokens(tokens, turn.past.said),
        output_tokens=tokens.cap if cut else costs.output_tokens(tokens, plan.edits, plan.tags, turn.draws),
        finish_reason="length" if cut else "stop",
        latency_seconds=costs.latency(
            parameters.latency,
            costs.pace(parameters.pace, claims=claims, chain=turn.chain, agents=len(turn.brief.developers)),
            claims=claims,
            first=turn.number == 1,
            edits=plan.edits,
            tags=plan.tags,
            draws=turn.draws,
        ),
    )


class SimulatedModel:
    """A simulated model on a run's clock: ``sleep`` waits that many seconds of it."""

    real = False

    def __init__(self, name: str, seed: int, sleep: Callable[[float], Awaitable[object]]) -> None:
        self.name = name
        self._seed = seed
        self._sleep = sleep
        self._price = NOTIONAL.get(name)
        self._memory = Memory()

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """Answer after the simulated latency. Never raises ``ModelError``: faults come from elsewhere."""
        reply = simulate(self.name, self._seed, messages, self._memory)
        await self._sleep(reply.latency_seconds)
        price = self._price
        return Reply(
            text=reply.text,
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            finish_reason=reply.finish_reason,
            cost_usd=price.cost(reply.input_tokens, reply.output_tokens) if price else None,
            cost_source="notional" if price else "unknown",
        )
