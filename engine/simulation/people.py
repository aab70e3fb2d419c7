"""Random people at the controls: what they do is a row of ``EPISODES``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

from engine import control

LAST_SECOND = 150.0
"""Commands come until then, most of them early."""

Timed: TypeAlias = tuple[float, control.AnyCommand]
"""A command and the second of the loop's time at which it is given."""


def commands(chance: Random, agents: Sequence[str]) -> tuple[Timed, ...]:
    """What a person does to the run: nothing, mostly; or one to four episodes, in order of time."""
    if chance.random() < 0.5:
        return ()
    told: list[Timed] = []
    episodes, weights = zip(*EPISODES, strict=True)
    for _ in range(chance.randint(1, 4)):
        at = round(LAST_SECOND * chance.random() ** 2, 3)
        episode: Callable[[Random, Sequence[str], float], list[Timed]] = chance.choices(episodes, weights)[0]
        told += episode(chance, agents, at)
    return tuple(sorted(told, key=lambda each: each[0]))


def turnover(chance: Random, agents: Sequence[str]) -> tuple[Timed, ...]:
    """Members who leave, one after the other, and perhaps come back under their names; mostly nobody does."""
    if chance.random() < 0.7:
        return ()
    told: list[Timed] = []
    for name in chance.sample(agents, min(len(agents), chance.randint(1, 3))):
        at = round(LAST_SECOND * chance.random() ** 2, 3)
        told.append((at, control.RemoveAgent(name=name)))
        if chance.random() < 0.6:
            told.append((at + chance.choice((0.0, 1.0, 30.0)), control.AddAgent(name=name)))
    return tuple(told)


def _pause(chance: Random, agents: Sequence[str], at: float) -> list[Timed]:
    lasts = chance.choice((0.0, 0.5, 10.0, 300.0))
    paused: list[Timed] = [(at, control.Pause()), (at + lasts, control.Resume())]
    if chance.random() < 0.3:
        paused.insert(1, (at + lasts / 2, control.Step()))
    return paused


def _say(chance: Random, agents: Sequence[str], at: float) -> list[Timed]:
    name = chance.choice(agents)
    return [(at, control.Say(text=f"Mind the edge cases, {name}.", to=chance.choice((name, None))))]


def _strike(chance: Random, agents: Sequence[str], at: float) -> list[Timed]:
    """The same key pressed twice, and a heal in between."""
    kind = chance.choice(("crash", "stall", "slow", "drop_messages"))
    strike = control.Inject(kind=kind, target=chance.choice(agents))
    return [(at, strike), (at, strike), (at + chance.choice((0.0, 1.0, 20.0)), control.Heal())]


def _heal(chance: Random, agents: Sequence[str], at: float) -> list[Timed]:
    return [(at, control.Heal())]


def _staff(chance: Random, agents: Sequence[str], at: float) -> list[Timed]:
    """Somebody joins, and somebody, perhaps the same, leaves, at once or later."""
    leaves = chance.choice((*agents, f"Dev{len(agents) + 1}"))
    later = chance.choice((0.0, 1.0, 30.0))
    told: list[Timed] = [(at, control.AddAgent()), (at + later, control.RemoveAgent(name=leaves))]
    return told[chance.randrange(2) :] if chance.random() < 0.5 else told


def _more_work(chance: Random, agents: Sequence[str], at: float) -> list[Timed]:
    """A task, another that waits for it, and one more reason to wait; what does not fit is refused."""
    number = chance.randrange(1_000)
    first = control.AddTask(title=f"Extra {number}", files=(f"extra_{number}.py",))
    after = control.AddTask(
        title=f"More {number}", files=(f"more_{number}.py",), after=(f"extra_{number}", "3")
    )
    told: list[Timed] = [(at, first), (at + chance.choice((0.0, 20.0)), after)]
    task, on = (str(chance.randint(1, 9)) for _ in range(2))
    told.append((at, control.AddDependency(task=task, on=on)))
    return told[: chance.randint(1, 3)]


def _stop(chance: Random, agents: Sequence[str], at: float) -> list[Timed]:
    return [(at, control.Stop())]


EPISODES: tuple[tuple[Callable[[Random, Sequence[str], float], list[Timed]], float], ...] = (
    (_pause, 0.30),
    (_say, 0.30),
    (_strike, 0.20),
    (_heal, 0.17),
    (_staff, 0.12),
    (_more_work, 0.08),
    (_stop, 0.03),
)
"""Each with its share of the episodes."""
