"""The lock view in rows, and its one-line form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.record.state import RunState
from tests.helpers.teamscript import Script
from tui.widgets.lock_rows import lock_rows, lock_strip, recent_denials
from tui.widgets.locks import speedup_strip
from tui.widgets.moment import Moment
from tui.widgets.spans import plain, width_of


def view(moment: Moment, cells: int = 38, height: int = 9) -> list[str]:
    return [plain(row).rstrip() for row in lock_rows(moment, cells, height)]


def contended(paths: int) -> Moment:
    s = Script().start().open_round("Dev1", "Dev2").think("Dev1")
    for task in range(1, paths + 1):
        s.edit("Dev1", task).deny("Dev2", task, "Dev1")
    return Moment(RunState.of(s.events), s.ts + 4)


def test_holders_refusals_hot_paths_and_totals_stand_below_one_another(moment: Moment) -> None:
    assert view(moment) == [
        "held   outlier_mask.py    Dev2     7 s",
        "       z_score.py         Dev1     5 s",
        "       normalize.py       Dev1     5 s",
        "denied outlier_mask.py    Dev4      r7",
        "       normalize.py       Dev2      r7",
        "       safe_add.py        Dev2      r2",
        "hot    normalize.py ▁▁▁▁▁▁▁█",
        "",
        "16 taken · 3 denied · 0 rewrites",
    ]


def test_what_does_not_fit_is_counted() -> None:
    assert view(contended(12)) == [
        "held   add.py             Dev1     4 s",
        "       safe_add.py        Dev1     4 s",
        " +9    sum_list.py        Dev1     4 s",
        "denied multiply.py        Dev2      r1",
        "       subtract.py        Dev2      r1",
        "       filter_outliers.py Dev2      r1",
        " +8    outlier_mask.py    Dev2      r1",
        "hot    add.py ▁▁▁▁▁▁▁█",
        "12 taken · 12 denied · 0 rewrites",
    ]


def test_totals_are_always_the_last_row() -> None:
    for height in (2, 4, 9, 20, 40):
        assert len(view(contended(12), height=height)) == height
        assert view(contended(12), height=height)[-1].startswith("12 taken · 12 denied")


def test_without_holders_the_view_says_so() -> None:
    moment = Moment(RunState.of(Script().start().events), 0.0)
    assert view(moment)[0] == "no file is held now"


def test_repeated_refusals_of_one_agent_at_one_path_are_one_row() -> None:
    s = Script().start().open_round("Dev1").think("Dev1").edit("Dev1", 3)
    s.deny("Dev2", 3, "Dev1").deny("Dev2", 3, "Dev1").deny("Dev3", 3, "Dev1")
    denials = recent_denials(RunState.of(s.events).locks)
    assert [(d.agent, n) for d, n in denials] == [("Dev3", 1), ("Dev2", 2)]
    rows = view(Moment(RunState.of(s.events), 1.0))
    assert "denied sum_list.py        Dev3      r1" in rows
    assert "       sum_list.py        Dev2 ×2   r1" in rows


@pytest.mark.parametrize("cells", [30, 38, 60, 120])
@pytest.mark.parametrize("height", [3, 9, 30])
def test_no_row_is_wider_than_the_panel(moment: Moment, cells: int, height: int) -> None:
    for each in (moment, contended(15)):
        assert all(width_of(row) <= cells for row in lock_rows(each, cells, height)[:-1])


def test_the_strip_has_the_totals_and_the_hottest_path(moment: Moment) -> None:
    text = plain(lock_strip(moment, 76))
    assert text == "locks    3 held · 16 taken · 3 denied · 0 rewrites     normalize.py ▁▁▁▁▁▁▁█"


def test_the_speedup_strip_has_value_bounds_and_baseline(moment: Moment) -> None:
    text = plain(speedup_strip(moment, 76))
    assert text.startswith("speedup  1.06×  Amdahl 1.60× · graph 2.00×")
    assert text.endswith("estimated")


def test_the_speedup_strip_says_how_a_team_comes_to_be_above_its_bounds(
    moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "one task per reply" not in plain(speedup_strip(moment, 76))
    monkeypatch.setattr(Moment, "bounds", (1.01, 1.02))
    assert "bounds: one task per reply" in plain(speedup_strip(replace(moment), 76))
