"""Sweeps on a Dask cluster of two processes: a worker is killed in the middle, and nothing is lost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import TeamtopError, UsageError
from engine.record import events as ev
from engine.record import journal
from engine.record.folder import RunFolder
from engine.sweeps.cells import Cell, cells
from engine.sweeps.cluster import MARK
from engine.sweeps.plan import Budget, SweepPlan
from engine.sweeps.results import rows
from engine.sweeps.runner import sweep
from tui.commands.sweep_command import configure_cell

NO_LIMIT = Budget()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The scheduler of two worker processes."""
    distributed = pytest.importorskip(
        "distributed", reason="needs the extra: pip install 'teamtop[distributed]'"
    )
    patience = {f"distributed.comm.timeouts.{what}": "300s" for what in ("connect", "tcp")}
    dask = pytest.importorskip("dask", reason="distributed brings it")
    with (
        dask.config.set(patience),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=None
        ) as cluster,
    ):
        yield cluster.scheduler_address


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.sweeps.cluster.CONNECT_SECONDS", 300)


def some(repetitions: int, suite: str = "mathutils") -> list[Cell]:
    plan = SweepPlan(suites=(suite,), models=("sim/perfect",), agents=(1, 2), repetitions=repetitions)
    return cells(plan, configure_cell)


def played(todo: list[Cell], place: Path, address: str, budget: Budget = NO_LIMIT) -> tuple[list[Any], str]:
    playing = sweep(todo, place, jobs=0, retries=1, budget=budget, dask=address)
    results = []
    while True:
        try:
            results.append(next(playing))
        except StopIteration as end:
            return results, end.value


def playing_now(todo: list[Cell], place: Path) -> int | None:
    """The process that plays a cell at this very moment; null if none does for a while."""
    for _ in range(2_000):
        for cell in todo:
            if (pid := RunFolder(place / cell.run_id).alive()) is not None:
                return pid
    return None


def test_a_worker_that_is_killed_in_the_middle_of_a_run_loses_nothing(tmp_path: Path, address: str) -> None:
    todo = some(3, "synthetic:tasks=60,p=0.9")
    killed: list[int] = []
    playing = sweep(todo, tmp_path, jobs=0, retries=1, budget=NO_LIMIT, dask=address)
    results = []
    for result in playing:
        results.append(result)
        if not killed and (holder := playing_now(todo, tmp_path)) is not None:
            os.kill(holder, signal.SIGKILL)
            killed.append(holder)
    assert killed
    assert sorted(result.run_id for result in results) == sorted(cell.run_id for cell in todo)
    assert {(result.state, result.completed) for result in results} == {("done", True)}
    for cell in todo:
        record = journal.read(RunFolder(tmp_path / cell.run_id).events_path)
        assert not record.damaged
        assert isinstance(record.events[-1], ev.RunEnded | ev.RunVerified)
    assert [row["finished"] for row in rows(todo, tmp_path)] == [3, 3]
    assert not list(tmp_path.glob(f"{MARK}*"))
    again, _ = played(todo, tmp_path, address)
    assert {result.state for result in again} == {"kept"}


def test_a_budget_holds_on_a_cluster_and_over_sweeps(tmp_path: Path, address: str) -> None:
    todo = some(2)
    first, why = played(todo, tmp_path, address, Budget(tokens=1))
    assert 1 <= len(first) <= 2  # two were begun before the first one's tokens were known
    assert "1 tokens is spent" in why
    again, why = played(todo, tmp_path, address, Budget(tokens=1))
    assert {result.state for result in again} == {"kept"}
    assert "1 tokens is spent" in why


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra: pip install 'teamtop[distributed]'")
    monkeypatch.setattr("engine.sweeps.cluster.CONNECT_SECONDS", 0.2)
    with pytest.raises(TeamtopError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        played(some(1), tmp_path, "tcp://127.0.0.1:1")


def test_what_is_no_address_is_told_at_once(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra: pip install 'teamtop[distributed]'")
    with pytest.raises(UsageError, match="as in tcp"):
        played(some(1), tmp_path, "nonsense")


def test_without_the_extra_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"teamtop\[distributed\]"):
        played(some(1), tmp_path, "tcp://127.0.0.1:1")
