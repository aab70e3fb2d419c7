"""Strategies: who decides who does what. Adding one takes one file and one line in ``STRATEGIES``."""

from __future__ import annotations

from engine.strategies.base import Strategy
from engine.strategies.critical import CriticalPath
from engine.strategies.decentralized import Decentralized
from engine.strategies.lead import Lead, LeadAssigned
from engine.strategies.preassigned import Preassigned
from engine.strategies.quorum import Quorum
from engine.strategies.speculative import Speculative
from engine.strategies.stealing import WorkStealing
from engine.strategies.verified import VerifiedBy

__all__ = ["STRATEGIES", "Strategy"]

STRATEGIES: dict[str, type[Strategy]] = {
    strategy.name: strategy
    for strategy in (
        Preassigned,
        Decentralized,
        LeadAssigned,
        Lead,
        WorkStealing,
        CriticalPath,
        Speculative,
        VerifiedBy,
        Quorum,
    )
}
"""By name, in the order in which help lists them."""
