"""The table of keys: complete, unambiguous, and only what applies is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.record import events as ev
from engine.record.state import RunState
from tests.helpers.teamscript import Script, ended
from tui.footer import footer_row
from tui.help import help_page, panel_page
from tui.keys import APP, HOLD, MOVE, READ, TEAM, TIMELINE, VIEW, VIEWED
from tui.widgets.layout import PANELS
from tui.widgets.moment import Moment
from tui.widgets.spans import plain

ALL = (*TEAM, *VIEW, *READ, *HOLD, *MOVE, *TIMELINE, *VIEWED, *APP)


def footer(moment: Moment, cells: int = 200) -> str:
    return " ".join(plain(footer_row((*TEAM, *VIEW, *READ, *HOLD, *APP), moment, cells)[0]).split())


def live(state: RunState) -> Moment:
    return Moment(state, state.ts, "live", live=True)


def test_every_key_has_an_id_of_its_own_a_label_and_a_tooltip() -> None:
    assert len({key.id for key in ALL}) == len(ALL)
    assert all(key.label and key.tooltip for key in ALL)
    bindings = [key.binding() for key in ALL]
    assert all(binding.id and binding.tooltip for binding in bindings)


def test_no_key_stands_for_two_actions() -> None:
    keys = [name for key in (*TEAM, *VIEW, *READ, *HOLD, *APP) for name in key.keys.split(",")]
    assert len(set(keys)) == len(keys)


def test_every_panel_has_its_digit() -> None:
    digits = {key.keys: key.action for key in VIEW if key.keys.isdigit()}
    assert digits == {str(i): f"panel('{panel}')" for i, panel in enumerate(PANELS, start=1)}


def test_the_footer_of_a_running_team_offers_to_steer_it(moment: Moment) -> None:
    assert footer(moment) == (
        "p pause s step f fault m message H heal (1) 1-7 panels t timeline enter open "
        "/ search nN fault space hold view "
        "+ add agent - remove agent a add task d add dependency ? help q quit"
    )
    assert "+ add agent" not in footer(moment, 120)
    assert "/ search" in footer(moment, 120)


def test_the_footer_of_an_ended_run_offers_nothing_that_cannot_be_done() -> None:
    assert (
        footer(live(RunState.of(ended().events)))
        == "1-7 panels t timeline enter open / search nN fault ? help q quit"
    )


def test_the_footer_of_a_recording_offers_nothing_to_steer(state: RunState) -> None:
    assert footer(Moment(state, state.ts, "watch", live=False)).startswith("1-7 panels")


def test_a_view_that_is_held_offers_first_to_go_on(moment: Moment) -> None:
    assert footer(replace(moment, held=True), 80).startswith("space let view go on ")
    assert "let view go on" not in footer(moment)


def test_pause_becomes_resume_while_the_team_stands_still() -> None:
    s = Script().start().add(ev.PauseRequested, author="you").add(ev.Paused)
    assert footer(live(RunState.of(s.events))).startswith("p resume s step")


@pytest.mark.parametrize("cells", [60, 70, 80, 120])
def test_a_narrow_footer_keeps_help_and_quit(moment: Moment, cells: int) -> None:
    row, places = footer_row((*TEAM, *VIEW, *READ, *HOLD, *APP), moment, cells)
    assert len(plain(row)) <= cells
    assert plain(row).endswith("? help  q quit ")
    assert places[-1][2] == "request_quit"


def test_the_place_of_each_key_in_the_footer_is_known_for_the_mouse(moment: Moment) -> None:
    row, places = footer_row((*TEAM, *VIEW, *READ, *HOLD, *APP), moment, 120)
    start, end, _ = next(place for place in places if place[2] == "fault")
    assert plain(row)[start:end].strip() == "f fault"


def test_the_help_names_every_key_and_every_panel() -> None:
    text = "\n".join(p.label + p.text for p in help_page((*TEAM, *VIEW, *READ, *HOLD, *APP)))
    assert all(key.tooltip in text for key in ALL)
    assert all(panel_page(panel)[0].text in text for panel in PANELS)


def test_the_help_says_how_speedup_is_computed() -> None:
    text = " ".join(p.text for p in panel_page("speedup"))
    assert "1/((1−p)+p/N)" in text
    assert "min(N, tasks/longest chain)" in text
