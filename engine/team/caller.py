"""Calls to a model: bounded attempts, one event per failed one, waits on the run's clock."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

from engine.models.base import Message, ModelError, Reply
from engine.record import events as ev
from engine.record.clean import storable
from engine.team.member import Member, Team
from engine.world.chance import stream

ATTEMPTS = 4
"""Calls per turn at most: three repeats ride out a short outage; a longer one costs the turn, not the run."""

FIRST_WAIT_SECONDS = 1.0
"""Wait before the first repeat; it doubles each time, with jitter so that a team does not come as a herd."""

LONGEST_WAIT_SECONDS = 60.0
"""Longest wait for one repeat, whatever the provider asks for: later the turn is better lost."""


class TurnLost(Exception):  # noqa: N818 - an outcome
    """No attempt brought a reply; the sentence says why."""


async def call(team: Team, member: Member, turn: int, messages: Sequence[Message]) -> tuple[Reply, int]:
    """Return the reply of ``member``'s model and the number of attempts. Raises ``TurnLost``.

    Adapters raise ``ModelError`` for every failure; anything else is a defect of ours, which must not end the
    run either, so it is booked as an attempt that cannot be repeated.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with team.gate.real_work() if member.model.real else nullcontext():
                return await member.model.complete(messages), attempt
        except ModelError as error:
            failure = error
        except Exception as error:  # see the docstring
            failure = ModelError("unknown", f"{type(error).__name__}: {error}", retryable=False)
        detail = storable(failure.detail)
        wait: float | None = None
        if failure.retryable and attempt < ATTEMPTS:
            wait = failure.retry_after or FIRST_WAIT_SECONDS * 2 ** (attempt - 1)
            chance = stream(team.run.seed, "retry", member.name, turn, attempt)
            wait = min(wait, LONGEST_WAIT_SECONDS) * (1 + 0.25 * chance.random())
            wait = round(wait, 3)
        team.bus.emit(
            ev.CallFailed(
                turn=turn,
                agent=member.name,
                attempt=attempt,
                kind=failure.kind,
                detail=detail,
                retry_seconds=wait,
            )
        )
        if failure.kind == "spend_limit":
            team.spent(detail)
        if wait is None:
            raise TurnLost(f"the model call failed ({failure.kind}): {detail}")
        await team.clock.sleep(wait)
    raise AssertionError("the last attempt either returns or raises")
