"""What an agent's time can go into: causes that are complete and disjoint.

Complete and disjoint are the two criteria of lost-cycles analysis (M. Crovella, T. LeBlanc, "Parallel
performance prediction using lost cycles analysis", SC'94): every instant of every agent has one cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Cause: TypeAlias = Literal[
    "useful",
    "overwritten",
    "repair",
    "lost",
    "bookkeeping",
    "communication",
    "lock_wait",
    "test_queue",
    "own_tests",
    "api_wait",
    "down",
    "barrier",
    "misassignment",
    "starvation_structural",
    "starvation_induced",
    "engine",
    "absent",
    "undecided",
]

CAUSES: tuple[Cause, ...] = get_args(Cause)
"""In the order in which tables and waterfalls list them: work, talk, waits, the rest."""


@dataclass(frozen=True, slots=True)
class About:
    """``title`` for rows, ``phrase`` for sentences ("a third went into …"), ``meaning`` for help."""

    title: str
    phrase: str
    meaning: str


ABOUT: dict[Cause, About] = {
    "useful": About("useful work", "work that lasted", "model time for content that is in the final files"),
    "overwritten": About(
        "overwritten work",
        "work that was overwritten",
        "model time for content that did not last, or that was there already",
    ),
    "repair": About("repair", "repairs", "model time for content that mended own work after failed tests"),
    "lost": About("lost work", "turns that came to nothing", "turns that crashed, were fenced or failed"),
    "bookkeeping": About(
        "bookkeeping",
        "claiming, testing and reading",
        "turns that wrote nothing but moved the board, tested, read",
    ),
    "communication": About(
        "talk, empty turns", "talk and empty turns", "turns that changed nothing but mail"
    ),
    "lock_wait": About(
        "locks", "waiting for locks", "turns that ended in a refused edit, and the wait for the next chance"
    ),
    "test_queue": About("test queue", "waiting for a test slot", "waiting until a test run could begin"),
    "own_tests": About("own tests", "running tests", "test runs of the agent's own"),
    "api_wait": About(
        "API waits", "waiting for the provider", "failed calls and the waits before they were tried again"
    ),
    "down": About("down", "agents that were down", "crashed or silent"),
    "barrier": About(
        "barrier",
        "waiting at the barrier",
        "waiting for others' turns while there was work that it could have done",
    ),
    "misassignment": About(
        "misassignment",
        "work that belonged to somebody else",
        "idle while ready work waited for an owner who was busy",
    ),
    "starvation_structural": About(
        "no ready work (graph)",
        "a graph that had no work for so many",
        "idle time that no schedule of this graph on so many agents avoids",
    ),
    "starvation_induced": About(
        "no ready work (schedule)",
        "waiting for work that came late",
        "idle time without ready work that a better schedule would have avoided",
    ),
    "engine": About("engine", "the engine itself", "carrying out actions and opening rounds"),
    "absent": About(
        "not in the team", "agents that were not there", "before an agent joined or after it left"
    ),
    "undecided": About(
        "undecided", "turns that are still open", "turns that were open where the record ends"
    ),
}

ELSEWHERE = About(
    "its tools, or unknown",
    "its own tools, or what was not recorded",
    "what another program did between a reply and the end of its turn, and between rounds",
)
"""The cause ``engine`` of a run that another program made: its time is not ours."""


def about(cause: Cause, *, imported: bool) -> About:
    """The words for a cause, of a run of our own engine or of an imported one."""
    return ELSEWHERE if imported and cause == "engine" else ABOUT[cause]
