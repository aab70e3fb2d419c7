"""What a change cost: a fork beside its parent, in one sentence that names it and the right sign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine import control, fork, launch
from engine.analysis.report import build
from engine.forkcost import Side, costs
from engine.forkcost import _sentence as sentence
from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.teamchange import TeamChange
from tests.helpers.durable import config

CRASH = '[[fault]]\nkind = "crash"\ntarget = "Dev2"\nat_round = 2\nduration_seconds = 60\n'


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run in which an agent crashes."""
    chosen = config(model="sim/claude-sonnet-4-6", strategy="decentralized", faults=CRASH)
    prepared = launch.prepare(chosen, tmp_path_factory.mktemp("runs"), "parent", {})
    launch.run_here(prepared, {})
    return prepared.folder


def forked(parent: RunFolder, at: int, name: str, **changes: Any) -> dict[str, Any]:
    prepared = fork.prepare(
        parent, lambda _: at, runs_dir=parent.path.parent, run_id=name, environ={}, **changes
    )
    launch.run_here(prepared, {})
    found: dict[str, Any] | None = build(prepared.folder)["fork"]
    assert found is not None
    return found


def test_without_a_fault_the_fork_tells_what_the_fault_cost_the_parent(parent: RunFolder) -> None:
    events = read(parent.events_path).events
    fault = next(e.seq for e in events if isinstance(e, ev.FaultStarted))
    found = forked(parent, fault - 1, "calm", without=fault)
    assert found["with"]["run_id"] == "parent"
    assert found["without"]["run_id"] == "calm"
    more = found["with"]["wall_seconds"] - found["without"]["wall_seconds"]
    share = 100 * more / found["without"]["wall_seconds"]
    assert more > 0
    assert found["sentence"].startswith("The crash of Dev2 cost ")
    assert f" s ({share:+.0f} %) and " in found["sentence"]
    assert found["command"].startswith(f"teamtop fork parent --at seq:{fault - 1} --without {fault} --seeds ")


def test_with_a_fault_more_the_fork_is_the_run_that_had_it(parent: RunFolder) -> None:
    slow = control.Inject(kind="slow", target="all", params={"factor": 4.0}, duration_seconds=60.0)
    found = forked(parent, 3, "slow", faults=[slow])
    assert found["with"]["run_id"] == "slow"
    assert found["sentence"].startswith("The slow of the whole team cost ")
    assert "--fault slow:all,factor=4.0,duration_seconds=60.0" in found["command"]


def test_a_change_of_the_team_is_named_by_what_it_was_before(parent: RunFolder) -> None:
    found = forked(parent, 3, "led", team=TeamChange(strategy="lead", model="sim/perfect"))
    assert found["change"] == (
        "strategy lead instead of decentralized and sim/perfect instead of sim/claude-sonnet-4-6"
    )
    assert "--strategy lead --model sim/perfect" in found["command"]


def test_a_fork_without_a_change_went_as_its_parent_did_and_proposes_nothing(parent: RunFolder) -> None:
    found = forked(parent, 9, "same")
    assert found["sentence"] == "Nothing was changed, and it went as parent did."
    assert found["command"] is None


def test_without_its_parent_a_fork_is_compared_with_nothing(parent: RunFolder, tmp_path: Path) -> None:
    forked(parent, 9, "orphan")
    (parent.path.parent / "orphan").rename(tmp_path / "orphan")
    assert build(RunFolder(tmp_path / "orphan"))["fork"] is None
    assert build(parent)["fork"] is None


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ((34.2, 162.0, 12_300, 150_000), "cost 34 s (+21 %) and 12k tokens (+8 %)"),
        ((-5.0, 100.0, -900, 9_000), "saved 5.0 s (−5 %) and 900 tokens (−10 %)"),
        ((34.2, 162.0, -12_300, 150_000), "cost 34 s (+21 %) and saved 12k tokens (−8 %)"),
        ((0.0, 162.0, 12_300, 150_000), "cost no time and 12k tokens (+8 %)"),
        ((7.0, 0.0, 0, 0), "cost 7.0 s and no tokens"),
    ],
)
def test_costs_are_told_with_their_sign_and_share(
    differences: tuple[float, float, float, float], words: str
) -> None:
    assert costs(*differences) == words


def side(done: int, wall: float = 100.0) -> Side:
    return Side("run", wall, 1_000, done, 20, done == 20)


def test_times_of_runs_that_left_tasks_open_are_not_compared() -> None:
    open_, done = side(14, 600.0), side(20, 160.0)
    assert sentence("the crash of Dev3", open_, done, same=False) == (
        "Without the crash of Dev3 the team completed all tasks in 160 s, with it 14 of 20."
    )
    assert sentence("the crash of Dev3", done, open_, same=False).startswith(
        "With the crash of Dev3 the team"
    )
    assert "neither with the crash of Dev3 (14 of 20 done) nor without (14)" in sentence(
        "the crash of Dev3", open_, open_, same=False
    )
