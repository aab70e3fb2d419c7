"""Scaling laws over saved runs: exact on exact data, honest on noisy data, silent where they do not apply."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Literal

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.analysis.scaling import Series, collect, fit_gustafson, fit_usl
from engine.analysis.scaling.usl import _parameters, peak_of, usl_speedup
from engine.record import events as ev
from engine.record.folder import RunFolder
from tui.commands.scaling_command import command

SIZES = (1, 2, 4, 8, 12, 16)


def walls(sigma: float, kappa: float, sizes: tuple[int, ...], runs: int, cv: float) -> dict[int, list[float]]:
    """Wall seconds of runs whose speedup obeys the law, with log-normal noise of variation ``cv``."""
    random = Random(1)
    width = math.sqrt(math.log(1 + cv * cv))
    return {
        n: [100 / usl_speedup(sigma, kappa, n) * math.exp(random.gauss(0, width)) for _ in range(runs)]
        for n in sizes
    }


@settings(max_examples=40)
@given(st.floats(0, 0.9), st.floats(0, 0.1))
def test_without_noise_the_fit_finds_what_the_runs_were_made_with(sigma: float, kappa: float) -> None:
    found = _parameters(walls(sigma, kappa, SIZES, 1, 0.0))
    assert found == pytest.approx((sigma, kappa), abs=1e-6)


def test_a_superlinear_series_has_no_negative_contention() -> None:
    found = _parameters({1: [100.0], 2: [40.0], 4: [20.0]})
    assert found == (0.0, 0.0)


def test_five_small_teams_do_not_identify_a_peak_and_it_is_said_what_would() -> None:
    fit = fit_usl(walls(0.15, 0.02, (1, 2, 3, 4, 5), 5, 0.35))
    assert fit is not None
    assert fit.peak is None
    assert "teams of 12 to 16" in fit.advice
    assert "20 runs" in fit.advice


def test_large_teams_and_many_runs_identify_the_peak() -> None:
    fit = fit_usl(walls(0.15, 0.02, SIZES, 20, 0.35))
    assert fit is not None
    assert fit.peak == pytest.approx(6.5, abs=1.0)  # the truth is 6.52
    assert fit.peak_interval is not None
    assert fit.peak_interval.low < 6.52 < fit.peak_interval.high < 2 * fit.peak_interval.low
    assert not fit.advice


def test_amdahl_alone_has_no_peak() -> None:
    assert peak_of(0.3, 0.0) == math.inf
    fit = fit_usl(walls(0.3, 0.0, SIZES, 10, 0.05))
    assert fit is not None
    assert fit.peak is None
    assert fit.no_peak > 0.1


@pytest.mark.parametrize(
    "runs", [{}, {2: [1.0], 3: [1.0]}, {1: [1.0], 2: [1.0]}, {1: [], 2: [1.0], 3: [2.0]}]
)
def test_too_few_sizes_fit_nothing(runs: dict[int, list[float]]) -> None:
    assert fit_usl(runs) is None


def test_gustafson_takes_only_series_whose_tasks_grow_with_the_team() -> None:
    runs = {n: [10.0 * n / (n - 0.2 * (n - 1))] for n in (1, 2, 4, 8)}
    fit = fit_gustafson(runs, {n: 20 * n for n in runs})
    assert fit is not None
    assert fit.serial == pytest.approx(0.2)
    assert fit.speedup(8) == pytest.approx(8 - 0.2 * 7)
    assert fit_gustafson(runs, dict.fromkeys(runs, 20)) is None


def test_runs_that_left_tasks_open_raise_the_expected_time_to_success() -> None:
    series = Series.__new__(Series)
    series.walls, series.ended, series.tasks = {1: [10.0], 2: [6.0, 6.0]}, {2: [12.0, 12.0]}, {1: 20, 2: 20}
    assert series.mean(2) == 6.0
    assert series.expected(2) == (6 + 6 + 12 + 12) / 4 / 0.5
    assert series.speedup(2) == pytest.approx(10 / 6)


def test_a_speedup_has_an_interval_where_there_are_runs_to_resample() -> None:
    series = Series.__new__(Series)
    series.walls, series.tasks = walls(0.2, 0.0, (1, 4), 30, 0.3), {1: 20, 4: 20}
    found, speedup = series.speedup_interval(4), series.speedup(4)
    assert found is not None
    assert speedup is not None
    assert found.low < speedup < found.high
    assert found.low < 2.5 < found.high  # the truth
    deviation = math.sqrt(2 * 0.3**2 / 30) * speedup  # of a ratio of two means
    assert found.high - found.low == pytest.approx(2 * 1.96 * deviation, rel=0.3)
    series.tasks = {1: 20, 4: 80}
    grown = series.speedup_interval(4)
    assert grown is not None
    assert (grown.low, grown.high) == pytest.approx((4 * found.low, 4 * found.high))
    assert series.speedup_interval(1) is None
    for few in ([5.0], [0.0, 5.0], []):
        series.walls = {1: [10.0, 12.0], 4: few}
        assert series.speedup_interval(4) is None


def test_runs_that_took_no_time_are_not_fitted() -> None:
    runs = {1: [0.0, 0.0], 2: [0.0], 3: [0.0]}
    assert fit_usl(runs) is None
    assert fit_gustafson(runs, {1: 5, 2: 10, 3: 15}) is None
    known = {1: [100.0, 0.0], 2: [50.0], 3: [40.0, 0.0]}
    assert fit_usl(known) == fit_usl({n: [time for time in times if time] for n, times in known.items()})
    assert fit_gustafson(known, {1: 5, 2: 10, 3: 15}) is not None


SaveRun = Callable[..., RunFolder]
MakeJournal = Callable[..., list[ev.AnyEvent]]


def test_saved_runs_that_differ_in_size_alone_are_one_series(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    for n in (1, 2, 3):
        save_run(tmp_path, f"run-{n}", make_journal(n, agents=n))
    (series,) = collect([RunFolder(path) for path in sorted(tmp_path.iterdir())])
    assert series.sizes() == [1, 2, 3]
    assert series.speedup(1) == 1.0


def test_failed_runs_count_and_those_that_a_person_stopped_or_disturbed_do_not(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    whole = make_journal(1, agents=1)
    cut = next(at for at, event in enumerate(whole) if isinstance(event, ev.TaskCompleted))
    begun = whole[:cut]
    fault = ev.FaultStarted(id=1, kind="crash", targets=("Dev1",), params={}, author="you")

    def left_open(outcome: Literal["max_rounds", "stopped"], *between: ev.AnyEvent) -> list[ev.AnyEvent]:
        last = ev.RunEnded(outcome=outcome, wall_seconds=begun[-1].ts)
        later = enumerate((*between, last), len(begun) + 1)
        return [*begun, *(replace(event, seq=seq, ts=begun[-1].ts) for seq, event in later)]

    save_run(tmp_path, "done", whole)
    save_run(tmp_path, "failed", left_open("max_rounds"))
    save_run(tmp_path, "stopped", left_open("stopped"))
    save_run(tmp_path, "disturbed", left_open("max_rounds", fault))
    (series,) = collect([RunFolder(path) for path in sorted(tmp_path.iterdir())])
    assert (len(series.walls[1]), len(series.ended[1])) == (1, 1)


def test_the_command_prints_a_table_and_json(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    for n in (1, 2, 3):
        save_run(tmp_path, f"run-{n}", make_journal(n, agents=n))
    said = CliRunner().invoke(command, ["--runs-dir", str(tmp_path)])
    assert "SPEEDUP" in said.output
    assert "USL: contention" in said.output
    told = CliRunner().invoke(command, ["--runs-dir", str(tmp_path), "--json", "mathutils"])
    sizes = [[size["agents"] for size in each["sizes"]] for each in json.loads(told.output)["series"]]
    assert [1, 2, 3] in sizes  # beside the samples
    assert (
        "No saved run fits"
        in CliRunner().invoke(command, ["--runs-dir", str(tmp_path), "nothing-like-it"]).output
    )
