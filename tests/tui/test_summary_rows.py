"""The summary in words: the finding, every figure of the report, unknowns, hostile text, any width."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis import report as reports
from engine.record import events as ev
from engine.record.folder import RunFolder
from tests.helpers.recorded import HOSTILE
from tests.helpers.teamscript import ended
from tui.widgets.agent_table import agent_rows
from tui.widgets.spans import plain, width_of
from tui.widgets.summary_figures import bar
from tui.widgets.summary_front import front_rows
from tui.widgets.summary_rows import recovery_words, summary_rows, summary_text


def stopped(tmp_path: Path, save_run: Any) -> reports.Report:
    return reports.build(save_run(tmp_path, "20261120-183000-mathutils-3f2a", ended().events))


@pytest.fixture
def report(tmp_path: Path, save_run: Any) -> reports.Report:
    return stopped(tmp_path, save_run)


@pytest.fixture
def done(tmp_path: Path, make_journal: Any, save_run: Any) -> reports.Report:
    """A completed and verified run of four agents beside one of a single agent."""
    shape: dict[str, Any] = {"tasks": 8, "chain": 4, "latencies": (2.0, 3.0)}
    save_run(tmp_path, "solo", make_journal(1, agents=1, **shape))
    folder: RunFolder = save_run(tmp_path, "team", make_journal(1, agents=4, **shape))
    return reports.build(folder, [tmp_path])


def words(report: reports.Report, cells: int = 120) -> str:
    """The summary with single blanks, so that columns do not matter."""
    return " ".join(summary_text(report, cells).split())


def test_the_first_line_says_what_ran_and_whether_it_did_what_it_should(report: reports.Report) -> None:
    first = summary_text(report, 160).splitlines()[0]
    assert first.startswith(
        " mathutils · mixed p=0.5 · 4 agents · decentralized · sim/claude-sonnet-4-6 · seed 7 "
    )
    assert first.endswith("not completed ✘ 13 of 20 tasks done   verified ✘ 1 test fails")


def test_a_narrow_summary_says_the_same_on_two_lines(report: reports.Report) -> None:
    first, second = summary_text(report, 80).splitlines()[:2]
    assert first.startswith(" mathutils · mixed")
    assert second == " not completed ✘ 13 of 20 tasks done   verified ✘ 1 test fails"


def test_the_finding_comes_next_and_in_words(report: reports.Report, done: reports.Report) -> None:
    assert "A person stopped the team, 13 of 20 tasks done after round 7. Speedup so far:" in words(report)
    assert (
        f"{done['speedup']:.2f}× on 4 agents: past the graph bound, which counts one task per reply"
        in words(done)
    )


def test_a_completed_and_verified_run_says_so_by_glyph_and_word(done: reports.Report) -> None:
    assert summary_text(done, 120).splitlines()[0].endswith("completed ✔   verified ✔")


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("running", "running ▶"),
        ("broken off", "broken off ✘"),
        ("ended", "not completed ✘"),
        ("prefix", "so far ◆"),
    ],
)
def test_a_run_with_open_tasks_says_how_it_stands(report: reports.Report, status: str, word: str) -> None:
    assert f"{word} 13 of 20 tasks done" in words(report | {"status": status})


def test_a_run_that_was_not_tested_at_the_end_says_so(report: reports.Report) -> None:
    assert "verified: not tested ○" in words(report | {"verified": None})


def test_the_baseline_is_named_with_its_time(done: reports.Report, report: reports.Report) -> None:
    assert f"baseline 00:{int(done['baseline_seconds']):02}: run solo" in words(done)
    assert ": the team's own busy time" in words(report)
    assert "baseline unknown" in words(report | {"baseline_source": None, "baseline_seconds": None})


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"rounds": 41}, "rounds 41 at most 60"),
        ({"wall_seconds": 214.0, "real_seconds": 0.44}, "wall time 03:34 on the run's clock, 0.4 s real"),
        ({"wall_seconds": None}, "wall time unknown"),
        ({"real_seconds": None}, "real time unknown"),
        ({"input_tokens": 70_000, "output_tokens": 11_000}, "tokens 81k 70k in, 11k out"),
        ({"tokens_unknown": 2}, "tokens ≥"),
        ({"token_multiplier": 3.44}, ", 3.4× one agent"),
        ({"cost_usd": None, "cost_source": "unknown"}, "cost unknown"),
        ({"cost_usd": 0.42, "cost_source": "notional"}, "cost $0.42 notional: at its namesake's list price"),
        ({"cost_usd": 0.42, "cost_source": "reported"}, "cost $0.42 as reported by the provider"),
        ({"locks": {"acquired": 41, "denied": 6}}, "lock denials 6 of 47 requests"),
        (
            {"config": {"locks": "optimistic", "max_rounds": 60}, "refused_edits": 7},
            "refused edits 7 for whatever reason",
        ),
        ({"rewrites": 5}, "rewrites 5 of files last written by others"),
        ({"concurrent_writes": 3}, "concurrent writes 3 paths written by two in a round"),
        ({"claims_blocked": 9}, "claims blocked 9 for open dependencies"),
        ({"untested_completions": 4}, "done untested 4 tasks without a test run"),
        ({"messages": 31}, "messages 31 delivered"),
        ({"chatter": 7, "replies": 48}, "chatter 7 of 48 replies had no effect"),
        ({"idle_rounds": 2, "rounds": 12}, "idle rounds 2 of 12 completed nothing"),
        ({"test_failures": 5, "test_runs": 30}, "test failures 5 of 30 test runs"),
        (
            {"straggler_gap_seconds": {"mean": 12.34, "median": 8.0}},
            "straggler gap 12.3 s mean, 8.0 s median",
        ),
        ({"straggler_gap_seconds": {"mean": None, "median": None}}, "straggler gap unknown"),
        ({"speedup": 0.934}, "measured ━━━"),
        ({"speedup": 0.934}, "0.93×"),
        ({"speedup": None, "speedup_so_far": None}, "measured unknown"),
        ({"notes": ["the last record is torn"]}, "⚠ The last record is torn"),
    ],
)
def test_every_figure_stands_in_the_summary(report: reports.Report, change: Any, line: str) -> None:
    assert line in words(report | change, 130)


def test_faults_are_told_with_time_target_and_author(report: reports.Report) -> None:
    assert "⚡ crash Dev3 round 6, 00:58 to the end by operator: by hand" in words(report)
    assert "Faults none" in words(report | {"faults": []})


def test_a_run_whose_engine_died_ends_with_the_command_that_goes_on_with_it(report: reports.Report) -> None:
    died = report | {"status": "broken off"}
    assert words(died).endswith("Resume teamtop resume 20261120-183000-mathutils-3f2a")
    assert "teamtop resume" not in words(report)


def test_the_replay_command_goes_to_the_first_fault(report: reports.Report) -> None:
    assert words(report).endswith("Replay teamtop replay 20261120-183000-mathutils-3f2a --at round:6")
    assert words(report | {"faults": []}).endswith("Replay teamtop replay 20261120-183000-mathutils-3f2a")


def test_a_run_id_that_a_shell_would_act_on_is_quoted(report: reports.Report) -> None:
    assert words(report | {"run_id": "a; rm -rf $HOME", "faults": []}).endswith("'a; rm -rf $HOME'")


def test_the_table_has_a_row_for_each_agent_and_loses_columns_not_numbers(report: reports.Report) -> None:
    wide = [plain(row) for row in agent_rows(report["agents_table"], 160)]
    narrow = [plain(row) for row in agent_rows(report["agents_table"], 50)]
    assert [line.split()[0] for line in wide] == ["Agents", "Dev1", "Dev2", "Dev3", "Dev4"]
    assert "tests failed" in wide[0]
    assert "✖ down" in wide[3]
    assert narrow[0].split() == ["Agents", "done", "replies", "tokens", "cost"]
    assert "…" not in "".join(narrow)


def test_bars_are_proportional_and_never_nothing_for_something() -> None:
    assert bar(1.0, 10) == "━" * 10
    assert bar(0.5, 10) == "━" * 5
    assert bar(0.25, 10) == "━━╸"
    assert bar(0.0001, 10) == "╸"
    assert bar(0.0, 10) == ""
    assert bar(7.0, 10) == "━" * 10


@given(st.integers(1, 260))
def test_no_line_is_longer_than_the_terminal(cells: int) -> None:
    rows = summary_rows(_REPORT, cells)
    assert max(width_of(row) for row in rows) <= max(cells, 22)


def test_hostile_text_in_a_saved_run_stays_text(report: reports.Report) -> None:
    spoiled = _spoil(copy.deepcopy(report))
    text = summary_text(spoiled, 120)
    assert not set("\x1b\x07\u202e") & set(text)
    assert "[@click=app.quit]" in text


def _spoil(part: Any) -> Any:
    """Every text replaced by a hostile one, but for the words that the report itself chooses."""
    if isinstance(part, dict):
        kept = ("status", "outcome", "cost_source", "baseline_source")
        return {key: value if key in kept else _spoil(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_spoil(value) for value in part]
    return HOSTILE if isinstance(part, str) else part


_REPORT: reports.Report = {}
"""The report of the scripted run, made once: a property test takes no fixtures of a function."""


@pytest.fixture(autouse=True, scope="module")
def _once(tmp_path_factory: pytest.TempPathFactory) -> None:
    from engine.record.journal import append_all

    folder = RunFolder(tmp_path_factory.mktemp("runs") / "run")
    folder.path.mkdir()
    events: list[ev.AnyEvent] = list(ended().events)
    append_all(folder.events_path, list(events))
    _REPORT.update(reports.build(folder))


def test_the_account_says_where_the_time_went_and_what_it_cost_in_speedup(done: reports.Report) -> None:
    lines = summary_text(done, 100).splitlines()
    title = next(n for n, line in enumerate(lines) if "of agent time went" in line)
    assert lines[title].split()[:4] == ["Where", "4", "×", "00:08"]
    assert lines[title].endswith("speedup: 4.00× ideal")
    last = next(n for n, line in enumerate(lines) if line.endswith("measured"))
    steps = [float(line.split()[-1]) for line in lines[title + 1 : last]]
    assert lines[title + 1].split()[:2] == ["useful", "work"]
    assert abs(4 + sum(steps) - done["speedup"]) < 0.01 * len(steps)  # what is left is what was measured


def test_the_serial_fraction_is_the_sum_of_the_parts_that_are_named(done: reports.Report) -> None:
    lines = summary_text(done, 100).splitlines()
    at = next(n for n, line in enumerate(lines) if "Serial fraction" in line)
    told = " ".join(line.strip() for line in lines[at : lines.index("", at)])
    whole, *parts = map(float, re.findall(r"-?\d+\.\d\d", told))
    assert whole == pytest.approx(done["accounting"]["losses"]["karp_flatt"], abs=0.005)
    assert sum(parts) == pytest.approx(whole, abs=0.01 * len(parts))


def test_recovery_figures_stand_whole_on_a_narrow_screen(done: reports.Report) -> None:
    found = {
        "detection_seconds": 0.0,
        "repair_seconds": 30.0,
        "tasks_redone": 12,
        "agent_seconds_lost": 128.0,
        "tokens_lost": 1234,
        "blast_radius": 5,
    }
    fault = {
        "kind": "crash",
        "targets": ["Dev1"],
        "params": {},
        "round": 1,
        "started_seconds": 10.0,
        "stopped_seconds": None,
        "author": "operator",
        "why": "",
        "recovery": found,
    }
    lines = summary_text(done | {"faults": [fault]}, 80).splitlines()
    at = next(n for n, line in enumerate(lines) if "⚡ crash Dev1" in line)
    assert [line.strip() for line in lines[at + 1 : at + 3]] == [
        "showed at once · repaired after 30.0 s · 12 tasks redone by others",
        "128 agent-seconds and 1,234 tokens lost · reached 5 agents",
    ]


def test_recovery_figures_are_told_in_words() -> None:
    found = {
        "detection_seconds": 0.0009,
        "repair_seconds": 41.45,
        "tasks_redone": 1,
        "agent_seconds_lost": 62.7,
        "tokens_lost": 1234,
        "blast_radius": 2,
    }
    assert " · ".join(recovery_words(found)) == (
        "showed at once · repaired after 41.5 s · 1 task redone by others · "
        "63 agent-seconds and 1,234 tokens lost · reached 2 agents"
    )
    mild = found | {"repair_seconds": None, "tasks_redone": 0, "agent_seconds_lost": 0.0, "tokens_lost": 0}
    assert recovery_words(mild | {"blast_radius": 1, "detection_seconds": 3.0}) == [
        "showed after 3.0 s",
        "not repaired",
        "nothing lost",
        "reached 1 agent",
    ]
    assert recovery_words(mild | {"blast_radius": 0, "detection_seconds": None}) == ["it touched nobody"]


@pytest.mark.parametrize(("cells", "height"), [(80, 21), (120, 32), (200, 34)])
def test_the_first_page_has_what_a_person_would_take_a_picture_of(
    done: reports.Report, cells: int, height: int
) -> None:
    page = "\n".join(plain(row) for row in summary_rows(done, cells, height)[:height])
    for part in ("completed ✔", "Where 4 × ", "useful work", "Speedup", "Amdahl bound", "one agent", "Dev4"):
        assert part in page
    for part in ("lock denials", "cost", "tokens"):
        assert part in page
    assert "All figures" not in page


def test_every_figure_stands_below_the_first_page(done: reports.Report) -> None:
    whole = [plain(row) for row in summary_rows(done, 80)]
    paged = [plain(row) for row in summary_rows(done, 80, 21)]
    figures = whole[whole.index(next(line for line in whole if line.startswith(" Speedup"))) :]
    assert paged[-len(figures) :] == figures
    assert summary_rows(done, 80, 500) == summary_rows(done, 80)  # there is room for all of it


@given(st.integers(20, 210), st.integers(1, 70), st.integers(1, 60))
def test_a_first_page_of_any_size_and_team_fits(cells: int, height: int, agents: int) -> None:
    table = [
        dict(_REPORT["agents_table"][0], name=f"Dev{number}", done=number % 7) for number in range(agents)
    ]
    rows = front_rows({**_REPORT, "agents_table": table}, cells, height)
    assert len(rows) in (0, height)
    assert all(width_of(row) <= cells for row in rows)


def test_cached_and_reasoning_tokens_stand_beside_the_sums_where_they_were_reported(
    report: reports.Report,
) -> None:
    assert "cached" not in words(report, 200)
    assert "reasoning" not in words(report, 200)
    for cells in (70, 80, 200):
        told = words({**report, "cached_tokens": 12_000, "reasoning_tokens": 0}, cells)
        assert "cached 12k of those in" in told
        assert "reasoning 0 of those out" in told, "a reported zero is no unknown"
