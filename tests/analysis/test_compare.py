"""Two runs side by side: where they part, who was ahead, what differs; on screen and in print."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from engine.analysis import compare
from engine.analysis.parting import parting
from engine.record import events as ev
from engine.record.folder import RunFolder
from tests.helpers.faultplay import Script, timed
from tests.helpers.recorded import opened, toasts
from tests.helpers.scripted import Say, done
from tui.commands.compare_command import command
from tui.screens.browser import BrowserScreen
from tui.screens.compare import CompareScreen, pair_of
from tui.screens.replay import ReplayScreen
from tui.widgets.compare_rows import WIDE, compare_rows
from tui.widgets.spans import plain, width_of

SaveRun = Callable[..., RunFolder]
MakeJournal = Callable[..., list[ev.AnyEvent]]


def journal(script: Script) -> list[Any]:
    return list(timed(script, [], max_rounds=3).events)


ONE: Script = {"Dev1": [Say(done("1", "add.py"), 2.0), Say(done("2", "sub.py"), 2.0)]}
OTHER: Script = {"Dev1": [Say(done("1", "add.py"), 2.0), Say("I wait.", 2.0), Say(done("2", "sub.py"), 2.0)]}


def test_equal_journals_have_no_divergence_and_later_times_alone_are_none() -> None:
    events = journal(ONE)
    later = [msgspec.structs.replace(event, ts=event.ts * 2) for event in events]
    assert parting(events, events) is None
    assert parting(events, later) is None


def test_runs_part_at_the_first_deed_that_differs_not_at_what_was_said() -> None:
    lazy: Script = {"Dev1": [Say("Well.", 2.0), Say(done("1", "add.py"), 2.0), Say(done("3", "z.py"), 2.0)]}
    left, right = journal(ONE), journal(lazy)
    found = parting(left, right)
    assert found is not None
    assert (found.agent, found.differs, found.left.done, found.right.done) == ("Dev1", "deed", 1, 1)
    assert isinstance(found.left.event, ev.TaskClaimed)
    assert found.left.event.task == "2"
    assert found.right.event != found.left.event


def test_who_came_first_among_agents_is_no_difference() -> None:
    mine, theirs = Say(done("1", "add.py"), 1.0), Say(done("2", "sub.py"), 3.0)
    slow, fast = Say(done("1", "add.py"), 3.0), Say(done("2", "sub.py"), 1.0)
    left, right = journal({"Dev1": [mine], "Dev2": [theirs]}), journal({"Dev1": [slow], "Dev2": [fast]})
    assert [type(event) for event in left] == [type(event) for event in right]
    assert [event for event in left if isinstance(event, ev.TaskClaimed)] != [
        event for event in right if isinstance(event, ev.TaskClaimed)
    ]
    assert parting(left, right) is None


def test_what_was_written_counts_after_what_was_done_and_words_come_last() -> None:
    left, right = journal(ONE), journal(OTHER)
    found = parting(left, right)
    assert found is not None
    assert found.differs == "words"
    assert isinstance(found.left.event, ev.Replied)
    edit = next(event for event in left if isinstance(event, ev.FileEdited))
    other = [msgspec.structs.replace(e, hash="0" * 64) if e is edit else e for e in left]
    written = parting(other, right)
    assert written is not None
    assert written.differs == "content"
    assert written.left.event == other[left.index(edit)]


def test_a_run_that_is_the_beginning_of_the_other_parts_where_it_ends() -> None:
    events = journal(ONE)
    last = next(n for n, event in enumerate(events) if isinstance(event, ev.TaskCompleted) and n > 10)
    found = parting(events, events[:last])
    assert found is not None
    assert found.left.event == events[last]
    assert found.right.event is None
    assert compare.shown(found.right.event) == "nothing more"


def test_whose_twin_is_missing_did_nothing_otherwise(make_journal: MakeJournal) -> None:
    found = parting(make_journal(1, agents=2), make_journal(1, agents=3))
    assert found is not None
    assert found.agent in ("Dev1", "Dev2")


def test_milestones_align_runs_by_tasks_done() -> None:
    found = compare.milestones(journal(ONE), journal(OTHER))
    assert [(m.tasks, m.left_seconds, m.right_seconds) for m in found] == [(1, 2.0, 2.0), (2, 4.0, 6.0)]
    short = compare.milestones(journal(ONE), journal({}))
    assert [(m.left_seconds, m.right_seconds) for m in short] == [(2.0, None), (4.0, None)]


def report(**changes: Any) -> dict[str, Any]:
    return {"completed": True, "wall_seconds": 10.0, "input_tokens": 50, "output_tokens": 50, **changes}


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (report(), report(), "Both took the same time."),
        (
            report(),
            report(wall_seconds=5.0, input_tokens=150),
            "The second run took 50% less time and used 2.00× the tokens of the first.",
        ),
        (report(wall_seconds=8.0), report(), "The first run took 20% less time"),
        (report(completed=False), report(), "The first run left tasks open"),
        (report(wall_seconds=None), report(), "unknown"),
        (
            report(input_tokens=0, output_tokens=0),
            report(wall_seconds=5.0),
            "The second run took 50% less time.",
        ),
    ],
)
def test_the_sentence_says_which_was_better_as_far_as_that_is_known(
    left: dict[str, Any], right: dict[str, Any], words: str
) -> None:
    assert words in compare.sentence(left, right)


@pytest.fixture
def two(tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun) -> tuple[RunFolder, RunFolder]:
    return save_run(tmp_path, "one", make_journal(1, agents=1)), save_run(
        tmp_path, "team", make_journal(2, agents=3)
    )


@pytest.mark.parametrize("cells", [40, 80, 200])
def test_rows_fit_whatever_the_width(two: tuple[RunFolder, RunFolder], cells: int) -> None:
    rows = compare_rows(pair_of(two), cells)
    assert all(width_of(row) <= cells for row in rows)
    text = "\n".join(plain(row) for row in rows)
    assert "wall time" in text
    assert "By tasks done" in text


def test_both_timelines_are_marked_where_the_runs_part(two: tuple[RunFolder, RunFolder]) -> None:
    pair = pair_of(two)
    found = pair.parting
    assert found is not None
    rows = [plain(row) for row in compare_rows(pair, 120)]
    told = next(place for place, row in enumerate(rows) if row.startswith(" × They part"))
    assert pair.told(0) in rows[told + 1]
    assert pair.told(1) in rows[told + 2]
    assert pair.told(0) != pair.told(1)
    lanes = [row for row in rows if row.startswith(f" {found.agent} ")]
    sides = [side for side in (found.left, found.right) if side.event is not None]
    assert sum("×" in lane for lane in lanes) == len(sides)


def test_the_command_prints_and_tells_scripts(two: tuple[RunFolder, RunFolder]) -> None:
    place = ["--runs-dir", str(two[0].path.parent)]
    said = CliRunner().invoke(command, ["one", "team", *place], standalone_mode=False)
    assert "By tasks done" in said.stdout
    told = json.loads(
        CliRunner().invoke(command, ["one", "team", "--json", *place], standalone_mode=False).stdout
    )
    assert told["runs"] == ["one", "team"]
    walls = next(row for row in told["figures"] if row["name"] == "wall_seconds")
    assert walls["ratio"] == walls["right"] / walls["left"]
    again = CliRunner().invoke(command, ["one", "one", "--json", *place], standalone_mode=False)
    assert json.loads(again.stdout)["divergence"] is None


def test_a_wide_screen_has_figures_and_progress_side_by_side(two: tuple[RunFolder, RunFolder]) -> None:
    def heads(cells: int) -> int:
        rows = [plain(row) for row in compare_rows(pair_of(two), cells)]
        return sum("Figures" in row and "By tasks done" in row for row in rows)

    assert (heads(80), heads(WIDE + 1), heads(WIDE + 2)) == (0, 0, 1)


@pytest.mark.parametrize(("key", "which"), [("f", 0), ("s", 1)])
def test_each_run_is_replayed_from_where_they_part(
    two: tuple[RunFolder, RunFolder], key: str, which: int
) -> None:
    async def run() -> None:
        async with opened(lambda: CompareScreen(two)) as stage:
            await stage.press(key)
            screen = stage.app.screen
            assert isinstance(screen, ReplayScreen)
            assert screen.folder == two[which]
            assert screen.replay.state.seq == pair_of(two).part_at(which) > 1
            await stage.press("q")
            assert isinstance(stage.app.screen, CompareScreen)

    asyncio.run(run())


def test_of_equal_runs_the_end_is_replayed(two: tuple[RunFolder, RunFolder]) -> None:
    pair = pair_of((two[0], two[0]))
    assert pair.part_at(0) == pair.part_at(1) == len(pair.events[0])


def test_what_cannot_be_read_of_a_run_is_said_with_the_comparison(two: tuple[RunFolder, RunFolder]) -> None:
    path = two[1].events_path
    path.write_bytes(path.read_bytes()[:-9])
    rows = "\n".join(plain(row) for row in compare_rows(pair_of(two), 80))
    assert "is torn after" in rows


def test_a_folder_that_is_no_run_is_not_compared(two: tuple[RunFolder, RunFolder]) -> None:
    (two[0].path.parent / "foreign").mkdir()

    async def run() -> None:
        async with opened(lambda: BrowserScreen([two[0].path.parent])) as stage:
            await stage.press("slash", *"foreign", "enter", "space", "escape")
            await stage.press("slash", *"team !sample", "enter", "c")
            assert isinstance(stage.app.screen, BrowserScreen)
            assert "foreign" in toasts(stage)[-1]

    asyncio.run(run())


def test_two_marked_runs_are_compared_from_the_list_and_swapped(two: tuple[RunFolder, RunFolder]) -> None:
    async def run() -> None:
        async with opened(lambda: BrowserScreen([two[0].path.parent])) as stage:
            await stage.press("slash", *"team !sample", "enter", "space")
            assert "●" in stage.text()
            await stage.press("escape")
            await stage.press("slash", *"one", "enter", "c")
            screen = stage.app.screen
            assert isinstance(screen, CompareScreen)
            lines = [line.strip() for line in stage.lines()]
            assert lines[1:3] == ["first   team", "second  one"]
            await stage.press("x")
            assert [line.strip() for line in stage.lines()][1:3] == ["first   one", "second  team"]
            await stage.press("escape")
            assert isinstance(stage.app.screen, BrowserScreen)

    asyncio.run(run())
