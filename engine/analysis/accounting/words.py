"""What an account says, in a sentence."""

from __future__ import annotations

from engine.analysis.accounting.account import Account
from engine.analysis.accounting.causes import CAUSES, Cause, about

NAMED = 3
"""Causes that a sentence names: more are a table."""

WORTH = 0.05
"""Causes below 5% of the time are not worth a word in a sentence."""


def sentence(account: Account, speedup: float | None) -> str:
    """Say in one sentence what took most of the team's time, apart from work that lasted."""
    whole = account.agents * account.wall_ns
    if not whole:
        return "No time has passed yet."
    shares: dict[Cause, float] = {cause: account.total(cause) / whole for cause in CAUSES}
    useful = shares.pop("useful")
    team = "One agent" if account.agents == 1 else f"{account.agents} agents"
    head = team if speedup is None or account.agents == 1 else f"{team}, {speedup:.2f}×"
    largest = sorted((c for c in shares if shares[c] >= WORTH), key=lambda c: -shares[c])[:NAMED]
    parts = [f"{fraction(useful)} of the time went into work that lasted"]
    parts += [
        f"{fraction(shares[cause])} into {about(cause, imported=account.imported).phrase}"
        for cause in largest
    ]
    return f"{head}: {_listed(parts)}."


def fraction(share: float) -> str:
    """A share as people say it: a word near simple fractions, per cent else."""
    for value, word in _FRACTIONS:
        if abs(share - value) <= 0.02:
            return word
    return "none" if share == 0 else "under 1%" if share < 0.01 else f"{share:.0%}"


_FRACTIONS = ((1 / 4, "a quarter"), (1 / 3, "a third"), (1 / 2, "half"), (2 / 3, "two thirds"), (1.0, "all"))


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
