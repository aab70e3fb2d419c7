"""Every suite, structure and strategy ends in a report, through the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.strategies import STRATEGIES
from tasks.suite import shipped, structures

Teamtop = Callable[..., Any]


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(
    "cell", [(suite, structure) for suite in shipped() for structure in structures(suite)]
)
def test_every_cell_ends_in_a_report(teamtop: Teamtop, cell: tuple[str, str], strategy: str) -> None:
    suite, structure = cell
    line = ("run", suite, "--structure", structure, "--strategy", strategy)
    said = teamtop(*line, "--model", "sim/claude-sonnet-4-6", "--speed", "max", "--display", "none", "--json")
    report = said.json
    assert said.code == (0 if report["completed"] else 3)
    assert (report["suite"], report["structure"], report["strategy"]) == (suite, structure, strategy)
    assert report["p"] == {"parallel": 0.9, "mixed": 0.5, "serial": pytest.approx(0.2)}[structure]
    assert report["tasks_total"] == 20
    assert report["verified"] is not None
    assert len(report["agents_table"]) == 4 + strategy.startswith("lead")
