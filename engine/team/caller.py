"""Calls to a model: bounded attempts, an event for what becomes of each, waits on the run's clock.

A conversation that its model refuses as too long loses its oldest half, as an event, and is sent again.
Calls that leave this process are announced as well (``call_started``), wait for the limits of their provider,
may have a second attempt run beside them, and are heard while their replies arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from engine.models.base import Message, ModelError, Reply
from engine.record import events as ev
from engine.record.clean import storable
from engine.record.partials import KEPT, Partial
from engine.team.compaction import shorter
from engine.team.member import Member, Team
from engine.team.ratelimit import estimate
from engine.world.chance import stream

ATTEMPTS = 4
"""Calls per turn at most: three repeats ride out a short outage; a longer one costs the turn, not the run."""

FIRST_WAIT_SECONDS = 1.0
"""Bound of the wait before the first repeat; it doubles with each. The wait is drawn from all of it, so that
the calls of a team that failed together spread out (full jitter)."""

LONGEST_WAIT_SECONDS = 60.0
"""Longest wait for one repeat, whatever the provider asks for: later the turn is better lost."""

SHORTENED_SECONDS = 0.001
"""Before a conversation that was refused as too long is sent again, shorter. That is another request, so
nothing is waited for; none at all would say that another attempt is out."""

HEARD_SECONDS = 2.0
"""Least time between two ``reply_heard`` of a turn: a reply of minutes leaves some dozens in the journal."""


class TurnLost(Exception):  # noqa: N818 - an outcome
    """No attempt brought a reply; the sentence says why."""


async def call(team: Team, member: Member, turn: int, messages: Sequence[Message]) -> tuple[Reply, int]:
    """Return the reply of ``member``'s model and the number of attempts. Raises ``TurnLost``.

    Adapters raise ``ModelError`` for every failure; anything else is a defect of ours, which must not end the
    run either, so it is booked as an attempt that cannot be repeated.
    """
    calls = _Calls(team, member, turn, messages)
    try:
        while True:
            try:
                return await calls.reply(), calls.made
            except _Again as again:
                await team.clock.sleep(again.seconds)
    finally:
        team.partials.drop(member.name)


class _Again(Exception):  # noqa: N818 - an outcome
    """No attempt is out any more; the next one may follow after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class _Calls:
    """The attempts of one turn; ``made`` counts them."""

    def __init__(self, team: Team, member: Member, turn: int, messages: Sequence[Message]) -> None:
        self.made = 0
        self._team = team
        self._member = member
        self._turn = turn
        self._messages = messages
        self._tokens = estimate(messages) if member.model.real else 0

    async def reply(self) -> Reply:
        """Ask; once, or twice at a time. Raises ``_Again``, ``TurnLost``."""
        after = self._team.calls.hedge_seconds
        if not self._member.model.real or after is None:
            self.made += 1
            answer = await self._attempt(self.made)
            if isinstance(answer, Reply):
                self._settled(self.made)
                return answer
            raise self._failed(self.made, answer, alone=True)
        return await self._hedged(after)

    async def _hedged(self, after: float) -> Reply:
        """Ask, and ask once more if there is no answer after so many seconds; the first reply counts."""
        out: dict[asyncio.Task[Reply | ModelError], int] = {}
        self._send(out)
        may_hedge = self.made < ATTEMPTS
        try:
            while True:
                wait = after if may_hedge and len(out) == 1 else None
                done, _ = await asyncio.wait(out, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    may_hedge = False
                    self._send(out, hedge=True)
                answers = {out.pop(task): task.result() for task in sorted(done, key=out.__getitem__)}
                failures = {n: answer for n, answer in answers.items() if isinstance(answer, ModelError)}
                last = max(failures, default=0) if not out and len(failures) == len(answers) else 0
                ended: Exception | None = None
                for number, failure in failures.items():
                    ended = self._failed(number, failure, alone=number == last)
                for number, answer in answers.items():
                    if isinstance(answer, Reply):
                        self._settled(number)
                        return answer
                if not out and ended is not None:
                    raise ended
        finally:
            for task in out:
                task.cancel()
            if out:
                await asyncio.gather(*out, return_exceptions=True)
            for number in sorted(self._team.calls_out.get(self._turn, ())):
                abandon(self._team, self._turn, self._member.name, number, "another attempt was faster")

    def _settled(self, number: int) -> None:
        """What became of an attempt is known."""
        self._team.calls_out.get(self._turn, set()).discard(number)

    def _send(self, out: dict[asyncio.Task[Reply | ModelError], int], *, hedge: bool = False) -> None:
        self.made += 1
        name = f"attempt {self.made} of turn {self._turn}"
        attempt = self._attempt(self.made, hedge=hedge)
        out[asyncio.get_running_loop().create_task(attempt, name=name)] = self.made

    async def _attempt(self, number: int, *, hedge: bool = False) -> Reply | ModelError:
        """Make one attempt; a failure is an answer, too."""
        try:
            if self._member.model.real:
                return await self._outside(number, hedge=hedge)
            return await self._member.model.complete(self._messages)
        except ModelError as error:
            return error
        except Exception as error:  # see ``call``
            return ModelError("unknown", f"{type(error).__name__}: {error}", retryable=False)

    async def _outside(self, number: int, *, hedge: bool) -> Reply:
        """Make an attempt that leaves this process, as soon as it may. Cancelled, it counts as being out."""
        team, model = self._team, self._member.model
        waited = await team.rates.admit(model.name, self._tokens)
        async with team.gate.real_work():
            team.calls_out.setdefault(self._turn, set()).add(number)
            team.bus.emit(
                ev.CallStarted(
                    turn=self._turn,
                    agent=self._member.name,
                    attempt=number,
                    waited_seconds=round(waited, 3),
                    hedge=hedge,
                )
            )
            team.bus.hurry()
            try:
                reply = await model.complete(
                    self._messages, _Voice(team, self._member, self._turn, number).hear
                )
            except Exception as error:
                unknown = isinstance(error, ModelError) and error.kind in ev.UNKNOWN_OUTCOME
                team.rates.settle(model.name, self._tokens, None if unknown else 0)
                raise
            team.rates.settle(model.name, self._tokens, _total(reply))
            return reply

    def _failed(self, number: int, failure: ModelError, *, alone: bool) -> _Again | TurnLost:
        """Record a failed attempt; what follows if no other one is out (``alone``)."""
        team, member = self._team, self._member
        self._settled(number)
        detail = storable(failure.detail)
        wait: float | None = None
        too_long = alone and failure.kind == "context" and self.made < ATTEMPTS
        less = shorter(team, member) if too_long else None
        if not alone:
            wait = 0.0
        elif less is not None:
            wait = SHORTENED_SECONDS
        elif failure.retryable and self.made < ATTEMPTS:
            chance = stream(team.run.seed, "retry", member.name, self._turn, number)
            wait = round(min(LONGEST_WAIT_SECONDS, _wait(self.made, failure.retry_after, chance.random())), 3)
        if failure.kind == "rate_limit" and failure.retry_after and member.model.real:
            team.rates.hold(member.model.name, failure.retry_after)
        team.bus.emit(
            ev.CallFailed(
                turn=self._turn,
                agent=member.name,
                attempt=number,
                kind=failure.kind,
                detail=detail,
                retry_seconds=wait,
            )
        )
        if less is not None:
            team.bus.emit(less)
            self._tokens = estimate(self._messages) if member.model.real else 0
        if failure.kind == "spend_limit":
            team.spent(detail)
        if wait is None:
            return TurnLost(f"the model call failed ({failure.kind}): {detail}")
        return _Again(wait)


def _wait(made: int, asked: float | None, drawn: float) -> float:
    """Seconds before the next attempt: drawn from a bound that doubles; not before the provider wants it."""
    bound = FIRST_WAIT_SECONDS if asked else FIRST_WAIT_SECONDS * float(2 ** (made - 1))
    return max(0.001, (asked or 0.0) + bound * drawn)  # none at all would say that another one is out


def _total(reply: Reply) -> int | None:
    if reply.input_tokens is None or reply.output_tokens is None:
        return None
    return reply.input_tokens + reply.output_tokens


def abandon(team: Team, turn: int, agent: str, attempt: int, why: str) -> None:
    """Record that nobody waits for an attempt any more that is out: what it cost will not be known."""
    team.calls_out.get(turn, set()).discard(attempt)
    team.bus.emit(ev.CallAbandoned(turn=turn, agent=agent, attempt=attempt, detail=why))


class _Voice:
    """What is heard of one attempt: a notice per piece, and now and then an event that it is alive."""

    def __init__(self, team: Team, member: Member, turn: int, attempt: int) -> None:
        self._team = team
        self._agent = member.name
        self._turn = turn
        self._attempt = attempt
        self._tail = ""
        self._characters = 0
        self._heard: float | None = None

    def hear(self, text: str) -> None:
        """Take a piece of the reply."""
        team = self._team
        if self._attempt not in team.calls_out.get(self._turn, ()):
            return
        self._characters += len(text)
        self._tail = (self._tail + text)[-KEPT:]
        team.partials.say(Partial(self._agent, self._turn, self._characters, storable(self._tail)))
        now = team.clock.now()
        if self._heard is None or now - self._heard >= HEARD_SECONDS:
            self._heard = now
            team.bus.emit(
                ev.ReplyHeard(
                    turn=self._turn, agent=self._agent, attempt=self._attempt, characters=self._characters
                )
            )
            team.bus.hurry()
