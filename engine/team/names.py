"""Names of agents: words that prompts, targets of faults and panes can all hold."""

from __future__ import annotations

import re
from collections.abc import Collection

LEAD = "Lead"
"""The name of whoever leads: teams, prompts and people know the lead by it."""

NAME_MAX = 24
"""Characters of a name: two of them and what stands between fit a pane."""

_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_-]{{0,{NAME_MAX - 1}}}")

_RESERVED = frozenset(
    (
        *("all", "one", "half", "lead", "slowest", "critical-path-owner", "actor", "random", "owner-of"),
        *("holder-of", "operator", "person", "strategy", "engine", "plan", "everybody", "nobody"),
    )
)
"""What stands for somebody else: targets of faults, authors of events."""


def wrong_name(name: str, taken: Collection[str]) -> str:
    """Why an agent that is no lead cannot be called ``name``, as a sentence; empty if it can."""
    if not _NAME.fullmatch(name):
        return (
            f"{name[:60]!r} is no name for an agent: use up to {NAME_MAX} letters, digits, '-' and '_', "
            "a letter first."
        )
    if name.casefold() in _RESERVED:
        return f"{name} stands for something else; choose another name."
    for other in taken:
        if other.casefold() == name.casefold():
            return f"{other} is of the team already; choose another name."
    return ""


def next_name(ever: Collection[str]) -> str:
    """The next of ``Dev1``, ``Dev2``, … that nobody has had."""
    known = {name.casefold() for name in ever}
    numbers = [int(name[3:]) for name in known if name.startswith("dev") and name[3:].isdecimal()]
    return f"Dev{max(numbers, default=0) + 1}"
