"""The first line and the warnings below it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.record import events as ev
from engine.record.config import RunConfig, RunMeta
from engine.record.state import RunState
from tests.helpers.teamscript import Script, ended
from tui.widgets.header_rows import banners, header_row, phase_of, rung_of
from tui.widgets.moment import Moment
from tui.widgets.spans import plain, width_of


def test_a_standard_header_says_what_runs_how_far_how_fast_and_at_what_price(moment: Moment) -> None:
    assert " ".join(plain(header_row(moment, 120)).split()) == (
        "mathutils · mixed p=0.5 · decentralized · 4× sim/claude-sonnet-4-6 "
        "round 7/60 01:13 ▶ ×10 $0.32 55k tok ⚡1"
    )


def test_a_narrow_header_drops_details_and_keeps_names_and_states(moment: Moment) -> None:
    text = " ".join(plain(header_row(moment, 80)).split())
    assert text == "mathutils · mixed · 4 agents round 7/60 01:13 ▶ ×10 $0.32 55k tok ⚡1"


@pytest.mark.parametrize("cells", [60, 72, 80, 99, 100, 120, 200])
def test_the_header_fills_its_line_exactly(moment: Moment, cells: int) -> None:
    for each in (moment, Moment(RunState(), 0.0)):
        assert width_of(header_row(each, cells)) == cells


def phase_after(*adds: tuple[type[ev.Event], dict[str, object]], live: bool = True) -> str:
    s = Script().start()
    for kind, fields in adds:
        s.add(kind, **fields)
    return phase_of(Moment(RunState.of(s.events), 0.0, "live", live)).text


def test_a_narrow_header_of_a_held_view_says_when_the_team_stands_still_too(moment: Moment) -> None:
    held = replace(moment, held=True)
    assert " ◫ view held $" in plain(header_row(held, 80))
    held.state.run.phase = "paused"
    assert " ◫ view held ⏸ paused $" in plain(header_row(held, 80))


def test_a_paused_team_whose_engine_has_died_is_not_called_paused(moment: Moment) -> None:
    moment.state.run.phase = "paused"
    assert phase_of(replace(moment, live=False, gone=True)).text == "■ not running"


def test_phases_have_a_glyph_and_a_word() -> None:
    end = (ev.RunEnded, {"outcome": "max_rounds", "wall_seconds": 1.0})
    assert phase_after() == "▶ ×10"
    assert phase_after(live=False) == "■ not running"
    assert phase_after((ev.PauseRequested, {"author": "you"})) == "⏸ team pausing"
    assert phase_after((ev.PauseRequested, {"author": "you"}), (ev.Paused, {})) == "⏸ team paused"
    assert phase_after((ev.Resumed, {"author": "you", "step": True})) == "▶ ×10 one round"
    assert phase_after(end) == "■ out of rounds"


def test_the_outcome_of_a_completed_run_says_whether_it_was_verified() -> None:
    s = Script().start(tasks=1).open_round("Dev1").think("Dev1").work("Dev1", 1).close_round()
    s.add(ev.RunEnded, outcome="completed", wall_seconds=1.0)
    assert phase_of(Moment(RunState.of(s.events), 0.0)).text == "■ completed"
    s.add(ev.RunVerified, verdict="failed", passed=("a",), failed=("b", "c"))
    assert phase_of(Moment(RunState.of(s.events), 0.0)).text == "■ completed, 2 tests fail"


def test_a_stopped_run_is_called_stopped() -> None:
    assert phase_of(Moment(RunState.of(ended().events), 0.0)).text == "■ stopped"


def test_elapsed_time_stops_with_the_run() -> None:
    s = ended()
    moment = Moment(RunState.of(s.events), s.ts + 500)
    assert moment.elapsed == moment.state.run.wall_seconds


def test_warnings_stand_as_long_as_they_are_true(moment: Moment) -> None:
    moment.state.faults.active.clear()
    assert banners(moment, unsafe=False, note="", behind=0.0) == []
    rows = banners(moment, unsafe=True, note="line 5 is damaged.", behind=0.5)
    assert [plain(row).strip() for row in rows] == [
        "⚠ unsafe tests: code that the model wrote runs on this machine without a sandbox",
        "⚠ line 5 is damaged.",
        "reading the journal: 50%",
    ]


def test_active_faults_are_named_with_their_targets_and_what_is_left_of_them(moment: Moment) -> None:
    state = moment.state
    moment.live, moment.mode = True, "live"
    for number, kind, targets, until in (
        (2, "slow", ("Dev1", "Dev2"), moment.now + 12.4),
        (3, "outage", ("Dev1", "Dev2", "Dev3", "Dev4"), None),
        (4, "disk_full", (), None),
        (5, "stall", ("Dev1",), None),
    ):
        state.apply(
            ev.FaultStarted(
                seq=state.seq + 1,
                ts=state.ts,
                id=number,
                kind=kind,
                targets=targets,
                params={},
                author="ann",
                until_seconds=until,
            )
        )
    [row] = banners(moment, unsafe=False, note="", behind=0.0)
    said = "⚡ H heals  crash Dev3 · slow Dev1, Dev2 12 s · outage 4 agents · disk_full the run +1"
    assert plain(row).strip() == said
    moment.mode = "replay"
    assert "heals" not in plain(banners(moment, unsafe=False, note="", behind=0.0)[0])


def test_a_wide_header_says_what_confines_the_tests(moment: Moment) -> None:
    confined = replace(moment, sandbox="landlock")
    assert "tests in landlock" in plain(header_row(confined, 200))
    assert "landlock" not in plain(header_row(confined, 80))
    assert "tests in" not in plain(header_row(moment, 200))


@pytest.mark.parametrize(("said", "shown"), [("bubblewrap", "bubblewrap"), ("none", ""), ("unused", "")])
def test_only_a_rung_that_confines_is_named(said: str, shown: str) -> None:
    meta = RunMeta(
        run_id="r",
        created="",
        teamtop="",
        python="",
        config=RunConfig(
            suite="s",
            structure="",
            agents=1,
            strategy="s",
            model="m",
            seed=0,
            speed=1.0,
            clock="wall",
        ),
        suite_hash="",
        sandbox=said,
    )
    assert rung_of(meta) == shown
    assert rung_of(None) == ""
