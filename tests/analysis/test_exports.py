"""The report of a run as Markdown, JSON, CSV, Parquet and picture: whole, and harmless to who reads it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from engine.analysis import exports
from engine.analysis import report as reports
from engine.errors import TeamtopError
from tests.helpers.recorded import HOSTILE
from tests.helpers.teamscript import ended
from tui.picture import summary_svg

EVIL = f"{HOSTILE} | <script>x</script> `y` =cmd"


@pytest.fixture
def report(tmp_path: Path, save_run: Any) -> reports.Report:
    return reports.build(save_run(tmp_path, "run-1", ended().events), [])


@pytest.fixture
def hostile(report: reports.Report) -> reports.Report:
    agents = [{**agent, "name": EVIL, "model": EVIL} for agent in report["agents_table"]]
    texts = dict.fromkeys(("run_id", "suite", "structure", "strategy", "model", "outcome_detail"), EVIL)
    return {**report, **texts, "agents_table": agents, "notes": [EVIL]}


def test_csv_and_parquet_hold_every_figure_of_the_json_unrounded(report: reports.Report) -> None:
    whole = json.loads(exports.text_of(report, "json"))
    head, row = csv.reader(io.StringIO(exports.text_of(report, "csv")))
    table = pl.read_parquet(io.BytesIO(exports.parquet_of(report)))
    assert table.columns == head
    assert {name.split(".")[0] for name in head} == set(whole)
    for name in ("busy_seconds", "tasks_done", "amdahl_bound"):
        assert float(row[head.index(name)]) == table[name][0] == whole[name]
    assert json.loads(row[head.index("agents_table")]) == whole["agents_table"]


def test_markdown_tells_sentence_figures_agents_and_unknowns(report: reports.Report) -> None:
    text = exports.text_of(report, "md")
    assert text.startswith("# run-1\n\nA person stopped the team, 13 of 20 tasks done")
    assert "| tasks done | 13 |" in text
    assert "| speedup | unknown |" in text
    assert all(f"| {agent['name']} |" in text for agent in report["agents_table"])


def test_untrusted_words_become_neither_markup_nor_formula_nor_control(hostile: reports.Report) -> None:
    for text in (exports.text_of(hostile, "md"), exports.text_of(hostile, "csv"), summary_svg(hostile)):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
    markdown = exports.text_of(hostile, "md")
    assert "<script>" not in markdown.replace("\\<", "")
    cells = [line.replace("\\|", "").count("|") for line in markdown.splitlines() if line.startswith("| ")]
    assert set(cells) == {3, 5, 9}  # bars of the three tables, none from the words
    root = ElementTree.fromstring(summary_svg(hostile))
    assert {child.tag.rpartition("}")[2] for child in root.iter()} == {"svg", "rect", "text"}
    formula = {**hostile, "suite": "=HYPERLINK(1)", "model": "+1", "strategy": "@x"}
    row = next(csv.DictReader(io.StringIO(exports.text_of(formula, "csv"))))
    assert (row["suite"], row["model"], row["strategy"]) == ("'=HYPERLINK(1)", "'+1", "'@x")


def test_the_picture_has_every_word_of_the_summary_within_its_frame(report: reports.Report) -> None:
    root = ElementTree.fromstring(summary_svg(report))
    texts = [child for child in root if child.tag.endswith("text")]
    words = " ".join(child.text or "" for child in texts)
    assert "13 of 20 tasks done" in words
    assert "Amdahl bound" in words
    width = float(root.attrib["width"])
    assert all(float(t.attrib["x"]) + float(t.attrib["textLength"]) <= width for t in texts)


def test_a_file_that_cannot_be_written_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken.md").mkdir()
    for path in (tmp_path / "taken.md", tmp_path / "none" / "x.md"):
        with pytest.raises(TeamtopError, match="cannot be written"):
            exports.write(path, "text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.md"]
