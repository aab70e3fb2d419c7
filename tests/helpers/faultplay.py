"""Runs under faults in a few lines: what is injected when, and what agents say meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import control
from engine.record import events as ev
from tests.helpers.scripted import Answer, Played, Steering, play

Script = dict[str, list[Answer]]


def inject(
    kind: str, target: str = "Dev1", duration: float | None = None, **params: float | str
) -> control.Inject:
    """The command that injects a fault."""
    return control.Inject(
        kind=kind, target=target, params=params, duration_seconds=duration, author="ann", why="to see"
    )


def disturbed(script: Script, *commands: control.AnyCommand, at: float = 0.5, **settings: Any) -> Played:
    """Play with the commands given ``at`` seconds, half way through the first round."""
    return timed(script, [(at, command) for command in commands], **settings)


def timed(
    script: Script,
    commands: Sequence[tuple[float, control.AnyCommand]],
    tasks: Sequence[ev.TaskSpec] | None = None,
    **settings: Any,
) -> Played:
    """Play with each command given at its second of the loop."""

    async def steer(hand: Steering) -> None:
        now = 0.0
        for at, command in commands:
            await hand.sleep(at - now)
            now = at
            answer = await hand.do(command)
            assert answer.ok, answer.detail

    return play(script, tasks, steer=steer, **settings)
