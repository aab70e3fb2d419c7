"""The lock view in full: holders and who wants theirs, the matrix, refusals by round, any size."""

from __future__ import annotations

import asyncio

import pytest

from engine.record import events as ev
from engine.record.state import RunState
from engine.record.state.locks import HOT_PATHS_KEPT
from tests.helpers.stage import staged
from tests.helpers.teamscript import Script, scripted
from tui.widgets.lock_matrix import contention_rows
from tui.widgets.moment import Moment
from tui.widgets.spans import plain, width_of


def contended() -> Script:
    """Dev1 holds add.py since 1 s; Dev2 was refused it twice since, Dev3 once before, when Dev4 held it."""
    s = Script().start().open_round("Dev1", "Dev2", "Dev3", "Dev4").think("Dev4").edit("Dev4", 1)
    s.deny("Dev3", 1, "Dev4").free("Dev4", 1).close_round().open_round("Dev1", "Dev2")
    s.at(1.0).think("Dev1").edit("Dev1", 1, 2).at(2.0).deny("Dev2", 1, "Dev1").deny("Dev2", 1, "Dev1")
    return s


def texts(script: Script, cells: int = 76, height: int = 18, top: int = 0) -> list[str]:
    rows, _ = contention_rows(Moment(RunState.of(script.events), 14.0), cells, height, top)
    return [plain(row) for row in rows]


def test_a_holder_stands_with_its_age_and_those_refused_since_it_took_the_file() -> None:
    held = texts(contended())[1]
    assert held.split() == ["add.py", "Dev1", "13", "s", "denied", "Dev2", "×2"]


def test_the_matrix_says_who_holds_and_who_was_refused_how_often() -> None:
    rows = texts(contended())
    head = next(row for row in rows if "● holds" in row)
    line = next(row for row in rows[rows.index(head) + 1 :] if row.startswith("add.py"))
    assert head.split()[-4:] == ["Dev1", "Dev2", "Dev3", "Dev4"]
    assert line.split()[1:] == ["●", "2", "1", "·"]


def test_refusals_stand_in_their_rounds() -> None:
    assert any("3 in 2 rounds, most 2 in r2" in row for row in texts(contended()))


@pytest.mark.parametrize(("cells", "height"), [(56, 16), (76, 20), (196, 45)])
@pytest.mark.parametrize("agents", [1, 4, 50])
def test_rows_fit_and_paths_that_do_not_are_counted_and_scrolled_to(
    cells: int, height: int, agents: int
) -> None:
    s = Script().start(agents).open_round("Dev1").think("Dev1")
    for number in range(60):
        s.add(ev.LockAcquired, path=f"file{number:02}.py", agent="Dev1", turn=1, token=number + 1)
    moment = Moment(RunState.of(s.events), 9.0)
    rows, hidden = contention_rows(moment, cells, height)
    assert len(rows) == height
    assert all(width_of(row) <= cells for row in rows)
    assert hidden > 0
    last = [plain(row) for row in contention_rows(moment, cells, height, top=10**6)[0]]
    assert any(row.startswith("file59.py") for row in last)
    assert "more paths" not in last[-1]


def test_paths_beyond_the_bound_count_in_the_totals_only() -> None:
    s = Script().start().open_round("Dev1")
    for number in range(HOT_PATHS_KEPT + 5):
        s.add(ev.LockDenied, path=f"f{number}", agent="Dev1", turn=1, holder="Dev2", age_seconds=1.0)
    locks = RunState.of(s.events).locks
    assert len(locks.refused_at) == HOT_PATHS_KEPT
    assert locks.denied == HOT_PATHS_KEPT + 5


def test_3_shows_the_matrix_in_full_screen() -> None:
    async def scene() -> None:
        async with staged(scripted().events, size=(80, 24)) as stage:
            await stage.press("3")
            assert "● holds, n denials" in stage.text()
            await stage.press("3")
            assert "● holds" not in stage.text()

    asyncio.run(scene())
