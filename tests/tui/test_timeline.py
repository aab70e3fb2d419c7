"""The timeline: lanes that show what each agent did when, zoom, pan, follow, marks, faults, many agents."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.consistency import Finding, Report
from engine.record import events as ev
from engine.record.state import Lane, LanesState, RunState, Span
from engine.record.state.lanes import nanos
from tests.helpers.faultplay import Script, inject, timed
from tests.helpers.recorded import HOSTILE
from tests.helpers.scripted import Say, done
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import scripted
from tui.checks import Verdicts
from tui.judge import Place
from tui.widgets.moment import Moment
from tui.widgets.spans import plain, width_of
from tui.widgets.timeline import TimelinePanel
from tui.widgets.timeline_rows import Window, lane_row, timeline_rows, whole

S = 1_000_000_000


def moment_of(script: Script, **settings_: object) -> Moment:
    played = timed(script, [(2.0, inject("crash"))], max_rounds=2)
    return Moment(RunState.of(played.events), played.events[-1].ts)


def lane(*spans: Span, doing: str = "waiting") -> Lane:
    return Lane("Dev1", spans[-1].end, doing, spans=list(spans))  # type: ignore[arg-type]  # a Doing by name


def test_a_cell_shows_what_most_of_its_time_went_into() -> None:
    row = lane_row(
        lane(Span(0, 6 * S, "calling", 1), Span(6 * S, 10 * S, "testing", 1)), Window(0, 10 * S), 5, 10 * S
    )
    assert plain(row) == "▓▓▓▒▒"


def test_an_agent_that_was_down_for_an_instant_is_not_hidden() -> None:
    row = lane_row(lane(Span(0, 99, "calling", 1), Span(99, 100, "down", 1)), Window(0, 100), 4, 100)
    assert plain(row) == "▓▓▓✖"


def test_what_lies_before_the_lane_began_and_after_now_is_blank() -> None:
    row = lane_row(lane(Span(2 * S, 4 * S, "calling", 1)), Window(0, 8 * S), 4, 6 * S)
    assert plain(row) == " ▓░ "


def test_a_crash_is_a_band_and_a_lane_that_is_down() -> None:
    moment = moment_of({"Dev1": [Say("", 4.0)], "Dev2": [Say(done("1", "add.py"), 4.0), Say("", 4.0)]})
    text = [plain(row) for row in timeline_rows(moment, whole(moment), 40, 12)]
    dev1, dev2 = (next(line for line in text if line.startswith(name)) for name in ("Dev1", "Dev2"))
    assert dev1.startswith("Dev1 ▓")
    assert "✖" in dev1
    assert "✖" not in dev2
    assert "✔" in dev2
    assert any("crash Dev1" in line and "━" in line for line in text)
    assert any("│r1" in line and "│r2" in line for line in text)


@pytest.mark.parametrize("cells", [30, 60, 200])
def test_rows_fit_whatever_the_width(cells: int) -> None:
    state = RunState.of(scripted().events)
    moment = Moment(state, state.ts)
    for width in (1, 1_000, S, 500 * S):
        rows = timeline_rows(moment, Window(0, width), cells, 20)
        assert all(width_of(row) <= cells for row in rows)
        assert len(rows) <= 20


def test_no_word_of_the_legend_is_cut() -> None:
    moment = moment_of({"Dev1": [Say("", 4.0)]})
    for cells in range(30, 121, 5):
        text = "\n".join(plain(row) for row in timeline_rows(moment, whole(moment), cells, 24))
        assert "…" not in text.partition("Dev1")[0]


@pytest.mark.parametrize("height", [2, 3, 4, 5, 6])
def test_a_low_timeline_shows_lanes_before_bands(height: int) -> None:
    moment = moment_of({"Dev1": [Say("", 4.0)], "Dev2": [Say(done("1", "add.py"), 4.0), Say("", 4.0)]})
    text = [plain(row) for row in timeline_rows(moment, whole(moment), 76, height)]
    assert text[0].startswith("Dev1 ")
    assert text[1].startswith("Dev2 ")
    assert any("crash" in line for line in text) == (height >= 5)


def test_an_anomaly_stands_in_the_lane_of_whoever_completed_it_once_it_has_happened() -> None:
    events = scripted().events
    edit = next(e for e in reversed(events) if isinstance(e, ev.FileEdited))
    finding = Finding("lost update", "false", "team", 1, (edit.seq,), "")
    prevented = Finding("dirty write", "false", "prevented", 1, (edit.seq - 1,), "")
    report = Report("true", (finding, prevented), "")
    verdicts = Verdicts(len(events), report, {edit.seq: Place(edit.round, edit.ts, edit.agent, "edit")})
    assert verdicts.anomalies == (edit.seq,)

    def lanes_at(seq: int) -> dict[str, str]:
        moment = Moment(RunState.of(events[:seq]), events[-1].ts, verdicts=verdicts)
        rows = [plain(row) for row in timeline_rows(moment, whole(moment), 100, 12)]
        return {row.split()[0]: row for row in rows if row.startswith("Dev")}

    assert {name for name, row in lanes_at(edit.seq).items() if "!" in row} == {edit.agent}
    assert not any("!" in row for row in lanes_at(edit.seq - 1).values())


def test_many_agents_scroll() -> None:
    state = RunState()
    state.lanes = LanesState()
    state.lanes.lanes = {f"Dev{n}": Lane(f"Dev{n}", 0) for n in range(1, 51)}
    first = [plain(r) for r in timeline_rows(Moment(state, 5.0), Window(0, S), 80, 12)]
    later = [plain(r) for r in timeline_rows(Moment(state, 5.0), Window(0, S), 80, 12, top=42)]
    assert any("more agents" in line for line in first)
    assert any(line.startswith("Dev50") for line in later)


_kinds = st.sampled_from(["calling", "testing", "waiting", "down"])


@given(st.lists(st.tuples(st.integers(1, 50), _kinds), min_size=1, max_size=60), st.integers(4, 12))
def test_thinning_loses_no_instant(steps: list[tuple[int, str]], limit: int) -> None:
    lane_ = Lane("Dev1", 0)
    end = 0
    for length, kind in steps:
        end += length
        lane_.add(end, kind)  # type: ignore[arg-type]  # a Doing by name
        lane_.thin(limit)
    assert len(lane_.spans) <= limit
    assert [lane_.spans[0].start, lane_.spans[-1].end] == [0, end]
    assert all(a.end == b.start for a, b in zip(lane_.spans, lane_.spans[1:], strict=False))


def test_a_retry_is_a_wait_and_then_a_call_again() -> None:
    start = timed({}, [], max_rounds=1).one(ev.RunStarted)
    lanes = LanesState()
    lanes.run_started(start)
    lanes.turn_started(
        ev.TurnStarted(turn=1, agent="Dev1", epoch=1, seen=ev.Seen(board=1), request="", ts=1.0)
    )
    lanes.call_failed(
        ev.CallFailed(turn=1, agent="Dev1", attempt=1, kind="429", detail="", retry_seconds=2.0, ts=3.0)
    )
    lanes.close(nanos(9.0))
    spans = [(s.start // S, s.end // S, s.doing) for s in lanes.lanes["Dev1"].spans]
    assert spans[1:] == [(1, 3, "retrying"), (3, 5, "retrying"), (5, 9, "calling")]


# ------------------------------------------------------------ on the screen


def play(scene: Callable[[Stage, TimelinePanel], Awaitable[None]]) -> None:
    async def run() -> None:
        async with staged(scripted().events, size=(100, 30)) as stage:
            await stage.press("t")
            panel = stage.live.view.panel("timeline")
            assert isinstance(panel, TimelinePanel)
            await scene(stage, panel)

    asyncio.run(run())


def test_t_shows_the_timeline_and_brings_the_panels_back() -> None:
    async def scene(stage: Stage, panel: TimelinePanel) -> None:
        assert panel.has_focus
        assert "thinking" in stage.text()
        assert any(line.startswith("│ Dev1 ") and "▓" in line for line in stage.lines())
        await stage.press("t")
        assert "Tasks" in stage.text()
        assert not panel.display

    play(scene)


def test_zooming_follows_the_present_and_panning_holds_the_view_until_end() -> None:
    async def scene(stage: Stage, panel: TimelinePanel) -> None:
        moment = stage.live.moment
        all_ = whole(moment)
        await stage.press("i", "i")
        assert panel.window(moment).width == all_.width // 4
        assert panel.window(moment).end == all_.end
        await stage.press("h")
        assert panel.window(moment).end < all_.end
        assert "held here" in stage.text()
        await stage.press("end")
        assert panel.window(moment).end == all_.end
        await stage.press("o", "o", "o")
        assert panel.window(moment) == all_

    play(scene)


def test_hostile_names_stay_text() -> None:
    start = timed({}, [], max_rounds=1).one(ev.RunStarted)
    lanes = RunState()
    lanes.lanes.run_started(
        ev.RunStarted(
            **{f: getattr(start, f) for f in start.__struct_fields__ if f != "team"},
            team=(ev.AgentSpec(name=HOSTILE, model="m"),),
        )
    )
    rows = timeline_rows(Moment(lanes, 3.0), Window(0, S), 60, 10)
    assert not {"\x1b", "\x07", "\u202e"} & set("".join(plain(row) for row in rows))
