"""Fault plans as text: what ``engine.faults.plan.parse`` reads, and gives the same plan for."""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.faults.plan import Planned


def render(plan: Sequence[Planned]) -> str:
    """The plan in TOML."""
    return "\n".join(_entry(entry) for entry in plan)


def _entry(entry: Planned) -> str:
    keys: dict[str, object] = {
        "kind": entry.kind,
        "target": entry.target,
        "at_round": entry.at_round,
        "at_seconds": entry.at_seconds,
        "on": entry.on or None,
        "each_round": entry.each_round,
        "each_call": entry.each_call,
        "times": entry.times if entry.at_round is None and entry.at_seconds is None else None,
        "duration_seconds": entry.duration_seconds,
        "why": entry.why or None,
        **entry.params,
    }
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items() if value is not None
    ]
    return "\n".join(["[[fault]]", *lines, ""])
