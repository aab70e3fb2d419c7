"""Words for limits, and changes of them; shared by whoever sets, keeps and shows them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import asdict, replace

from engine.record.events.common import Limits

FIELDS: dict[str, str] = {
    "tokens": "tokens",
    "cost_usd": "cost",
    "seconds": "time",
    "agent_tokens": "agent-tokens",
    "agent_cost_usd": "agent-cost",
    "agent_seconds": "agent-time",
}
"""Fields of ``Limits``, and how flags and people name them."""

LARGEST = 1e15
"""Bounds a limit: beyond it a float counts no single token."""


def amount(field: str, value: float) -> str:
    """``5,000 tokens``, ``$2.50``, ``90 s``."""
    if field.endswith("cost_usd"):
        return f"${value:,.2f}" if value >= 0.01 else f"${value:.4f}"
    return f"{value:,.0f} tokens" if field.endswith("tokens") else f"{value:,.0f} s"


def sentence(field: str, bound: float, used: float | None, agent: str = "") -> str:
    """What was reached, without a full stop."""
    whose = f"{agent}'s limit" if agent else "the limit"
    if used is None:
        return f"{whose} of {amount(field, bound)} cannot be kept: the price of a reply is unknown"
    return f"{whose} of {amount(field, bound)} is reached ({amount(field, used)} used)"


def changed(limits: Limits, changes: Mapping[str, float | None]) -> Limits:
    """The limits with ``changes``; a null takes one away. Raises ``ValueError`` with a sentence."""
    checked: dict[str, float | int | None] = {}
    for field, value in changes.items():
        if field not in FIELDS:
            raise ValueError(f"There is no limit {field[:40]!r}: {', '.join(FIELDS)}.")
        if value is not None and not 0 < value <= LARGEST:
            raise ValueError(f"A limit of {FIELDS[field]} is a number above 0, not {value:g}.")
        checked[field] = int(value) if value is not None and field.endswith("tokens") else value
    return replace(limits, **checked)


def differing(before: Limits, after: Limits) -> dict[str, float | None]:
    """What turns ``before`` into ``after``."""
    old, new = asdict(before), asdict(after)
    return {field: new[field] for field in FIELDS if new[field] != old[field]}
