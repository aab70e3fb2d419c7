"""``sim/perfect``: one task per turn, always right, the same time and tokens every turn.

If its tests fail all the same, it writes what the task builds on anew, too.

It is the yardstick for everything else: what is lost against it is lost to the graph and to coordination.
"""

from __future__ import annotations

from engine.models.simulated import habits
from engine.models.simulated.prompt import Row
from engine.models.simulated.turn import Turn

LATENCY = 1.0
INPUT_TOKENS = 1000
OUTPUT_TOKENS = 200


def develop(turn: Turn) -> None:
    """Do the first task that can be done: a copy, an own one, else one that may be claimed."""
    habits.review(turn)
    own = next((row for row in _in_order(turn) if turn.can_start(row)), None)
    if own is not None:
        if own in turn.unverified():  # somebody else broke what it builds on
            for row in reversed(turn.below(own)):
                turn.write(row, right=1.0)
        _do(turn, own)
        return
    if turn.mine:
        turn.plan.say(f"{turn.mine[0].name} waits for what it builds on.")
        return
    free = turn.claimable()
    place = _place(turn)
    if place >= len(free):
        turn.plan.say("Nothing to do.")
        return
    turn.plan.claim(free[place].id)
    _do(turn, free[place])


def _do(turn: Turn, row: Row) -> None:
    turn.plan.say(f"{row.name}.")
    turn.write(row, right=1.0)
    turn.plan.complete(row.id)


def _place(turn: Turn) -> int:
    """Which of the ready tasks is this agent's: all see the same board, so each takes another place.

    Places rotate with the rounds, so that the place of an agent that is down is not left empty for ever.
    """
    return (turn.brief.rank + turn.prompt.round - 1) % len(turn.brief.developers)


def _in_order(turn: Turn) -> list[Row]:
    order = {task: place for place, task in enumerate(turn.brief.own)}
    return sorted(turn.mine, key=lambda row: (row.id not in turn.backups, order.get(row.id, len(order))))
