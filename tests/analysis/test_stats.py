"""Statistics over saved runs: the paper's tests, sizes that are exact, failed runs that count."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.stats import compare, describe, table
from engine.analysis.stats.comparisons import holm
from engine.analysis.stats.counted import counted
from engine.analysis.stats.effects import (
    cliffs_delta,
    epsilon_squared,
    quotient,
    rank_biserial,
    shift,
    typical,
    wilson,
)
from engine.record.folder import RunFolder
from engine.rows import RunRow
from engine.rows import describe as describe_row
from engine.sweeps.cells import cells
from engine.sweeps.plan import SweepPlan
from engine.sweeps.play import play
from tests.helpers.recordings import recordings
from tui.commands.stats_command import command
from tui.commands.sweep_command import configure_cell

numbers = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=12)


def row(number: int, *, agents: int, wall: float, strategy: str = "preassigned", **changes: object) -> RunRow:
    """A finished run."""
    made = RunRow(
        RunFolder(Path(f"/runs/r{number:03}")),
        status="completed",
        suite="mathutils",
        structure="mixed",
        agents=agents,
        strategy=strategy,
        model="sim/perfect",
        seed=number,
        wall_seconds=wall,
        tokens=1_000 * agents,
        rounds=agents,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of RunRow


@settings(max_examples=25)
@given(numbers, numbers)
def test_delta_and_shift_are_what_all_pairs_say(x: list[float], y: list[float]) -> None:
    pairs = [(a, b) for a in x for b in y]
    delta = cliffs_delta(pl.Series(x), pl.Series(y))
    moved = shift(pl.Series(x), pl.Series(y), ratio=False)
    assert delta is not None
    assert moved is not None
    assert delta.value == pytest.approx(sum((a > b) - (a < b) for a, b in pairs) / len(pairs))
    assert moved.value == pytest.approx(pl.Series([a - b for a, b in pairs]).median())


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1), max_size=20))
def test_holms_values_keep_their_order_and_are_never_below_the_given_ones(given_: list[float]) -> None:
    corrected = holm(given_)
    assert all(1.0 >= after >= before for after, before in zip(corrected, given_, strict=True))
    order = sorted(range(len(given_)), key=given_.__getitem__)
    assert [corrected[i] for i in order] == sorted(corrected)


def test_holm_as_in_the_textbook() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_epsilon_squared_is_h_by_its_degrees() -> None:
    from scipy import stats

    groups = [[1.0, 2.0, 2.0, 5.0], [3.0, 4.0, 4.0], [9.0, 8.0, 2.0, 7.0]]
    found = epsilon_squared([pl.Series(group) for group in groups])
    assert found is not None
    assert found.value == pytest.approx(stats.kruskal(*groups).statistic / 10)
    assert found.low is not None
    assert found.low < found.value


def test_intervals_hold_the_truth_nineteen_times_in_twenty() -> None:
    from random import Random

    random, hits = Random(5), 0
    for _ in range(60):
        x = pl.Series([random.gauss(1.0, 1.0) for _ in range(25)])
        y = pl.Series([random.gauss(0.0, 1.0) for _ in range(25)])
        moved = shift(x, y, ratio=False)
        assert moved is not None
        assert moved.low is not None
        assert moved.high is not None
        hits += moved.low <= 1.0 <= moved.high
    assert 52 <= hits <= 60


def test_one_sided_differences_have_the_whole_size() -> None:
    size, middle = rank_biserial(pl.Series([0.0, 1.0, 2.0, 5.0])), typical(pl.Series([1.0, 2.0, 9.0]))
    assert size is not None
    assert size.value == 1.0
    assert middle is not None
    assert middle.value == pytest.approx(3.5)  # of 1, 1.5, 2, 5, 5.5, 9


def test_a_share_of_all_has_an_interval_below_it() -> None:
    low, high = wilson(5, 5)
    assert low == pytest.approx(0.5655, abs=1e-4)
    assert high == 1.0


def test_failed_runs_count_in_the_time_to_success_and_in_the_ranking() -> None:
    rows = [row(k, agents=1, wall=100.0 + k) for k in range(6)]
    rows += [row(10 + k, agents=4, wall=50.0 + k) for k in range(3)]
    rows += [row(20 + k, agents=4, wall=200.0, status="ended") for k in range(3)]
    runs = table(rows)
    team = describe("4", runs.filter(pl.col("agents") == 4))
    assert (team.runs, team.completed, team.success) == (6, 3, 0.5)
    assert team.wall_seconds == pytest.approx(51.0)
    assert team.expected_seconds is not None
    assert team.expected_seconds.value == pytest.approx((51.0 * 3 + 600.0) / 3)
    groups = {str(n): runs.filter(pl.col("agents") == n) for n in (1, 4)}
    tested = next(t for t in compare(groups, "agents", ["wall_seconds"]) if t.test == "mann_whitney")
    assert tested.p_value < 0.05
    assert tested.p_with_failed is not None
    assert tested.p_with_failed > 0.5


def test_speedup_is_against_the_mean_of_completed_one_agent_runs_of_the_cell() -> None:
    rows = [row(1, agents=1, wall=100.0), row(2, agents=1, wall=140.0)]
    rows += [row(3, agents=1, wall=900.0, status="ended"), row(4, agents=2, wall=60.0)]
    rows += [row(5, agents=2, wall=60.0, strategy="lead")]
    runs = table(rows)
    assert runs.filter(pl.col("agents") == 2)["speedup"].to_list() == [2.0, None]
    assert runs.filter(pl.col("agents") == 1)["speedup"].null_count() == 3


def test_runs_that_differ_in_one_thing_alone_are_compared_as_pairs() -> None:
    rows = [row(100 + k, agents=2, wall=50.0 + 3 * k, seed=k) for k in range(8)]
    rows += [row(200 + k, agents=2, wall=60.0 + 3 * k, seed=k, strategy="lead") for k in range(8)]
    runs = table(rows)
    groups = {name: runs.filter(pl.col("strategy") == name) for name in ("lead", "preassigned")}
    tests = {test.test: test for test in compare(groups, "strategy", ["wall_seconds"])}
    assert tests["wilcoxon_paired"].p_value < 0.01 < tests["mann_whitney"].p_value
    assert tests["wilcoxon_paired"].n == 8


def test_what_happened_in_a_run_is_read_from_its_summary_or_counted_in_its_journal(
    saved: Path, tmp_path: Path
) -> None:
    rows = [describe_row(RunFolder(path)) for path in sorted(saved.iterdir())]
    kept = counted(rows[:3])
    fresh = []
    for each in rows[:3]:
        shutil.copytree(each.folder.path, tmp_path / each.run_id)
        (tmp_path / each.run_id / "summary.json").unlink()
        fresh.append(replace(each, folder=RunFolder(tmp_path / each.run_id)))
    assert counted(fresh).rows() == kept.rows()
    assert kept["test_failures"].null_count() == 0
    stale = RunFolder(tmp_path / rows[0].run_id)
    stale.summary_path.write_bytes(
        saved.joinpath(rows[0].run_id, "summary.json").read_bytes().replace(b'"messages": ', b'"messages": 9')
    )
    stale.events_path.write_bytes(stale.events_path.read_bytes() + b"torn")
    assert counted([fresh[0]])["messages"].to_list() == kept.head(1)["messages"].to_list()


def test_expected_time_is_null_if_nothing_ever_succeeded() -> None:
    assert quotient(pl.Series([1.0, 2.0]), pl.Series([0.0, 0.0])) is None


# ------------------------------------------------------------ the command


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sweep, played."""
    runs = tmp_path_factory.mktemp("runs")
    plan = SweepPlan(
        models=("sim/perfect",), strategies=("preassigned", "lead"), agents=(1, 2, 3), repetitions=3
    )
    for cell in cells(plan, configure_cell):
        play(cell, runs, {}, retries=0)
    return runs


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, list(words), standalone_mode=False)
    if result.exception is not None:
        return 2, str(result.exception)
    return 0, result.output


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ((), 18),
        (("strategy:lead",), 9),
        (("agents:2..3", "strategy:lead"), 6),
        (("sweep-mathutils-mixed-lead-*-n3-*",), 3),
        (("sweep-mathutils-mixed-preassigned",), 9),
        (("seed:0,2", "agents:1"), 4),
    ],
)
def test_runs_are_chosen_by_names_patterns_and_filters(
    saved: Path, words: tuple[str, ...], runs: int
) -> None:
    code, told = run(*words, "--json", "--runs-dir", str(saved))
    assert code == 0
    assert json.loads(told)["runs"] == runs


def test_runs_are_chosen_by_folder_and_by_a_sweeps_plan(saved: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('models = ["sim/perfect"]\nstrategies = ["lead"]\nagents = [1, 2]\nrepetitions = 3\n')
    for words, count in (((str(saved),), 18), ((str(plan), "--runs-dir", str(saved)), 6)):
        code, told = run(*words, "--json")
        assert code == 0
        assert json.loads(told)["runs"] == count


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nosuch",), 'No saved run is meant by "nosuch"'),
        (("modle:x",), "filters by no known field"),
        (("agents:few",), "write numbers"),
        (("model:gemini",), "None of 18 runs fits"),
    ],
)
def test_a_selection_of_nothing_is_told(saved: Path, words: tuple[str, ...], said: str) -> None:
    code, told = run(*words, "--runs-dir", str(saved))
    assert code == 2
    assert said in told


def test_the_table_says_how_many_tests_and_what_else_differs(saved: Path) -> None:
    code, told = run("--by", "strategy", "--runs-dir", str(saved))
    assert code == 0
    assert "18 runs by strategy, 18 completed." in told
    assert "differ in agents as well" in told
    assert "p (Holm) is corrected" in " ".join(told.split())
    code, told = run("--by", "agents", "--each", "strategy", "--runs-dir", str(saved))
    assert "strategy lead" in told
    assert "strategy preassigned" in told


def test_counts_of_what_happened_can_be_compared(saved: Path) -> None:
    code, told = run("--measure", "idle_rounds", "--measure", "messages", "--runs-dir", str(saved), "--json")
    assert code == 0
    found = json.loads(told)
    assert found["measures"] == ["idle_rounds", "messages"]
    medians = [group["medians"] for part in found["parts"] for group in part["groups"]]
    assert all(each["idle_rounds"] is not None and each["messages"] is not None for each in medians)
    assert all(each["rewrites"] is not None for each in medians)


def test_the_papers_runs_give_the_papers_statistics() -> None:
    from engine.analysis.paper.recording import MODELS, MODES, RUN_COLUMNS, RUNS, STRUCTURES, read_table

    rows = [
        row(
            number,
            agents=run["n_teammates"],
            wall=run["wall_clock_seconds"],
            strategy=MODES[run["mode"]],
            status="completed" if run["success"] else "ended",
            suite=run["task_type"],
            structure=STRUCTURES[run["p_label"]],
            model=MODELS[run["model_dir"]],
            seed=None,
            tokens=run["total_input_tokens"] + run["total_output_tokens"],
        )
        for number, run in enumerate(read_table(recordings() / RUNS, RUN_COLUMNS).iter_rows(named=True))
    ]
    runs = table(rows).filter(pl.col("strategy") == "preassigned")
    groups = {name: runs.filter(pl.col("structure") == name) for name in ("parallel", "mixed", "serial")}
    tests = {(t.test, t.groups): t for t in compare(groups, "structure", ["speedup"])}
    assert tests["kruskal_wallis", ("parallel", "mixed", "serial")].statistic == pytest.approx(
        62.21, abs=0.01
    )
    assert tests["mann_whitney", ("parallel", "mixed")].statistic == 18322.0
    assert tests["mann_whitney", ("mixed", "serial")].statistic == 17464.0
