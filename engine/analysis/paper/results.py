"""All that ``teamtop paper`` prints, from a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.analysis.paper import published
from engine.analysis.paper.measures import Measures, measure
from engine.analysis.paper.recording import Recording
from engine.analysis.paper.statistics import Statistic, statistics
from engine.analysis.paper.table1 import Row, table1


@dataclass(frozen=True, slots=True)
class Results:
    """Table 1, the statistics, and the measures that figures are drawn from."""

    source: str
    measures: Measures
    table1: list[Row]
    statistics: list[Statistic]

    def as_dict(self) -> dict[str, Any]:
        """The object that ``paper --json`` prints; numbers are unrounded."""
        return {
            "table1": [
                {
                    "mode": row.mode,
                    "model": row.model,
                    "structure": row.structure,
                    "agents": row.agents,
                    "speedup": row.speedup,
                    "token_multiplier": row.token_multiplier,
                    "published_speedup": row.published_speedup,
                    "published_token_multiplier": row.published_token_multiplier,
                }
                for row in self.table1
            ],
            "statistics": [
                {
                    "name": found.name,
                    "value": found.value,
                    "p_value": found.p_value,
                    "n": found.n,
                    "published": published.number(found.published),
                    "reproduces": found.reproduces,
                    "definition": found.definition,
                }
                for found in self.statistics
            ],
        }


def results(recording: Recording) -> Results:
    """Recompute everything from the runs that are given."""
    measures = measure(recording)
    return Results(recording.source, measures, table1(measures), statistics(measures))
