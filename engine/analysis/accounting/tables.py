"""An account as a report shows it: plain objects with whole nanoseconds, shares and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.analysis.accounting.account import Account
from engine.analysis.accounting.causes import CAUSES
from engine.analysis.accounting.losses import Losses, losses
from engine.analysis.accounting.words import sentence


def table(
    account: Account | None, baseline: Sequence[Account] = (), speedup: float | None = None
) -> dict[str, Any] | None:
    """The ``accounting`` of a report; null before the first prompt, when there is no account.

    ``causes`` are nanoseconds of all developers, which sum to ``team_ns`` = agents x ``wall_ns``; ``shares``
    are the same in parts of 1; of an ``imported`` run ``engine`` is what its own program did. ``losses``
    compares with one-agent accounts (``baseline``). ``speedup`` is for the sentence.
    """
    if account is None:
        return None
    whole = account.agents * account.wall_ns
    totals = account.totals()
    return {
        "agents": account.agents,
        "imported": account.imported,
        "wall_ns": account.wall_ns,
        "team_ns": whole,
        "causes": totals,
        "shares": {cause: totals[cause] / whole if whole else 0.0 for cause in CAUSES},
        "by_agent": {name: dict(parts) for name, parts in (account.spent | account.lead).items()},
        "losses": _losses(losses(account, baseline)),
        "sentence": sentence(account, speedup),
        "notes": list(account.notes),
    }


def _losses(found: Losses) -> dict[str, Any]:
    parts = found.karp_flatt()
    return {
        "source": found.source,
        "base_ns": found.base_ns,
        "loss_ns": found.loss_ns,
        "parts": dict(found.parts),
        "speedup": found.speedup,
        "karp_flatt": sum(parts.values()) if parts is not None else None,
        "karp_flatt_parts": parts,
        "waterfall": [{"cause": cause, "speedup_lost": lost} for cause, lost in found.waterfall()],
    }
