"""Loss accounting: where the agent time of a run went, and where its speedup went.

For a run on [t0, t1) every agent is in exactly one state at every instant, so the times of all causes add up
to agents x wall time, in whole nanoseconds. Against one-agent runs that splits the lost speedup exactly.
"""

from __future__ import annotations

from engine.analysis.accounting.account import Account
from engine.analysis.accounting.causes import ABOUT, CAUSES, About, Cause, about
from engine.analysis.accounting.losses import Losses, losses
from engine.analysis.accounting.tables import table

__all__ = ["ABOUT", "CAUSES", "About", "Account", "Cause", "Losses", "about", "losses", "table"]
