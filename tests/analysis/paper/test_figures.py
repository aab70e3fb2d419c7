"""Figures 2-6: what they show, and that their files are well-formed whatever names runs have."""

from __future__ import annotations

import xml.etree.ElementTree as Tree
from pathlib import Path

import polars as pl
import pytest

from engine.analysis.paper.conflicts import COUNTED, RECORDED, conflicts
from engine.analysis.paper.figures import Figure, figures
from engine.analysis.paper.measures import measure
from engine.analysis.paper.recording import read
from engine.analysis.paper.svg import step_of, svg
from engine.analysis.paper.table1 import table1
from tests.helpers.recordings import part, recordings

CONFLICTS = {
    "claude": (24.8, 50.4, 66.8, 31.0, 61.7, 22.0),
    "gemini": (2.8, 3.1, 16.3, 13.4, 8.7, 5.3),
    "gpt": (12.1, 16.9, 24.6, 12.4, 17.2, 8.3),
}
"""Means per decentralized successful run: as in the paper's figure, and corrected."""


def drawn(folder: Path) -> list[Figure]:
    recording = read(folder)
    measures = measure(recording)
    return figures(recording, measures, table1(measures))


def test_conflicts_are_those_of_the_figure_and_the_corrected_ones() -> None:
    recording = read(recordings())
    found = conflicts(recording, measure(recording)).filter("success", mode="decentralized")
    for model, means in CONFLICTS.items():
        rows = found.filter(model=model)
        assert [rows[column].mean() for column in (*RECORDED, *COUNTED)] == pytest.approx(means, abs=0.05)


def test_a_figure_shows_what_the_table_and_the_measures_say() -> None:
    found = drawn(recordings())
    assert [figure.number for figure in found] == [2, 3, 4, 5, 6]
    panel = found[0].panels[0]
    assert (panel.title, panel.lines[0].reference) == ("preassigned, parallel", True)
    claude = next(line for line in panel.lines if line.name == "claude")
    assert [round(y, 2) for _, y, _ in claude.points] == [1.0, 1.8, 2.42, 2.78, 3.35]
    assert panel.lines[0].points[-1][1] == pytest.approx(1 / (0.1 + 0.9 / 5))


def test_files_are_well_formed_and_hold_hostile_names_as_text(tmp_path: Path) -> None:
    folder = part(tmp_path, pl.col("rep") == 0)
    runs = pl.read_parquet(folder / "runs.parquet")
    evil = pl.lit("<script>x()</script>&\x1b[31m")
    runs = runs.with_columns(pl.when(pl.col("n_teammates") > 0).then(evil).alias("model_dir"))
    runs.write_parquet(folder / "runs.parquet")
    for figure in drawn(folder):
        text = svg(figure)
        root = Tree.fromstring(text)
        assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
        assert "\x1b" not in text
        assert "nan" not in text


def test_figures_of_no_runs_are_empty_and_can_be_drawn(tmp_path: Path) -> None:
    for figure in drawn(part(tmp_path, pl.lit(value=False))):
        assert all(panel.empty for panel in figure.panels)
        Tree.fromstring(svg(figure))


@pytest.mark.parametrize(("top", "step"), [(0.9, 0.2), (3.57, 1.0), (44.4, 10.0), (66.8, 20.0), (0.0, 1.0)])
def test_steps_are_round_and_few(top: float, step: float) -> None:
    assert step_of(top) == pytest.approx(step)
