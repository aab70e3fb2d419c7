"""The transport line: what it says in any width, and what a click on each part does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import groupby, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from tui import theme
from tui.recording import Mark
from tui.replaysource import ReplaySource
from tui.widgets.spans import cells_of, plain, width_of
from tui.widgets.transport import Transport
from tui.widgets.transport_rows import (
    BUTTONS,
    ROUNDS_MARKED,
    MarkAt,
    TransportData,
    data_of,
    share_at,
    slider,
    transport_row,
)

HALF = TransportData(
    playing=False, speed=4.0, share=0.5, seq=812, count=2_204, round=5, position=72.4, end=214.9
)


def line(data: TransportData, cells: int) -> str:
    return plain(transport_row(data, cells)[0])


def test_the_line_says_state_speed_and_place_in_words() -> None:
    text = line(HALF, 120)
    assert "⇤ « ‹ ▶ › » ⇥" in text
    assert "paused  ×4" in text
    assert text.rstrip().endswith("round 5 · seq   812/2,204 · 01:12/03:34")


def test_a_run_whose_rounds_were_not_recorded_names_none() -> None:
    assert line(replace(HALF, round=None), 120).rstrip().endswith("┤ seq   812/2,204 · 01:12/03:34")


def test_a_narrow_line_shortens_words_and_keeps_numbers_and_slider() -> None:
    text = line(HALF, 80)
    assert width_of(transport_row(HALF, 80)[0]) == 80
    assert "r5 ·   812/2,204 · 01:12/03:34" in text
    assert "◆" in text


def test_without_room_the_slider_goes_first() -> None:
    row, places = transport_row(HALF, 64)
    assert "◆" not in plain(row)
    assert "812/2,204" in plain(row)
    assert "seek" not in [place.action for place in places]


def test_playing_shows_the_button_that_pauses() -> None:
    text = line(replace(HALF, playing=True), 120)
    assert "‖" in text
    assert "playing ×4" in text


def test_nothing_moves_when_play_turns_into_pause_or_the_event_gets_a_digit() -> None:
    forms = [
        replace(HALF, playing=playing, speed=speed, seq=seq, position=seconds)
        for playing, speed, seq, seconds in product((True, False), (0.25, 1, 64), (1, 99, 2_204), (0, 214))
    ]
    places = {tuple(transport_row(form, 120)[1]) for form in forms}
    assert len(places) == 1


def test_a_journal_that_is_still_read_says_that_there_is_more() -> None:
    assert "/2,204+" in line(replace(HALF, loading=0.4), 120)


def test_what_was_played_is_heavy_and_what_comes_is_light() -> None:
    assert plain(slider(HALF, 13)) == "├━━━━━◆─────┤"


def test_rounds_and_faults_are_marked_where_they_happened() -> None:
    marks = (MarkAt(0.0, "round"), MarkAt(0.2, "round"), MarkAt(0.9, "round"), MarkAt(0.7, "fault"))
    assert plain(slider(replace(HALF, marks=marks), 23)) == "├━━━━┿━━━━━◆───⚡──┼──┤"


def test_dense_rounds_are_marked_now_and_then() -> None:
    marks = tuple(MarkAt(i / 60, "round") for i in range(60))
    text = plain(slider(replace(HALF, marks=marks, share=0.0), 62))
    assert 5 <= text.count("┼") <= 20


@given(
    st.integers(10, 200),
    st.floats(0, 1),
    st.lists(
        st.builds(MarkAt, st.floats(-1, 2), st.sampled_from(["round", "fault"])),
        max_size=40,
    ),
)
def test_the_slider_always_fills_its_cells_and_shows_where_it_stands(
    cells: int, share: float, marks: list[MarkAt]
) -> None:
    text = plain(slider(replace(HALF, share=share, marks=tuple(marks)), cells))
    assert cells_of(text) == cells
    assert text.count("◆") == 1


@given(st.integers(0, 200), st.floats(0, 1e308), st.integers(0, 10**12), st.floats(0.25, 64))
def test_no_number_makes_the_line_longer_than_its_cells(
    cells: int, end: float, seq: int, speed: float
) -> None:
    data = replace(HALF, position=end, end=end, seq=seq, count=seq, round=seq, speed=speed)
    assert width_of(transport_row(data, cells)[0]) <= cells


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_a_click_on_the_slider_means_the_place_that_is_shown_there(share: float) -> None:
    row, places = transport_row(replace(HALF, share=share), 141)
    place = next(place for place in places if place.action == "seek")
    text = plain(row)
    x = cells_of(text[: text.index("◆")])
    assert share_at(x, place) == pytest.approx(share, abs=0.51 / (place.end - place.start - 3))


class Bench(App[None]):
    """Only the line."""

    def __init__(self) -> None:
        super().__init__()
        theme.setup(self)
        self.heard: list[Any] = []

    def compose(self) -> ComposeResult:
        yield Transport()

    def on_mount(self) -> None:
        self.query_one(Transport).update(HALF)

    def on_transport_pressed(self, event: Transport.Pressed) -> None:
        self.heard.append(event.action)

    def on_transport_sought(self, event: Transport.Sought) -> None:
        self.heard.append(round(event.share, 2))


def test_every_button_sends_its_action_and_the_slider_follows_the_mouse() -> None:
    async def scene() -> list[Any]:
        app = Bench()
        async with app.run_test(size=(120, 3)) as pilot:
            await pilot.pause()
            app.query_one(Transport).update(HALF)
            places = transport_row(HALF, 120)[1]
            for place in places:
                if place.action != "seek":
                    await pilot.mouse_down(Transport, offset=(place.start, 0))
                    await pilot.mouse_up(Transport, offset=(place.start, 0))
            bar = places[-1]
            await pilot.mouse_down(Transport, offset=(bar.start + 1, 0))
            await pilot.hover(Transport, offset=(bar.end - 2, 0))
            await pilot.mouse_up(Transport, offset=(bar.end - 2, 0))
            await pilot.hover(Transport, offset=(bar.start + 5, 0))
        return app.heard

    heard = [what for what, _ in groupby(asyncio.run(scene()))]
    assert heard == [*(button.action for button in BUTTONS), 0.0, 1.0]


def test_of_a_journal_with_very_many_rounds_the_slider_gets_some_and_every_fault() -> None:
    source = ReplaySource(path=Path("absent"))
    recording = source.recording
    for seq in range(1, 20_001):
        recording.marks.append(Mark(seq, "fault" if seq % 4_001 == 0 else "round", seq))
    marks = data_of(source).marks
    assert len(marks) <= 2 * ROUNDS_MARKED
    assert sum(mark.kind == "fault" for mark in marks) == 4
