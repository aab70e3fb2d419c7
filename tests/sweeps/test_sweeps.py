"""Sweeps: plans that say what is wrong, cells found again, budgets kept, nothing played twice."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
from click.testing import CliRunner

from engine.errors import UsageError
from engine.named import table_of
from engine.record import events as ev
from engine.record.codec import encode
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.rows import describe
from engine.sweeps.cells import Cell, cells
from engine.sweeps.estimate import estimate
from engine.sweeps.plan import Budget, SweepPlan, build
from engine.sweeps.play import Result, failed, finished, play
from engine.sweeps.results import rows
from engine.sweeps.runner import Spent, play_all
from tui.commands.sweep_command import command, configure_cell


def some(**changes: Any) -> list[Cell]:
    """Cells of one-task-per-turn teams, which take milliseconds."""
    plan = SweepPlan(models=("sim/perfect",), agents=(1, 2), **changes)
    return cells(plan, configure_cell)


def test_every_combination_is_a_cell_with_an_id_of_its_own() -> None:
    found = some(suites=("mathutils", "svg"), strategies=("preassigned", "lead"), repetitions=3)
    assert len(found) == 2 * 2 * 2 * 3
    assert len({cell.run_id for cell in found}) == len(found)
    assert found == some(suites=("mathutils", "svg"), strategies=("preassigned", "lead"), repetitions=3)


def test_repetitions_have_the_same_seeds_in_all_cells() -> None:
    seeds: dict[Any, list[int]] = {}
    for cell in some(repetitions=3, first_seed=7):
        seeds.setdefault(cell.group, []).append(cell.config.seed)
    assert set(map(tuple, seeds.values())) == {(7, 8, 9)}


def test_another_configuration_is_another_cell() -> None:
    assert not {cell.run_id for cell in some()} & {cell.run_id for cell in some(first_seed=1)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("suits = ['svg']", "'suits' is unknown"),
        ("agents = '5..1'", 'a range as in "1..5"'),
        ("agents = [0]", "numbers from 1"),
        ("suites = []", "suites is empty"),
        ("[run]\nlocks = 'x'", 'run.locks: write "pessimistic", "optimistic" or "none"'),
        ("[run]\nspeed = 'x'", 'run.speed: write "max" or a number'),
        ("[run]\ntests = 'x'", 'run.tests: write "real" or "simulated"'),
        ("suites = 'svg'", "suites: Expected a list, got text"),
        ("budget = 4", "budget: Expected a table, got a whole number"),
        ("[budget]\ntokens = 'many'", "budget.tokens: Expected a whole number or nothing, got text"),
        ("[run]\nmax_round = 3", "'run.max_round' is unknown. Did you mean \"max_rounds\"?"),
        ("repetitions = 0", "repetitions is a number from 1, not 0"),
        ("name = '../x'", "name is up to 40 letters"),
        ("[run]\nspeed = 'fast'", "run.speed"),
        ("[budget]\nusd = -1", "budget.usd is a number above 0"),
        ("repetitions = 99999999", "is the most of one sweep"),
        ("strategies = ['preassigned', 'decentralised']", 'no strategy "decentralised". Did you mean'),
        ("jobs = 1000000", "jobs is a number from 0 to 256"),
        ("retries = 1000000", "retries is a number from 0 to 100"),
        ("first_seed = 9223372036854775807", "seeds have 64 bits"),
        ("[run]\nspeed = -1", "run.speed is a number above 0"),
        ("[run]\nspeed = nan", "run.speed is a number above 0"),
        ("[run]\nmax_rounds = 0", "run.max_rounds is a number from 1, not 0"),
    ],
)
def test_a_wrong_plan_is_told_by_file_and_key(text: str, words: str) -> None:
    with pytest.raises(UsageError) as told:
        build(table_of(text), "plan.toml")
    assert "plan.toml" in str(told.value)
    assert words in str(told.value)


def test_what_is_named_twice_is_played_once() -> None:
    twice = some(strategies=("lead", "lead"), suites=("svg", "svg"), structures=("mixed", "mixed"))
    assert twice == some(strategies=("lead",), suites=("svg",), structures=("mixed",))


# ------------------------------------------------------------ playing


def test_a_cell_is_played_once_and_kept_from_then_on(tmp_path: Path) -> None:
    cell = some()[1]
    assert finished(cell, tmp_path) is None
    done = play(cell, tmp_path, {}, retries=0)
    assert (done.state, done.completed) == ("done", True)
    kept = finished(cell, tmp_path)
    assert kept is not None
    assert (kept.state, kept.wall_seconds) == ("kept", done.wall_seconds)


def test_a_cell_that_was_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    cell = some()[1]
    play(cell, tmp_path, {}, retries=0)
    folder = RunFolder(tmp_path / cell.run_id)
    whole = folder.events_path.read_bytes()
    folder.events_path.write_bytes(whole[: len(whole) // 2])
    folder.summary_path.unlink()
    assert finished(cell, tmp_path) is None
    assert play(cell, tmp_path, {}, retries=0).completed
    assert folder.events_path.read_bytes().startswith(whole[: len(whole) // 3])


def test_a_failure_is_tried_again_and_told_at_last(tmp_path: Path) -> None:
    cell = some()[0]
    (tmp_path / cell.run_id).mkdir()
    (tmp_path / cell.run_id / "run.json").write_text("{")
    result = play(cell, tmp_path, {}, retries=1)
    assert result.state == "failed"
    assert "run.json" in result.problem


def test_a_run_that_was_stopped_is_none_that_failed_and_is_played_on(tmp_path: Path) -> None:
    cell = some()[1]
    play(cell, tmp_path, {}, retries=0)
    folder = RunFolder(tmp_path / cell.run_id)
    kinds = (ev.RunEnded, ev.RunVerified)
    events = [event for event in read(folder.events_path).events if not isinstance(event, kinds)]
    half = events[: len(events) // 2]
    ended = ev.RunEnded(outcome="stopped", wall_seconds=half[-1].ts, seq=len(half) + 1, ts=half[-1].ts)
    folder.events_path.write_bytes(b"".join(map(encode, [*half, ended])))
    folder.summary_path.unlink()
    assert finished(cell, tmp_path) is None
    assert play(cell, tmp_path, {}, retries=0).completed


def test_a_run_whose_engine_was_killed_before_its_summary_counts_with_what_it_spent(tmp_path: Path) -> None:
    cell = some()[1]
    done = play(cell, tmp_path, {}, retries=0)
    RunFolder(tmp_path / cell.run_id).summary_path.unlink()
    kept = finished(cell, tmp_path)
    assert kept is not None
    assert (kept.tokens, kept.usd) == (done.tokens, done.usd)
    assert kept.tokens > 0


def test_a_folder_that_was_made_and_no_more_is_no_obstacle(tmp_path: Path) -> None:
    cell = some()[0]
    (tmp_path / cell.run_id).mkdir()
    (tmp_path / cell.run_id / ".run.json.0123456789ab.tmp").write_text("{")
    assert play(cell, tmp_path, {}, retries=0).completed


def test_what_a_failed_run_has_spent_counts_for_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = some()[0]
    done = play(cell, tmp_path, {}, retries=0)
    with monkeypatch.context() as patched:
        patched.setattr("engine.sweeps.play.run_here", lambda *_: 1 / 0)
        broken = play(cell, tmp_path, {}, retries=0)
    assert broken.state == "failed"
    assert "teamtop itself failed (ZeroDivisionError" in broken.problem
    spent = Spent()
    spent.add(broken)
    assert (spent.tokens, spent.usd) == (done.tokens, done.usd)
    nothing = failed(some()[1], tmp_path, "no room")
    assert (nothing.tokens, nothing.usd) == (0, 0.0)


class Desk:
    """Plays cells at once, and remembers how many were open at a time."""

    def __init__(self, tokens: int = 10, usd: float | None = 0.1) -> None:
        self.seen: list[str] = []
        self._tokens, self._usd = tokens, usd

    def submit(self, cell: Cell) -> Future[Result]:
        self.seen.append(cell.run_id)
        future: Future[Result] = Future()
        future.set_result(Result(cell.run_id, "done", "", True, 1.0, self._tokens, self._usd))
        return future


def played(todo: Sequence[Cell], desk: Desk, budget: Budget) -> tuple[int, str]:
    playing = play_all(todo, desk.submit, 1, budget, Spent())
    count = 0
    while True:
        try:
            next(playing)
        except StopIteration as end:
            return count, end.value
        count += 1


def test_no_run_starts_once_the_budget_is_spent() -> None:
    todo = some(repetitions=5)
    assert played(todo, Desk(), Budget(tokens=25)) == (3, "The budget of 25 tokens is spent.")
    assert played(todo, Desk(), Budget(usd=0.2)) == (2, "The budget of $0.20 is spent.")
    assert played(todo, Desk(), Budget()) == (10, "")
    month = Spent(began=time.monotonic() - 3e6)
    assert month.over(Budget(seconds=2592000.5)) == "The budget of 2,592,000.5 seconds is spent."


def test_a_budget_in_dollars_stops_at_the_first_unknown_price() -> None:
    count, why = played(some(repetitions=5), Desk(usd=None), Budget(usd=1.0))
    assert count == 1
    assert "unknown" in why


def test_rows_are_there_at_any_time_and_pair_equal_seeds(tmp_path: Path) -> None:
    found = some(strategies=("preassigned",), structures=("parallel",), repetitions=2)
    before = rows(found, tmp_path)
    assert [row["finished"] for row in before] == [0, 0]
    assert [row["speedup"] for row in before] == [None, None]
    for cell in found[:3]:  # both sizes of seed 0, one agent of seed 1
        play(cell, tmp_path, {}, retries=0)
    one, two = rows(found, tmp_path)
    assert (one["finished"], two["finished"]) == (2, 1)
    assert two["speedup"] == pytest.approx(20 / 11)  # loads of 11 and 9
    assert one["success"] == 1.0


def test_rows_of_runs_just_played_are_those_of_the_saved_runs(tmp_path: Path) -> None:
    found = some(strategies=("preassigned",), structures=("parallel",), repetitions=2)
    results = [play(cell, tmp_path, {}, retries=0) for cell in found]
    saved = rows(found, tmp_path)
    assert [row["finished"] for row in saved] == [2, 2]
    elsewhere = tmp_path / "nothing is saved here"
    assert rows(found, elsewhere, {result.run_id: result for result in results}) == saved
    failed = [replace(result, state="failed") for result in results]
    assert rows(found, tmp_path, {result.run_id: result for result in failed}) == saved


# ------------------------------------------------------------ the command


def sweep(*args: str) -> Any:
    return CliRunner().invoke(command, [*args, "--models", "sim/perfect"], standalone_mode=False)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--budget-tokens", "0"),
        ("--budget-usd", "-1"),
        ("--budget-usd", "nan"),
        ("--budget-seconds", "0"),
        ("--budget-seconds", "soon"),
        ("--repetitions", "0"),
        ("--jobs", "-1"),
        ("--retries", "-1"),
    ],
)
def test_a_flag_that_makes_no_sense_is_called_by_its_name(flag: str, value: str) -> None:
    refused = sweep(flag, value, "--dry-run").exception
    assert isinstance(refused, click.BadParameter)
    assert refused.param is not None
    assert flag in refused.param.opts


def test_a_budget_of_time_is_written_as_people_write_it(tmp_path: Path) -> None:
    found = sweep("--budget-seconds", "1h30m", "-n", "1", "--runs-dir", str(tmp_path), "--dry-run")
    assert found.return_value == 0


def test_a_sweep_runs_reports_and_keeps_what_it_has(tmp_path: Path) -> None:
    place = ("--runs-dir", str(tmp_path), "-n", "1,3", "--jobs", "1")
    first = sweep(*place, "--json")
    assert first.return_value == 0
    told = json.loads(first.stdout)
    assert (told["cells"], told["finished"], told["failed"], told["stopped"]) == (2, 2, [], "")
    again = sweep(*place, "--dry-run")
    assert "2 cells, 0 to run" in again.stdout
    more = sweep("--runs-dir", str(tmp_path), "-n", "1..4", "--dry-run")
    assert "4 cells, 2 to run" in more.stdout
    assert "nothing is" not in more.stdout
    table = sweep(*place, "--results").stdout
    assert "SPEEDUP" in table
    assert "1/1" in table


def test_what_was_never_run_is_rehearsed_for_the_estimate_and_the_rest_is_taken_from_saved_runs(
    tmp_path: Path,
) -> None:
    place = ("--runs-dir", str(tmp_path), "--jobs", "1")
    assert sweep(*place, "-n", "1").return_value == 0
    (spent,) = (describe(RunFolder(path)).tokens for path in tmp_path.iterdir())
    found = json.loads(sweep(*place, "-n", "1,2", "--repetitions", "2", "--dry-run", "--json").stdout)
    told = found["estimate"]
    assert (len(found["to_run"]), told["from_saved_runs"], told["from_rehearsals"]) == (3, 1, 2)
    assert told["known_for"] == 3
    assert spent is not None
    assert told["tokens"] == pytest.approx(3 * spent, rel=0.5)  # two agents write no more than one
    said = sweep(*place, "-n", "1,2", "--repetitions", "2", "--dry-run").stdout
    assert "1 from saved runs like them, 2 from a rehearsal with simulated models" in said


def test_a_real_model_is_estimated_by_its_namesake_at_its_own_price(tmp_path: Path) -> None:
    (cell,) = cells(SweepPlan(models=("sim/claude-sonnet-4-6",), agents=(2,)), configure_cell)
    cells_ = [
        Cell(model, msgspec.structs.replace(cell.config, model=model))
        for model in ("sim/claude-sonnet-4-6", "anthropic/claude-sonnet-4-6", "openai/nobody-knows-it")
    ]
    simulated, real, unknown = (estimate([cell], tmp_path) for cell in cells_)
    assert real.tokens == simulated.tokens > 0
    assert real.usd == pytest.approx(simulated.usd)
    assert unknown.tokens > 0
    assert unknown.usd is None
    assert estimate([], tmp_path).known == 0


def test_of_more_kinds_than_can_be_rehearsed_some_stand_for_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.sweeps.estimate.REHEARSED_MAX", 2)
    plan = SweepPlan(models=("sim/perfect",), agents=(1, 2, 3, 4))
    heard: list[tuple[int, int]] = []
    found = estimate(cells(plan, configure_cell), tmp_path, lambda over, of: heard.append((over, of)))
    assert (found.runs, found.rehearsed) == (4, 4)
    assert heard[-1] == (2, 2)


def test_a_plan_in_a_file_is_overruled_by_flags(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('agents = "1..9"\nstrategies = ["lead"]\n[budget]\nseconds = 9\n')
    found = sweep(str(plan), "--runs-dir", str(tmp_path / "runs"), "-n", "2", "--dry-run", "--json")
    told = json.loads(found.stdout)
    assert len(told["cells"]) == 1
    assert "-lead-" in told["cells"][0]


def test_unknown_names_are_told_before_anything_runs(tmp_path: Path) -> None:
    said = sweep("--suites", "nowhere", "--runs-dir", str(tmp_path / "runs"))
    assert "nowhere" in str(said.exception)
    assert not (tmp_path / "runs").exists()


def test_progress_says_how_much_is_left_by_what_was_played_not_by_what_was_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tui.commands import sweep_command

    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    bar = sweep_command._Bar(10)
    for number, state in enumerate(("kept", "kept", "done", "done")):
        now = 30.0 * max(0, number - 1)
        bar.add(Result(str(number), state))  # type: ignore[arg-type]  # words of its type
    said = capsys.readouterr().err
    assert "4 of 10 runs, about 3 min left" in said  # half a minute each, six to go
