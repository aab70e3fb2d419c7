from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from engine import store as stores
from engine.analysis import report
from engine.errors import UsageError
from engine.record import events as ev
from engine.record.config import Parent
from engine.record.folder import RunFolder
from engine.record.journal import append_all, encode, read
from engine.store import RunsStore

MakeJournal = Callable[..., list[ev.AnyEvent]]
SaveRun = Callable[..., RunFolder]


@pytest.fixture
def store(tmp_path: Path) -> RunsStore:
    return RunsStore([tmp_path], samples=tmp_path / "none")


def test_a_run_with_a_summary_and_one_without_show_the_same_facts(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    folder = save_run(tmp_path, "one", make_journal(1, agents=3, verdict="failed"))
    bare = store.row(folder)
    report.write_caches(folder)
    full = store.row(folder)
    assert (bare.status, bare.tasks_done, bare.tasks_total, bare.verified) == ("completed", 6, 6, False)
    assert (bare.rounds, bare.wall_seconds) == (full.rounds, full.wall_seconds)
    assert (full.status, full.tasks_done, full.tasks_total, full.verified) == ("completed", 6, 6, False)
    assert full.speedup is not None
    assert full.cost_usd is not None
    replies = [event for event in read(folder.events_path).events if isinstance(event, ev.Replied)]
    assert full.tokens == sum((e.input_tokens or 0) + (e.output_tokens or 0) for e in replies)
    assert bare.tokens is None
    assert (bare.suite, bare.structure, bare.agents, bare.strategy) == (
        "mathutils",
        "mixed",
        3,
        "decentralized",
    )


def test_a_summary_that_is_older_than_the_journal_is_not_believed(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=2, tasks=8)
    cut = next(i for i, e in enumerate(events) if isinstance(e, ev.TaskCompleted)) + 1
    folder = save_run(tmp_path, "one", events[:cut])
    report.write_caches(folder)
    append_all(folder.events_path, list(events[cut:]))
    assert store.row(folder).tasks_done == 8


def test_a_run_that_left_tasks_open_is_told_from_one_that_broke_off(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=1, max_rounds=2)
    assert store.row(save_run(tmp_path, "early", events)).status == "ended"
    assert store.row(save_run(tmp_path, "killed", events[:-2])).status == "broken off"


def test_a_run_whose_engine_holds_its_lock_is_running(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    folder = save_run(tmp_path, "live", make_journal(1)[:-2])
    lock = folder.hold()
    assert store.row(folder).status == "running"
    lock.release()
    assert store.row(folder).status == "broken off"


def test_a_torn_last_line_does_not_hide_what_stands_before_it(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1)
    folder = save_run(tmp_path, "torn", events[:-1])
    with folder.events_path.open("ab") as file:
        file.write(encode(events[-1])[:20])
    row = store.row(folder)
    assert (row.status, row.tasks_done, row.problem) == ("completed", 6, "")


def test_text_that_looks_like_an_event_is_not_counted(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=1)
    text = '\n{"type":"task_completed","seq":9}'
    mail = ev.MessageSent(seq=2, id="m", sender="Dev1", recipients=(), text=text, kind="message")
    folder = save_run(tmp_path, "sly", [events[0], mail])
    assert store.row(folder).tasks_done == 0


def test_broken_and_foreign_folders_are_rows_that_say_what_is_wrong(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "a-file.txt").write_text("not a run")
    (tmp_path / ".hidden").mkdir()
    save_run(tmp_path, "bad-meta", events).meta_path.write_text("{")
    save_run(tmp_path, "binary-meta", events).meta_path.write_bytes(b"\xff\xfe\x00")
    newer = save_run(tmp_path, "newer", events)
    newer.meta_path.write_text(newer.meta_path.read_text().replace('"schema": 1', '"schema": 99'))
    save_run(tmp_path, "no-journal", events).events_path.unlink()
    save_run(tmp_path, "empty-journal", events).events_path.write_bytes(b"")
    save_run(tmp_path, "noise", events).events_path.write_bytes(b"\x00" * 500 + b"\n" * 5)
    save_run(tmp_path, "bad-summary", events).summary_path.write_text('{"journal_bytes": "x"}')
    rows = {row.run_id: row for row in store.list()}
    assert sorted(rows) == [
        "bad-meta",
        "bad-summary",
        "binary-meta",
        "empty-journal",
        "foreign",
        "newer",
        "no-journal",
        "noise",
    ]
    assert rows.pop("bad-summary").problem == ""
    assert all(row.problem.endswith(".") or "watch" in row.problem for row in rows.values())
    assert all(row.status == "problem" for row in rows.values())
    assert "newer" in rows["newer"].problem
    assert "not the folder of a run" in rows["foreign"].problem


def test_the_newest_run_comes_first_and_other_orders_are_from_small_to_large(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    save_run(tmp_path, "old", make_journal(1, agents=3), created="2026-01-01T00:00:00+00:00")
    save_run(tmp_path, "new", make_journal(1, agents=1), created="2026-03-01T00:00:00+00:00")
    save_run(tmp_path, "mid", make_journal(1, agents=2), created="2026-02-01T00:00:00+00:00")
    (tmp_path / "foreign").mkdir()
    assert [row.run_id for row in store.list()] == ["new", "mid", "old", "foreign"]
    assert [row.run_id for row in store.list("agents")] == ["new", "mid", "old", "foreign"]
    assert [row.run_id for row in store.list("agents", reverse=True)] == ["old", "mid", "new", "foreign"]
    for key in stores.SORT_KEYS:
        assert len(store.list(key)) == 4


def test_a_filter_asks_for_all_its_words(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    save_run(tmp_path, "a", make_journal(1, structure="serial"))
    save_run(tmp_path, "b", make_journal(1, structure="mixed"))
    assert [row.run_id for row in store.list(words="MATHUTILS serial")] == ["a"]
    assert [row.run_id for row in store.list(words="nothing")] == []


def test_a_run_is_found_by_id_by_its_beginning_and_by_path(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    folder = save_run(tmp_path, "2026-alpha", make_journal(1))
    save_run(tmp_path, "2026-beta", make_journal(1))
    save_run(tmp_path, "2026-alphabet", make_journal(1))
    assert store.find("2026-alpha").path == folder.path
    assert store.find("2026-b").run_id == "2026-beta"
    assert store.find(str(folder.path)).run_id == "2026-alpha"
    assert store.find(str(folder.events_path)).run_id == "2026-alpha"
    assert store.find(str(folder.path) + "/").run_id == "2026-alpha"


@pytest.mark.parametrize("name", ["", "2026-gamma", "\0", "x" * 5000, "../..\x1b[31m", "/dev/null/x"])
def test_an_unknown_run_is_a_usage_error_in_safe_words(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun, name: str
) -> None:
    save_run(tmp_path, "2026-gamut", make_journal(1))
    with pytest.raises(UsageError) as caught:
        store.find(name)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_the_error_names_the_nearest_run_or_those_that_fit(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    with pytest.raises(UsageError, match="None is saved yet"):
        store.find("anything")
    save_run(tmp_path, "alpha-1", make_journal(1))
    save_run(tmp_path, "alpha-2", make_journal(1))
    with pytest.raises(UsageError, match=r'Did you mean "alpha-1"'):
        store.find("aplha-1")
    with pytest.raises(UsageError, match="fits 2 runs"):
        store.find("alpha")


def test_samples_are_found_from_everywhere_and_only_samples(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    samples, own = tmp_path / "shipped", tmp_path / "own"
    save_run(samples, "sample-one", make_journal(1))
    save_run(samples, "private", make_journal(1))
    save_run(own, "mine", make_journal(1))
    store = RunsStore([own], samples=samples)
    rows = {row.run_id: row.sample for row in store.list()}
    assert rows == {"sample-one": True, "mine": False}
    assert store.find("sample-one").path == samples / "sample-one"
    assert store.dirs == (own, samples)
    both = RunsStore([samples], samples=samples)
    assert sorted(row.run_id for row in both.list()) == ["private", "sample-one"]


def test_a_fork_names_its_parent(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    parent = Parent(run_id="origin", seq=7)
    assert store.row(save_run(tmp_path, "fork", make_journal(1), parent=parent)).parent == "origin"


def test_a_missing_runs_folder_is_an_empty_list(tmp_path: Path) -> None:
    assert RunsStore([tmp_path / "nowhere"], samples=tmp_path / "none").list() == []


def test_run_ids_sort_by_time_and_hold_nothing_of_a_path() -> None:
    one = stores.new_run_id("../my suite/suite.json", datetime(2026, 11, 20, 18, 5, 9))  # noqa: DTZ001 local time is meant
    assert one.startswith("20261120-180509-suite-")
    assert stores.new_run_id("///", datetime(2026, 11, 20, 18, 5, 9)).startswith("20261120-180509-run-")  # noqa: DTZ001 the same
    assert one != stores.new_run_id("suite", datetime(2026, 11, 20, 18, 5, 9))  # noqa: DTZ001 the same


def damaged(folder: RunFolder, line: int) -> None:
    """Change one letter in the middle of the journal; its length stays."""
    lines = folder.events_path.read_bytes().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace(b'"round"', b'"rounD"')
    folder.events_path.write_bytes(b"".join(lines))


def test_damage_in_the_middle_of_a_journal_is_listed_and_no_number_after_it_is_believed(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=2, tasks=8)
    folder = save_run(tmp_path, "one", events)
    report.write_caches(folder)
    damaged(folder, 40)
    row = store.row(folder)
    assert row.problem == "Line 40 of its journal is damaged; shown is what stands before it."
    assert row.status == "broken off"
    assert row.tasks_done == sum(isinstance(event, ev.TaskCompleted) for event in events[:39])
    assert (row.wall_seconds, row.speedup) == (None, None)


def test_a_torn_last_line_is_no_damage(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    folder = save_run(tmp_path, "one", make_journal(1, agents=2, tasks=8))
    with folder.events_path.open("ab") as file:
        file.write(b'{"type":"run_en')
    row = store.row(folder)
    assert (row.status, row.problem, row.tasks_done) == ("completed", "", 8)


@pytest.mark.parametrize(
    ("name", "value"),
    [("tasks_done", 99), ("wall_seconds", 0.5), ("speedup", -3.0), ("input_tokens", -1), ("rounds", 7_000)],
)
def test_a_summary_that_says_what_the_journal_does_not_is_not_believed(
    tmp_path: Path, make_journal: MakeJournal, save_run: SaveRun, name: str, value: float
) -> None:
    store = RunsStore([tmp_path], samples=tmp_path / "none")
    folder = save_run(tmp_path, "one", make_journal(1, agents=2, tasks=8))
    bare = store.row(folder)
    report.write_caches(folder)
    summary = json.loads(folder.summary_path.read_text())
    folder.summary_path.write_text(json.dumps({**summary, name: value}))
    assert store.row(folder) == bare


def test_a_task_that_is_completed_twice_in_a_forged_journal_counts_once(
    tmp_path: Path, store: RunsStore, make_journal: MakeJournal, save_run: SaveRun
) -> None:
    events = make_journal(1, agents=2, tasks=8)
    done = next(event for event in events if isinstance(event, ev.TaskCompleted))
    folder = save_run(tmp_path, "one", [*events, done, done])
    assert store.row(folder).tasks_done == 8
