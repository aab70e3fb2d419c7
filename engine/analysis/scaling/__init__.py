"""Speedup against team size over saved runs: the Universal Scalability Law and Gustafson's law."""

from __future__ import annotations

from engine.analysis.scaling.gustafson import GustafsonFit, fit_gustafson
from engine.analysis.scaling.series import Series, collect, kind_of
from engine.analysis.scaling.usl import Interval, UslFit, fit_usl

__all__ = ["GustafsonFit", "Interval", "Series", "UslFit", "collect", "fit_gustafson", "fit_usl", "kind_of"]
