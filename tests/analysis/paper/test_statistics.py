"""The statistics of section 4: which reproduce, and that they follow the runs that are given."""

from __future__ import annotations

import statistics as plain
from pathlib import Path

import polars as pl
import pytest

from engine.analysis.paper import published
from engine.analysis.paper.measures import measure
from engine.analysis.paper.recording import read
from engine.analysis.paper.statistics import Statistic, statistics
from tests.helpers.recordings import part, recordings

DIFFERENT = {
    "sec4_1.kruskal_H",
    "sec4_1.mwu_p09_gt_p05",
    "sec4_1.mwu_p05_gt_p02",
    "sec4_2.mwu_pre_vs_dec",
    "sec4_2.median_speedup_preassigned",
    "sec4_6.excess_median_preassigned",
    "sec4_6.serial_token_mean",
    "sec4_6.serial_speedup_mean",
    "appA1.retries_claude",
    "appA1.retries_gpt",
    "appA1.timeouts_preassigned",
}
"""What the release does not give as printed."""


def _of(folder: Path) -> dict[str, Statistic]:
    return {found.name: found for found in statistics(measure(read(folder)))}


def test_everything_printed_is_computed_and_all_but_the_known_ones_reproduce() -> None:
    found = _of(recordings())
    assert list(found) == list(published.statistics())
    assert {name for name, statistic in found.items() if not statistic.reproduces} == DIFFERENT
    assert all(statistic.value is not None for statistic in found.values())
    assert found["sec4_5.mwu_straggler"].value == 8889359.0
    assert found["sec4_1.kruskal_H"].value == pytest.approx(62.206874454277795, rel=1e-12)


def test_part_of_the_runs_gives_the_figures_of_that_part(tmp_path: Path) -> None:
    folder = part(tmp_path, (pl.col("model_dir") == "google_gemini-3-flash-preview") & (pl.col("rep") == 0))
    found, whole = _of(folder), _of(recordings())
    runs = pl.read_parquet(folder / "runs.parquet").filter("success", mode="decentralized")
    events = pl.read_parquet(folder / "events.parquet").filter(type="run_tests")
    failing = events.filter(pl.col("returncode").is_in([1.0, 2.0, 3.0]))["run_dir"].to_list()
    by_hand = plain.median(failing.count(name) for name in runs["run_dir"])
    assert found["sec4_3.median_failures_decentralized"].value == by_hand
    assert found["sec4_3.median_failures_decentralized"].n == runs.height
    assert found["sec4_1.wilcoxon_claude_p"].value is None  # no run of Claude was given
    assert found["appA1.retries_claude"].value is None
    assert found["appA1.retries_gemini"].value is not None
    same = [n for n, s in found.items() if s.value is not None and s.value == whole[n].value]
    assert len(same) <= 2  # nothing is baked in


def test_runs_without_events_leave_event_statistics_unknown(tmp_path: Path) -> None:
    folder = part(tmp_path, pl.col("n_teammates") <= 2)
    pl.read_parquet(folder / "events.parquet").clear().write_parquet(folder / "events.parquet")
    found = _of(folder)
    assert found["sec4_3.median_failures_preassigned"].value is None  # not zero
    assert found["sec4_5.median_gap_mixed"].value is None
    assert found["sec4_2.median_speedup_preassigned"].value is not None


def test_runs_of_which_success_is_unknown_are_none_that_failed(tmp_path: Path) -> None:
    folder = part(tmp_path, pl.col("rep") == 0)
    runs = pl.read_parquet(folder / "runs.parquet").with_columns(success=pl.lit(None, pl.Boolean))
    runs.write_parquet(folder / "runs.parquet")
    failed = _of(folder)["appA1.timeouts_preassigned"]
    assert (failed.value, failed.n, failed.reproduces) == (None, 0, None)


def test_other_types_of_the_same_columns_give_the_same_figures(tmp_path: Path) -> None:
    folder = part(tmp_path, (pl.col("rep") == 0) & (pl.col("task_type") == "dataanalysis"))
    before = _of(folder)
    runs = pl.read_parquet(folder / "runs.parquet")
    runs = runs.with_columns(
        pl.col("mode", "run_dir").cast(pl.Categorical), pl.col("n_teammates").cast(pl.Int8)
    )
    runs.write_parquet(folder / "runs.parquet")
    events = pl.read_parquet(folder / "events.parquet")
    events.with_columns(pl.lit(None).alias("path")).write_parquet(folder / "events.parquet")
    assert _of(folder) == before


def test_no_runs_at_all_leave_everything_unknown(tmp_path: Path) -> None:
    found = _of(part(tmp_path, pl.lit(value=False)))
    assert all(statistic.value is None and statistic.reproduces is None for statistic in found.values())


@pytest.mark.parametrize(
    ("value", "printed", "same"),
    [
        (289671.5, "289672", True),
        (1.3447, "1.36", False),
        (2.1949, "2.19", True),
        (0.3956, "0.40", True),
        (0.000999, "<0.001", True),
        (0.001, "<0.001", False),
        (0.01, "all<=0.01", True),
    ],
)
def test_a_value_agrees_if_it_rounds_to_what_is_printed(value: float, printed: str, same: bool) -> None:
    assert published.agrees(value, printed) is same
