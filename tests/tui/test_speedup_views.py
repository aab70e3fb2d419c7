"""The speedup panel's other views: the waterfall adds up, saved runs are plotted or missed in a sentence."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from engine.analysis.accounting import Account, losses
from engine.analysis.laws import Baseline
from engine.record.folder import RunFolder
from engine.record.state import RunState
from tests.helpers.recorded import visit
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import scripted
from tui.checks import EVENTS_MAX, Checks
from tui.cli import main
from tui.insights import Curve, Insights
from tui.screens.replay import replay_screen
from tui.widgets.moment import Moment
from tui.widgets.spans import plain, width_of
from tui.widgets.speedup import SpeedupPanel
from tui.widgets.speedup_rows import sizes_rows, waterfall_rows


def found() -> Insights:
    events = scripted().events
    insights = Insights(lambda seq: events[:seq])
    assert insights.begin("waterfall", len(events))
    insights.make("waterfall", len(events), meta=None, runs=None, base=None)
    return insights


def test_the_waterfall_goes_from_the_ideal_down_to_the_speedup_step_by_step() -> None:
    account = Account.of(scripted().events)
    assert account is not None
    rows = [plain(row) for row in waterfall_rows(losses(account), 76, 40)]
    steps = [row[27:35].strip().replace("−", "-") for row in rows[1:-3]]
    values = [4.0, *map(float, steps), float(rows[-3][27:35])]
    assert rows[0].startswith("ideal")
    assert rows[-3].startswith("= speedup")
    assert values[0] == 4.0
    assert sum(values[:-1]) == pytest.approx(values[-1], abs=0.06)  # steps are rounded, tiny ones left out
    assert " ".join(rows[-2:]).endswith("useful time and nothing else")  # as a whole


def test_below_the_waterfall_a_sentence_says_it_where_there_is_room() -> None:
    insight = found().insight
    assert insight.losses is not None
    said = [plain(row) for row in waterfall_rows(insight.losses, 76, 40, insight.said)]
    assert " ".join(said).endswith(insight.said)
    assert insight.said.startswith(
        "4 agents: "
    )  # no number: that is estimated in another way than the chart's
    for height in range(4, 12):
        tight = [plain(row) for row in waterfall_rows(insight.losses, 76, height, insight.said)]
        assert not any("4 agents: " in row for row in tight)
        assert len(tight) <= height


def test_only_the_chart_has_the_number_in_its_title_as_other_views_have_other_baselines(
    moment: Moment,
) -> None:
    panel = SpeedupPanel()
    assert "×" in plain(panel.title(moment, 76)[0])
    panel.view = "waterfall"
    assert plain(panel.title(moment, 76)[0]) == "Speedup"


@pytest.mark.parametrize(("cells", "height"), [(40, 6), (76, 18), (196, 40)])
def test_rows_fit(cells: int, height: int) -> None:
    account = Account.of(scripted().events)
    assert account is not None
    curve = Curve(((1.0, 1.0), (4.0, 2.1)), ((1.0, 1.0), (4.0, 2.0)), "USL: " + "word " * 60)
    for rows in (waterfall_rows(losses(account), cells, height), sizes_rows(curve, cells, height)):
        assert len(rows) <= height
        assert all(width_of(row) <= cells for row in rows)


def test_it_is_not_computed_again_for_the_same_event_nor_at_once_for_the_next() -> None:
    insights = found()
    assert insights.insight.losses is not None
    last = len(scripted().events)
    assert not insights.begin("waterfall", last)
    assert not insights.begin("waterfall", last + 1)
    assert insights.begin("over N", last)


def test_a_journal_that_is_too_long_is_left_to_the_report() -> None:
    insights = Insights(lambda seq: [])
    assert insights.begin("waterfall", EVENTS_MAX + 1)
    insights.make("waterfall", EVENTS_MAX + 1, meta=None, runs=None, base=None)
    assert "teamtop report" in insights.insight.missing["waterfall"]


def test_an_error_is_a_sentence_and_the_next_try_is_possible() -> None:
    def broken(seq: int) -> list[None]:
        raise OSError("gone")

    insights = Insights(broken)  # type: ignore[arg-type]  # never returns
    assert insights.begin("waterfall", 5)
    insights.make("waterfall", 5, meta=None, runs=None, base=None)
    assert "OSError" in insights.insight.missing["waterfall"]
    assert insights.begin("over N", 5)


def test_g_shows_the_waterfall_then_what_is_missing_for_speedup_over_n(tmp_path: Path) -> None:
    events = scripted().events

    async def scene(stage: Stage) -> None:
        stage.source.checks = Checks(lambda seq: events[:seq])
        await stage.press("4", "g")
        stage.live.flush()
        await stage.settle()
        assert "ideal, one for each agent" in stage.text()
        await stage.press("g")
        stage.live.flush()
        await stage.settle()
        assert "no saved runs like it" in stage.text()
        await stage.press("g")
        assert "Amdahl" in stage.text()

    async def run() -> None:
        async with staged(events, size=(80, 24)) as stage:
            await scene(stage)

    asyncio.run(run())


def test_speedup_over_n_and_its_fit_come_from_runs_that_the_command_line_made(tmp_path: Path) -> None:
    for agents in range(1, 7):
        words = ["run", "mathutils", "--structure", "mixed", "-n", str(agents), "--model", "sim/perfect"]
        words += ["--strategy", "preassigned", "--speed", "max", "--tests", "simulated", "--display", "none"]
        assert main([*words, "--run-id", f"n{agents}", "--runs-dir", str(tmp_path)]) == 0

    async def scene(stage: Stage) -> None:
        await stage.press("end", "4", "g", "g")
        await stage.settle()
        stage.app.screen.flush()  # type: ignore[attr-defined]  # a replay
        await stage.settle()
        text = stage.text()
        assert "over N" in text
        assert "σ" in text
        assert "κ" in text
        assert text.count("●") == 6  # a mark for each size

    visit(lambda: replay_screen(RunFolder(tmp_path / "n4")), scene, (100, 30))


AGAINST = Baseline("runs", "run 3f2a", ("3f2a",), 200.0, tuple(10.0 * (k + 1) for k in range(20)))


def test_a_speedup_against_saved_runs_says_how_old_it_is_until_the_next_task_is_done(moment: Moment) -> None:
    last = moment.state.metrics.completions[-1].ts
    panel = SpeedupPanel()

    def title(now: float, against: Baseline | None, gone: bool = False) -> str:
        return plain(panel.title(Moment(moment.state, now, "live", True, against, gone=gone), 76)[0])

    assert title(last + 2.0, AGAINST) == "Speedup 1.90×"
    assert title(last + 35.0, AGAINST) == "Speedup 1.90× at 13 done, 35 s ago"
    assert "ago" not in title(last + 35.0, AGAINST, gone=True)  # nobody works on it any more
    assert "ago" not in title(last + 35.0, None)  # the estimate goes down as time passes
    assert title(last + 35.0, None) != title(last + 90.0, None)


def test_the_speedup_of_a_completed_run_is_that_of_its_summary(tmp_path: Path, make_journal: Any) -> None:
    state = RunState.of(make_journal(1, agents=4, tasks=8, chain=4))
    assert state.completed
    assert state.run.wall_seconds
    shown = Moment(state, state.ts, baseline=AGAINST).speedup
    assert shown == pytest.approx(AGAINST.seconds / state.run.wall_seconds)
