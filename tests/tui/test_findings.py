"""What the checker finds, on the screen: counts above the keys, a way from each witness into the replay."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace

from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import append_all
from tests.helpers.histories import Book
from tests.helpers.recorded import HandClock, toasts, visit
from tests.helpers.stage import Stage
from tui.checks import EVENTS_MAX, Checks, Reader, Verdicts, checking_words
from tui.screens.findings import FindingsScreen
from tui.screens.live import LiveScreen, RunScreen
from tui.screens.replay import ReplayScreen, replay_screen
from tui.source import TailSource
from tui.widgets.check_rows import check_row, finding_lines
from tui.widgets.spans import plain

SaveRun = Callable[..., RunFolder]
Scene = Callable[[Stage], Awaitable[None]]


def overwritten(*, locks: str = "none", rounds: int = 1) -> list[ev.Event]:
    """Two agents who write one file blindly in every round: the team's doing without locks."""
    book = Book("add", locks=locks)
    for number in range(rounds):
        book.round("Dev1", "Dev2")
        book.write("Dev1", "add.py", f"a = {number}\n", base=0)
        book.write("Dev2", "add.py", f"b = {number}\n", base=0)
        book.close()
    return list(book.events)


def checked(events: list[ev.Event]) -> Verdicts:
    checks = Checks(lambda seq: events[:seq])
    checks.make(len(events))
    assert checks.verdicts is not None
    return checks.verdicts


# ---------------------------------------------------------------- counts


def test_counts_are_of_violations_by_class_and_quiet_while_the_engine_keeps_its_promises() -> None:
    verdicts = checked(overwritten())
    assert verdicts.count("engine") == 0
    assert verdicts.count("team") == sum(f.count for f in verdicts.violated if f.class_ == "team") > 0
    text = plain(check_row(verdicts, 120))
    count = verdicts.count("team")
    said = f"{count} team anomal{'y' if count == 1 else 'ies'}"
    assert text.startswith(f" ! {said} · 0 attempts prevented · no promise broken")
    assert f"checked to seq {verdicts.seq}" in text


def test_the_line_has_its_mark_for_the_team_not_for_the_engine() -> None:
    clean = checked(overwritten()[:2])
    assert clean.count("team") == 0
    assert plain(check_row(clean, 80)).startswith(" ✔ 0 team anomalies ")


def test_of_an_imported_run_the_engine_is_not_judged() -> None:
    events = overwritten(locks="pessimistic")
    assert isinstance(events[0], ev.RunStarted)
    text = plain(check_row(checked([replace(events[0], source="elsewhere"), *events[1:]]), 120))
    assert text.startswith(" ! ")
    assert "engine not judged" in text


def test_a_broken_promise_of_the_engine_is_loud() -> None:
    verdicts = checked(overwritten(locks="pessimistic"))
    assert verdicts.count("engine") > 0
    row = check_row(verdicts, 120)
    assert plain(row).startswith(" ✖ THE ENGINE BROKE A PROMISE: ")
    assert row[0].role == "bad"
    assert plain(finding_lines(verdicts, 100)[0].row).startswith("Promises that the engine")


def test_the_first_witnesses_have_a_line_each_that_says_where_they_stand() -> None:
    verdicts = checked(overwritten(rounds=30))
    lines = finding_lines(verdicts, 100)
    seqs = {line.seq for line in lines if line.seq is not None}
    assert seqs == {seq for f in verdicts.violated for seq in f.witnesses[:3]}
    text = "\n".join(plain(line.row) for line in lines)
    assert "round 2 · " in text
    assert "Dev2 file edited" in text
    assert "and " in text  # more than are named
    assert "Nothing was seen of: " in text


def test_checks_are_seldom_and_of_bounded_length() -> None:
    clock, asked = HandClock(), list[int]()

    def upto(seq: int) -> list[ev.Event]:
        asked.append(seq)
        clock.now += 0.5  # what the check takes
        return overwritten()[:seq]

    checks = Checks(upto, clock)
    checks._next = clock.now  # which the fixture of all screens puts off
    assert not checks.begin(0)
    assert checks.begin(5)
    assert not checks.begin(6), "one at a time"
    checks.make(5)
    checks._next = clock.now + 10.0
    assert not checks.begin(6)
    clock.now += 10.0
    assert not checks.begin(5), "nothing is new"
    assert not checks.begin(EVENTS_MAX + 1)
    assert checks.begin(6)
    assert asked == [5]


def test_a_slow_check_waits_twenty_times_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.checks.EVERY_SECONDS", 2.0)
    clock = HandClock()

    def upto(seq: int) -> list[ev.Event]:
        clock.now += 1.0
        return []

    checks = Checks(upto, clock)
    clock.now += 1.0
    assert checks.begin(1)
    checks.make(1)
    clock.now += 19.9
    assert not checks.begin(2)
    clock.now += 0.2
    assert checks.begin(2)


def test_a_long_journal_is_checked_in_a_process_of_its_own_and_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = overwritten(locks="pessimistic")
    path = tmp_path / "events.jsonl"
    append_all(path, events)
    monkeypatch.setattr("tui.checks.THREAD_MAX", 3)
    apart = Checks(lambda seq: pytest.fail("the thread has no events to look at"), path=path)
    apart.make(len(events) - 1)
    assert apart.verdicts == checked(events[:-1])
    assert not apart.working
    assert not apart.note


def test_a_process_that_fails_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.checks.THREAD_MAX", 3)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    checks = Checks(lambda seq: [], path=tmp_path / "events.jsonl")
    checks.make(400_000)
    assert checks.verdicts is None
    assert checking_words([checks]) == "400,000 events could not be checked here: teamtop check tells"


def test_a_check_ends_with_the_screen_that_asked_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.checks.THREAD_MAX", 3)
    begun, slow = tmp_path / "begun", tmp_path / "slow"
    os.mkfifo(begun)
    slow.write_text(f"#!/bin/sh\necho yes > '{begun}'\nexec sleep 1000\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    checks = Checks(lambda seq: [], path=tmp_path / "events.jsonl")
    thread = Thread(target=checks.make, args=(400_000,))
    thread.start()
    assert begun.read_text() == "yes\n"  # waits until the process is at it
    checks.close()
    thread.join(120)
    assert not thread.is_alive()
    checks.make(400_000)  # and none is begun for a screen that is gone


def test_what_takes_long_is_said_and_two_checks_of_one_journal_take_turns() -> None:
    clock = HandClock()
    shown, whole = Checks(lambda seq: [], clock), Checks(lambda seq: overwritten()[:seq], clock)
    shown.peer, whole.peer = whole, shown
    shown._next = whole._next = clock.now
    whole.working = 400_000
    assert checking_words([shown, whole]) == "checking 400,000 events for anomalies …"
    assert not shown.begin(5)
    whole.working = 0
    assert not checking_words([shown, whole])
    whole.make(9)
    assert not shown.begin(9), "the other has checked as much"
    assert shown.verdicts is whole.verdicts
    assert not whole.begin(EVENTS_MAX + 1)
    assert checking_words([whole]) == "beyond 50,000 events teamtop check finds anomalies"


@pytest.mark.parametrize("cells", [80, 120])
def test_the_line_of_the_checker_says_what_it_is_at(cells: int) -> None:
    words = "checking 400,000 events for anomalies …"
    assert words in plain(check_row(checked(overwritten()), 120, words))
    assert plain(check_row(checked(overwritten()), 80, key="c")).endswith(" c shows them ")
    assert "shows them" not in plain(check_row(checked([]), 120, key="c"))
    assert len(plain(check_row(checked(overwritten()), cells, words))) <= cells


def test_the_reader_follows_a_journal_that_grows(tmp_path: Path) -> None:
    events = overwritten(rounds=3)
    path = tmp_path / "events.jsonl"
    append_all(path, events[:7])
    reader = Reader(path)
    assert reader.upto(5) == events[:5]
    assert reader.upto(100) == events[:7]
    append_all(path, events[7:])
    assert reader.upto(9) == events[:9]
    assert reader.upto(100) == events


# ---------------------------------------------------------------- screens


@pytest.fixture
def folder(tmp_path: Path, save_run: SaveRun) -> RunFolder:
    return save_run(tmp_path / "runs", "run", overwritten(rounds=3))


def judge(stage: Stage, screen: RunScreen) -> Verdicts:
    """A check, now."""
    checks = screen.source.checks
    assert checks is not None
    checks.make(screen.source.state.seq)
    screen.paint()
    assert checks.verdicts is not None
    return checks.verdicts


def test_live_shows_the_counts_and_a_witness_opens_the_replay_at_its_seq(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        live = stage.live
        live.flush()
        await stage.press("c")
        assert live.is_current, "nothing has been checked yet"
        verdicts = judge(stage, live)
        await stage.settle()
        assert "attempts prevented" in stage.text()
        await stage.press("c")
        screen = stage.app.screen
        assert isinstance(screen, FindingsScreen)
        await stage.press("down", "down")
        seq = screen.list.selected
        assert seq in {each for f in verdicts.violated for each in f.witnesses}
        await stage.press("enter")
        replay = next(each for each in stage.app.screen_stack if isinstance(each, ReplayScreen))
        assert replay.is_current
        assert replay.replay.state.seq == seq
        await stage.press("q", "escape")
        assert live.is_current

    source = TailSource(folder)
    visit(lambda: LiveScreen(source, folder=folder), scene)


def test_capital_b_goes_back_from_anomaly_to_anomaly_along_the_lines(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        live = stage.live
        live.flush()
        verdicts = judge(stage, live)
        lines = {line.seq for agent in live.moment.state.agents.agents.values() for line in agent.lines}
        places = sorted(lines.intersection(verdicts.anomalies))
        assert len(places) > 1
        for seq in reversed(places):
            await stage.press("B")
            assert live._jumped == seq
        await stage.press("B")
        assert any("No anomaly" in said for said in toasts(stage))

    visit(lambda: LiveScreen(TailSource(folder), folder=folder), scene)


def test_in_a_replay_the_findings_are_those_up_to_the_cursor_and_a_witness_moves_it(
    folder: RunFolder,
) -> None:
    async def scene(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, ReplayScreen)
        some = judge(stage, screen).count("team")
        await stage.press("end")
        verdicts = judge(stage, screen)
        assert verdicts.count("team") > some
        await stage.press("c", "down", "enter")
        assert screen.is_current
        assert screen.source.state.seq in {seq for f in verdicts.violated for seq in f.witnesses}

    visit(lambda: replay_screen(folder, "seq:9"), scene)


def test_a_bare_journal_says_why_its_witnesses_cannot_be_replayed(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        stage.live.flush()
        judge(stage, stage.live)
        await stage.press("c", "enter")
        assert "A bare journal has no replay" in toasts(stage)[-1]

    visit(lambda: LiveScreen(TailSource(path=folder.events_path)), scene)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (60, 16)])
def test_the_line_takes_one_row_and_none_of_a_low_screen(folder: RunFolder, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        stage.live.flush()
        judge(stage, stage.live)
        await stage.settle()
        lines = stage.lines()
        assert ("prevented" in lines[-2]) == (size[1] >= 20)
        assert "quit" in lines[-1]

    visit(lambda: LiveScreen(TailSource(folder), folder=folder), scene, size)


def test_screens_ask_by_themselves(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.checks.EVERY_SECONDS", 0.0)

    async def scene(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, ReplayScreen)
        while screen.source.checks is None or screen.source.checks.verdicts is None:
            screen.flush()
            await stage.settle()

    visit(lambda: replay_screen(folder, "end"), scene)
