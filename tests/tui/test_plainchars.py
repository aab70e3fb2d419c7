"""Terminals that lack our characters get others in their places."""

from __future__ import annotations

from tui import plainchars
from tui.widgets.plot import MARKS, REFERENCE, Series, legend, plot_rows
from tui.widgets.spans import plain

LINES = [Series(f"s{n}", ((1.0, n + 1.0), (2.0, n + 2.0))) for n in range(len(MARKS))]


def test_every_replacement_takes_one_cell_and_series_can_still_be_told_apart() -> None:
    rows = [*map(plain, plot_rows(LINES, 60, 12)), plain(legend(LINES)), REFERENCE * 2]
    shown = [plainchars.plain(row) for row in rows]
    assert [len(row) for row in shown] == [len(row) for row in rows]
    assert all(row.isascii() and "?" not in row for row in shown)
    assert len({plainchars.plain(mark) for mark in MARKS[:5]}) == 5


def test_what_an_encoding_has_is_kept() -> None:
    assert "1.5× · ✔ 日".encode("latin-1", plainchars.NAME).decode("latin-1") == "1.5× · + ?"
