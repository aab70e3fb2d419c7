"""Statistics over any selection of saved runs: groups, tests, effect sizes; failed runs are never dropped."""

from __future__ import annotations

from engine.analysis.stats.comparisons import Comparison, compare
from engine.analysis.stats.groups import Group, describe
from engine.analysis.stats.measures import FACTORS, MEASURES, differing, table

__all__ = ["FACTORS", "MEASURES", "Comparison", "Group", "compare", "describe", "differing", "table"]
