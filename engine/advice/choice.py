"""Which team to take: the Pareto front of time and tokens, limits, and a sentence that says why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.advice.forecast import Option

Prefer: TypeAlias = Literal["time", "balance", "tokens"]

WEIGHTS: dict[Prefer, float] = {"time": 0.0, "balance": 0.25, "tokens": 4.0}
"""Percent of time that one percent of tokens is worth. Balance: a team may take twice the tokens if it saves
a sixth of the time."""

SURE = 0.8
"""The probability with which a limit is to be kept."""

LITTLE = 0.01
"""The probability below which none is said."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take; null: as much as it needs."""

    seconds: float | None = None
    usd: float | None = None
    tokens: float | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in (self.seconds, self.usd, self.tokens))

    def kept(self, option: Option) -> bool:
        """Whether a run of the option keeps them, as surely as ``SURE``; not if its price is unknown."""
        if self.seconds is not None and option.chance_within(self.seconds) < SURE:
            return False
        if self.usd is not None and (option.usd is None or option.usd.high > self.usd):
            return False
        return self.tokens is None or option.tokens.high <= self.tokens


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Choice:
    """``option`` is recommended (null: nothing keeps the limits); ``alone`` is the fastest single agent,
    ``team`` the best team, ``larger`` the recommended one with one agent more (null: not forecast).
    """

    option: Option | None
    alone: Option | None
    team: Option | None
    larger: Option | None
    sentence: str


def front(options: Sequence[Option]) -> list[Option]:
    """Options that no other beats in time to success and in tokens, fastest first."""
    found: list[Option] = []
    for option in sorted(options, key=lambda option: (*option.to_success, option.agents)):
        if not found or option.to_success[1] < found[-1].to_success[1]:
            found.append(option)
    return found


def utility(option: Option, prefer: Prefer) -> float:
    """What is to be small: logarithms of time to success and of tokens, by the preference's weight.

    Of a team that little is known of, the time that counts is the mean of what it may be, which for a
    log-normal is its median times e to half the variance: to be wrong by half costs more than it may bring.
    """
    seconds, tokens = option.to_success
    return math.log(seconds) + option.doubt / 2 + WEIGHTS[prefer] * math.log(tokens)


def choose(options: Sequence[Option], prefer: Prefer = "balance", limits: Limits = NO_LIMITS) -> Choice:
    """Recommend a team. Raises ``ValueError`` without options."""
    if not options:
        raise ValueError("there is nothing to choose from")
    alone = min(
        (option for option in options if option.agents == 1), key=lambda o: utility(o, prefer), default=None
    )
    fastest = min(
        (option for option in options if option.agents == 1), key=lambda o: o.to_success[0], default=None
    )
    possible = [option for option in options if limits.kept(option)]
    best = min(possible, key=lambda option: utility(option, prefer), default=None)
    teams = [option for option in possible if option.agents > 1]
    team = min(
        teams or (option for option in options if option.agents > 1),
        key=lambda option: utility(option, prefer),
        default=None,
    )
    larger = next(
        (
            option
            for option in options
            if best is not None and (option.strategy, option.agents) == (best.strategy, best.agents + 1)
        ),
        None,
    )
    if best is None:
        sentence = _nothing(options, limits)
    elif best.agents == 1:
        sentence = _single(best, team, _why(best, team, prefer, limits))
    else:
        sentence = _several(best, larger, min(option.agents for option in options))
    return Choice(best, fastest or alone, team, larger, sentence)


def _several(best: Option, larger: Option | None, least: int) -> str:
    text = (
        f"{best.agents} agents, {best.strategy}: {best.speedup.value:.2f}× "
        f"[{best.speedup.low:.2f}, {best.speedup.high:.2f}] at {best.token_multiplier.value:.2f}× tokens"
    )
    if least > 1:
        text += f", against {least} agents"
    if larger is None:
        return f"{text}."
    gain = larger.speedup.value - best.speedup.value
    if abs(gain) < 0.005:
        change = "adds nothing"
    else:
        change = f"adds {gain:.2f}×" if gain > 0 else f"takes {-gain:.2f}× away"
    return f"{text}; a {_nth(larger.agents)} {change}."


def _why(best: Option, team: Option | None, prefer: Prefer, limits: Limits) -> str:
    """Why not the team, where its figures do not show it."""
    if team is None:
        return ""
    if not limits.kept(team):
        return ", but is not sure enough to keep the limits"
    certain = utility(team, prefer) - team.doubt / 2 < utility(best, prefer) - best.doubt / 2
    return ", but too little is known of it to count on that" if certain else ""


def _single(best: Option, team: Option | None, why: str) -> str:
    text = f"A single agent, {best.strategy}, is better"
    if team is None:
        return f"{text}."
    speedup = f"{team.speedup.value:.2f}× [{team.speedup.low:.2f}, {team.speedup.high:.2f}]"
    return (
        f"{text}: the best team ({team.agents}, {team.strategy}) would reach {speedup} at "
        f"{team.token_multiplier.value:.2f}× tokens{why}."
    )


def _nothing(options: Sequence[Option], limits: Limits) -> str:
    if limits.usd is not None and all(option.usd is None for option in options):
        return "The price of the model is unknown, so dollars cannot be planned for; use --budget-tokens."
    if limits.seconds is not None:
        likely = max(option.chance_within(limits.seconds) for option in options)
        if likely < LITTLE:
            fast = min(options, key=lambda option: option.seconds.low)
            return (
                f"No team makes the deadline in as many as {LITTLE:.0%} of runs: the fastest, {_who(fast)}, "
                f"takes {fast.seconds.low:.0f} to {fast.seconds.high:.0f} s."
            )
        best = max(options, key=lambda option: option.chance_within(limits.seconds or 0.0))
        return (
            f"No team is likely enough to keep the limits: the best for the deadline, {_who(best)}, makes it "
            f"in {likely:.0%} of runs."
        )
    priced = [(option.usd.high, option) for option in options if option.usd is not None]
    if limits.usd is not None and all(high > limits.usd for high, _ in priced):
        high, best = min(priced, key=lambda each: each[0])
        most = f"${high:.2f}" if high >= 0.1 else f"${high:.2g}"
    else:
        best = min(options, key=lambda option: option.tokens.high)
        most = f"{best.tokens.high:,.0f} tokens"
    return f"No team keeps the budget surely enough: the cheapest, {_who(best)}, takes up to {most}."


def _who(option: Option) -> str:
    return f"{option.agents} agent{'' if option.agents == 1 else 's'}, {option.strategy}"


def _nth(number: int) -> str:
    last = number % 10 if number % 100 not in (11, 12, 13) else 0
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"
