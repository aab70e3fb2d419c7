"""Agents as titles, lines and rows."""

from __future__ import annotations

import pytest

from engine.record import events as ev
from engine.record.state import Line, RunState
from engine.record.state.suspicion import Rhythm
from tests.helpers.teamscript import Script
from tui.widgets.agent_rows import agent_title, last_act, line_rows, roster_row, status_spans
from tui.widgets.moment import Moment
from tui.widgets.spans import plain, width_of


def lines(
    text: str, kind: str = "act", cells: int = 30, limit: int | None = 2, first: bool = True
) -> list[str]:
    line = Line(1, 0.0, 7, kind, text)  # type: ignore[arg-type]  # a test names kinds by word
    return [plain(row) for row in line_rows(line, 30, limit, first=first)]


def title(moment: Moment, name: str, cells: int = 40) -> str:
    left, right = agent_title(moment.state.agents.agents[name], moment, cells)
    return f"{plain(left)} | {plain(right)}"


def test_a_title_has_name_state_with_age_and_tasks_done(moment: Moment) -> None:
    assert title(moment, "Dev2") == "Dev2 ◐ testing 3 s | 3 done"


def test_a_wide_title_has_tokens_too(moment: Moment) -> None:
    assert title(moment, "Dev2", 60) == "Dev2 ◐ testing 3 s | 3 done · 17k tok"


@pytest.mark.parametrize(
    ("silent", "said", "role"),
    [(12.0, "", ""), (60.0, "slow", "muted"), (400.0, "late", "warn"), (4_000.0, "very late", "bad")],
)
def test_a_suspicious_silence_is_told_in_a_word_and_with_room_as_a_number(
    moment: Moment, silent: float, said: str, role: str
) -> None:
    agent = moment.state.agents.agents["Dev1"]
    agent.status, agent.rhythm = "thinking", Rhythm()
    agent.hush(moment.now - silent)
    spans = agent_title(agent, moment)[0]
    told = [
        (span.text.strip(), span.role) for span in spans if span.text.strip() in ("slow", "late", "very late")
    ]
    assert told == ([(said, role)] if said else [])
    assert said in plain(roster_row(agent, moment, 100))
    wide = plain(agent_title(agent, moment, 80)[0])
    assert f"{said} φ" in wide  # where there is room it is always told


def test_an_agent_that_is_down_shows_its_lease(moment: Moment) -> None:
    assert title(moment, "Dev3") == "Dev3 ✖ down lease 14 s | 1 done"


def test_an_idle_agent_without_ready_work_says_why() -> None:
    s = Script().start(tasks=2)
    s.open_round("Dev1").think("Dev1").claim("Dev1", 1)
    moment = Moment(RunState.of(s.events), 5.0)
    agent = moment.state.agents.agents["Dev2"]
    assert plain(status_spans(agent, moment, long=True)) == "○ idle, nothing ready 5 s"


def test_after_the_end_nobody_waits_any_more() -> None:
    s = Script().start(tasks=1).open_round("Dev1").think("Dev1").work("Dev1", 1).close_round()
    s.add(ev.RunEnded, outcome="completed", wall_seconds=1.0)
    moment = Moment(RunState.of(s.events), 99.0)
    assert plain(status_spans(moment.state.agents.agents["Dev1"], moment)) == "■ finished"


def test_a_line_says_round_and_act() -> None:
    assert lines("claims 8 normalize") == ["r7 claims 8 normalize"]


def test_speech_stands_in_quotes_and_wraps_below_itself() -> None:
    assert lines("z_score is done, taking the next link", "speech") == [
        "r7 “z_score is done, taking",
        "   the next link”",
    ]


def test_the_round_is_written_only_where_it_begins() -> None:
    assert lines("runs tests", first=False) == ["   runs tests"]


def test_a_long_line_is_cut_in_a_pane_and_whole_without_a_limit() -> None:
    text = "⊘ edit file x.py: " + "because " * 20
    assert lines(text)[-1].endswith("…")
    assert len(lines(text)) == 2
    assert len(lines(text, limit=None)) > 4


def test_refusals_are_warnings_and_results_good_or_bad() -> None:
    roles = {
        kind: line_rows(Line(1, 0.0, 1, kind, "x"), 20)[0][1].role
        for kind in ("refused", "good", "bad", "fault")
    }
    assert roles == {"refused": "warn", "good": "good", "bad": "bad", "fault": "bad"}


def test_the_last_act_is_what_it_did_not_what_it_said(moment: Moment) -> None:
    line = last_act(moment.state.agents.agents["Dev4"])
    assert line is not None
    assert line.text.startswith("⊘ denied outlier_mask.py")


def test_a_roster_row_has_state_task_act_and_count(moment: Moment) -> None:
    text = plain(roster_row(moment.state.agents.agents["Dev3"], moment, 76))
    assert text == "Dev3 ✖ down lease 14 s 14 clamp        crashed: injected by operator  1 done"


@pytest.mark.parametrize("cells", [56, 76, 98, 140])
def test_roster_rows_fit_their_cells_also_before_anything_happened(moment: Moment, cells: int) -> None:
    fresh = Moment(RunState.of(Script().start().events), 0.0)
    for each in (moment, fresh):
        for agent in each.state.agents.agents.values():
            assert width_of(roster_row(agent, each, cells)) == cells


@pytest.mark.parametrize("name", ["Dev1", "Dev2", "Dev3", "Dev4"])
def test_nobody_thinks_any_more_once_the_engine_is_gone(moment: Moment, name: str) -> None:
    moment.gone = True
    assert plain(status_spans(moment.state.agents.agents[name], moment)) == "■ cut off"
