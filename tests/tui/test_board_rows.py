"""Rows of the task board."""

from __future__ import annotations

import pytest

from engine.record import events as ev
from engine.record.state import RunState
from tests.helpers.teamscript import Script, ended
from tui.widgets.board_rows import board_title, columns_of, task_row
from tui.widgets.moment import Moment
from tui.widgets.spans import plain, width_of


def row(moment: Moment, task: int, cells: int = 40) -> str:
    state = moment.state
    return plain(task_row(state.board.tasks[str(task)], moment, columns_of(state), cells))


def test_a_done_task_shows_owner_round_and_tests(moment: Moment) -> None:
    assert row(moment, 2) == "✔ 2  safe_add                Dev1 r2 4/4"


def test_a_task_in_work_has_a_dash_before_its_first_tests(moment: Moment) -> None:
    assert row(moment, 8) == "▶ 8  normalize               Dev1 r7 –/4"


def test_a_waiting_task_says_what_it_waits_for(moment: Moment) -> None:
    assert row(moment, 9) == "◌ 9  outlier_mask                waits 8"


def test_a_free_task_says_so(moment: Moment) -> None:
    assert row(moment, 18) == "○ 18 factorial                      free"


def test_a_lost_owner_shows_when_the_lease_runs_out(moment: Moment) -> None:
    assert row(moment, 14) == "▶ 14 clamp               Dev3 lease 14 s"


def test_failing_tests_of_a_done_task_are_bad_and_passing_ones_good(moment: Moment) -> None:
    state = moment.state
    roles = {
        task: task_row(state.board.tasks[task], moment, columns_of(state), 40)[-1].role
        for task in ("16", "17")
    }
    assert roles == {"16": "bad", "17": "good"}


def test_the_name_is_shortened_before_the_status() -> None:
    state = RunState.of(Script().start().events)
    text = row(Moment(state, 0.0), 10, 24)
    assert text.startswith("◌ 10 filter_out…")
    assert text.endswith("waits 9")


def test_a_wide_row_has_the_title_too(moment: Moment) -> None:
    assert "Filter outliers" in row(moment, 10, 70)


def test_an_assigned_task_that_waits_names_owner_and_wait() -> None:
    s = Script().start(strategy="preassigned")
    s.add(ev.TaskAssigned, task="3", agent="Dev2", by="strategy")
    s.add(ev.TaskAssigned, task="11", agent="Dev2", by="strategy")
    moment = Moment(RunState.of(s.events), 0.0)
    assert row(moment, 3) == "◌ 3  sum_list               Dev2 waits 2"
    assert row(moment, 11) == "◇ 11 subtract              Dev2 assigned"


@pytest.mark.parametrize("cells", [20, 28, 36, 40, 58, 100, 180])
def test_every_row_fits_its_cells(moment: Moment, cells: int) -> None:
    columns = columns_of(moment.state)
    for task in moment.state.board.tasks.values():
        assert width_of(task_row(task, moment, columns, cells)) == cells


def test_the_title_counts_done_work_and_free_tasks(moment: Moment) -> None:
    left, right = board_title(moment)
    assert plain(left) == "Tasks 13/20 done"
    assert plain(right) == "2 in work · 3 free"


def test_before_the_first_event_the_title_counts_nothing() -> None:
    left, right = board_title(Moment(RunState(), 0.0))
    assert (plain(left), right) == ("Tasks", [])


def test_nobody_is_in_work_once_the_run_has_ended_or_its_engine_has_died(moment: Moment) -> None:
    for over, word in ((Moment(RunState.of(ended().events), 90.0), "stopped"), (moment, "cut off")):
        over.gone = over is moment
        assert plain(board_title(over)[1]) == f"■ {word}, 7 open"
        assert row(over, 8) == "▷ 8  normalize                Dev1 begun"
        assert row(over, 14).endswith("Dev3 begun")  # whose lease nobody counts any more
        assert row(over, 18).endswith(" open")
        assert row(over, 9).endswith("waits 8")
        assert row(over, 1).endswith("3/3")
