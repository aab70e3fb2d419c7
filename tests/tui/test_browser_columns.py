"""The list of runs as data: what each column says, its order, the filter, what gives way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.record.folder import RunFolder
from engine.rows import RunRow
from tests.helpers.recorded import HOSTILE
from tui.widgets.runcolumns import (
    COLUMNS,
    fitting,
    heading_row,
    matches,
    ordered,
    problem_text,
    run_row,
    status_text,
    when,
)
from tui.widgets.spans import plain, width_of

pytestmark = pytest.mark.usefixtures("utc")


@pytest.fixture
def utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def row(name: str = "run-1", **facts: Any) -> RunRow:
    known: dict[str, Any] = {
        "status": "completed",
        "created": "2026-11-20T18:30:00+00:00",
        "suite": "mathutils",
        "structure": "mixed",
        "agents": 4,
        "strategy": "decentralized",
        "model": "sim/claude-sonnet-4-6",
        "seed": 7,
        "tasks_done": 20,
        "tasks_total": 20,
        "rounds": 12,
        "wall_seconds": 214.0,
        "speedup": 0.934,
        "verified": True,
        "tokens": 81_000,
        "cost_usd": 0.42,
    }
    return RunRow(RunFolder(Path("/runs") / name), **known | facts)


def broken(name: str = "bad") -> RunRow:
    return RunRow(RunFolder(Path("/runs") / name), problem=f"/runs/{name}/run.json is damaged (cut short).")


def cells(one: RunRow, width: int = 220) -> dict[str, str]:
    return {fitted.column.key: fitted.text(one) for fitted in fitting([one], width)}


def test_every_column_says_what_is_known() -> None:
    assert cells(row()) == {
        "when": "2026-11-20 18:30",
        "suite": "mathutils",
        "structure": "mixed",
        "strategy": "decentralized",
        "agents": "4",
        "model": "sim/claude-sonnet-4-6",
        "status": "✔ verified",
        "rounds": "12",
        "wall": "03:34",
        "speedup": "0.93×",
        "tokens": "81k",
        "cost": "$0.42",
        "size": "–",
        "run": "run-1",
    }


def test_what_is_not_known_is_a_dash_and_never_a_zero() -> None:
    unknown: dict[str, Any] = dict.fromkeys(
        ("wall_seconds", "speedup", "tokens", "cost_usd", "rounds", "agents")
    )
    said = cells(row(**unknown))
    assert {said[key] for key in ("wall", "speedup", "tokens", "cost", "rounds", "agents")} == {"–"}


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "✔ verified"),
        ({"verified": False}, "✔ done, tests fail"),
        ({"verified": None}, "✔ completed"),
        ({"status": "ended", "tasks_done": 13}, "■ ended early 13/20"),
        ({"status": "running", "tasks_done": 3}, "▶ live 3/20"),
        ({"status": "broken off", "tasks_done": 3, "tasks_total": None}, "✘ broken off 3/?"),
    ],
)
def test_the_status_is_a_glyph_and_a_word(facts: Any, text: str) -> None:
    assert status_text(row(**facts)) == text


def test_a_folder_that_cannot_be_read_shows_its_name_and_the_sentence_without_the_path() -> None:
    text = plain(run_row(broken(), fitting([row(), broken()], 100)))
    assert text.startswith("bad ")
    assert text.endswith("✘ unreadable: run.json is damaged (cut short).")
    assert problem_text(RunRow(RunFolder(Path("/runs/notes")), problem="/runs/notes is no run.")) == (
        "this is no run."
    )


@pytest.mark.parametrize("created", ["", "yesterday", "2026-13-77", "9" * 400, "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_is_shown_as_it_stands_and_no_wider(created: str) -> None:
    assert len(when(created)) <= 16


def test_suite_agents_and_status_stay_when_there_is_little_room() -> None:
    kept = [fitted.column.key for fitted in fitting([row()], 36)]
    assert kept == ["suite", "agents", "status"]


@given(st.integers(20, 240))
def test_rows_and_headings_fit_and_stand_below_one_another(width: int) -> None:
    rows = [row(), row("x" * 90, suite="s" * 80, model="m" * 80, cost_usd=1e12, rounds=10**9), broken()]
    columns = fitting(rows, width)
    heads, places = heading_row(columns, "when", backwards=True)
    total = width_of(heads)
    if len(columns) > 1:
        assert total <= width
    assert [width_of(run_row(one, columns)) for one in rows[:2]] == [total, total]
    assert [key for _, _, key in places] == [fitted.column.key for fitted in columns]
    assert places[-1][1] == total


def test_the_sorted_heading_is_marked_with_its_direction() -> None:
    columns = fitting([row()], 200)
    assert "when▼" in plain(heading_row(columns, "when", backwards=True)[0])
    assert "speedup▲" in plain(heading_row(columns, "speedup", backwards=False)[0])


def test_rows_are_ordered_by_value_not_by_text_and_the_unknown_come_last() -> None:
    rows = [row("a", agents=10), row("b", agents=None), row("c", agents=9), broken()]
    assert [one.run_id for one in ordered(rows, "agents", backwards=False)] == ["c", "a", "b", "bad"]
    assert [one.run_id for one in ordered(rows, "agents", backwards=True)] == ["a", "c", "b", "bad"]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_every_column_can_be_sorted_by(column: Any) -> None:
    low = row("a")
    high = row(
        "b",
        created="2027-01-01T00:00:00+00:00",
        suite="svg",
        structure="serial",
        strategy="preassigned",
        agents=8,
        model="z",
        status="ended",
        rounds=13,
        wall_seconds=999.0,
        speedup=2.0,
        tokens=10**7,
        cost_usd=7.0,
    )
    names = [one.run_id for one in ordered([high, low], column.key, backwards=False)]
    expected = ["b", "a"] if column.key == "status" else ["a", "b"]  # ended, then verified
    assert names == expected


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("", ["one", "two", "bad"]),
        ("MATHUTILS", ["one"]),
        ("svg serial", ["two"]),
        ("svg mixed", []),
        ("!svg", ["one", "bad"]),
        ("!svg !mathutils", ["bad"]),
        ("0.42", ["one", "two"]),
        ("damaged", ["bad"]),
        ("fails", []),
        ("tests fail", ["two"]),
        ("!", ["one", "two", "bad"]),
        ("[/]", []),
    ],
)
def test_a_filter_looks_for_words_in_all_columns(words: str, kept: list[str]) -> None:
    rows = [row("one"), row("two", suite="svg", structure="serial", verified=False), broken()]
    assert [one.run_id for one in rows if matches(one, words)] == kept


def test_hostile_runs_stay_text() -> None:
    fields = ("created", "suite", "structure", "strategy", "model")
    one = row(HOSTILE, **dict.fromkeys(fields, HOSTILE))
    bad = RunRow(RunFolder(Path("/runs") / HOSTILE), problem=HOSTILE)
    text = "".join(plain(run_row(r, fitting([one, bad], 300))) for r in (one, bad))
    assert not set("\x1b\x07\u202e") & set(text)
