"""A team from a file: who is in it, and with which models.

    [[agent]]
    name = "Ann"
    model = "sim/gpt-5.2"

    [[agent]]
    count = 3

An agent without a name is the next Dev1, Dev2, …; ``count`` makes several, numbered. ``role = "lead"`` gives
the lead of the strategy, who is called Lead, its model. Every error names the agent and the key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import UsageError
from engine.joining import TEAM_MAX
from engine.named import Unusable, table_of, text_in
from engine.team.names import LEAD, wrong_name
from tasks.errors import nearest

_KEYS = ("name", "role", "model", "count")

BYTES_MAX = 1 << 20
"""A team of 200 takes some 20 kB; more is no team file."""


@dataclass(slots=True)
class TeamFile:
    """The developers in order, models by name, and whether a lead is asked for."""

    names: list[str] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)
    lead: bool = False


def read(path: Path) -> TeamFile:
    """Read a team file. Raises ``UsageError``, one sentence."""
    try:
        text = text_in(path, BYTES_MAX)
    except Unusable as why:
        raise UsageError(f"{path} {why}.") from None
    return parse(text, str(path))


def parse(text: str, source: str) -> TeamFile:
    """Read the text of a team file; ``source`` names it in errors. Raises ``UsageError``."""
    try:
        table = table_of(text)
    except Unusable as why:
        raise UsageError(f"{source} {why}.") from None
    entries = table.get("agent")
    if set(table) != {"agent"} or not isinstance(entries, list) or not entries:
        raise UsageError(f"{source}: a team file holds [[agent]] tables and nothing else.")
    team = TeamFile()
    for number, entry in enumerate(entries, 1):
        _take(team, entry, f"{source}: agent {number}")
    if not team.names:
        raise UsageError(f"{source}: a team needs a developer.")
    return team


def _take(team: TeamFile, entry: Any, where: str) -> None:  # noqa: ANN401 - whatever TOML holds
    if not isinstance(entry, dict):
        raise UsageError(f"{where} is no table: write [[agent]] above it.")
    for key, value in entry.items():
        if key not in _KEYS:
            raise UsageError(f"{where}: there is no key {key!r}.{nearest(key, _KEYS)}")
        if key != "count" and (not isinstance(value, str) or not value.strip()):
            raise UsageError(f"{where}: {key} is a text, not {value!r}.")
    role, name, model = entry.get("role", "developer"), entry.get("name"), entry.get("model")
    count = entry.get("count", 1)
    if role not in ("developer", "lead"):
        raise UsageError(f"{where}: role is developer or lead, not {role!r}.")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= TEAM_MAX:
        raise UsageError(f"{where}: count is a number from 1 to {TEAM_MAX}, not {count!r}.")
    if role == "lead":
        if team.lead or count > 1 or name not in (None, LEAD):
            raise UsageError(f"{where}: a team has one lead, and it is called {LEAD}.")
        team.lead = True
        names = [LEAD]
    else:
        names = [_name(team, name, place, count, where) for place in range(1, count + 1)]
    if model is not None:
        team.models |= dict.fromkeys(names, model.strip())


def _name(team: TeamFile, name: str | None, place: int, count: int, where: str) -> str:
    if name is None:
        number = 1
        while f"Dev{number}" in team.names:
            number += 1
        name = f"Dev{number}"
    elif count > 1:
        name = f"{name}{place}"
    wrong = wrong_name(name, team.names)
    if wrong:
        raise UsageError(f"{where}: {wrong[0].lower()}{wrong[1:]}")
    team.names.append(name)
    return name
