"""Sources: fold in slices, follow a growing journal, reckon the run clock on while it flows."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.record.folder import RunFolder
from engine.record.journal import append_all, encode
from tests.helpers.teamscript import Script, ended, scripted
from tui.source import ALIVE_SECONDS, EventsSource, TailSource


class Times:
    """A clock that a test turns; it moves by ``step`` whenever it is asked."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 1_000.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


class Folder(RunFolder):
    """A folder whose engine lives as long as the test says."""

    pid: int | None = 4711

    def alive(self) -> int | None:
        return self.pid


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def live(folder: Folder, times: Times, wrote: float = 0.0) -> TailSource:
    """A source whose journal was last written ``wrote`` seconds ago."""
    mtime = folder.events_path.stat().st_mtime if folder.events_path.exists() else 0.0
    return TailSource(folder, real=times, wall=lambda: mtime + wrote)


def test_a_journal_that_is_not_there_yet_is_waited_for(folder: Folder) -> None:
    source = live(folder, Times())
    assert source.poll() is False
    append_all(folder.events_path, scripted().events)
    assert source.poll() is True
    assert source.state.board.done == 13


def test_a_poll_without_news_changes_nothing(folder: Folder) -> None:
    append_all(folder.events_path, scripted().events)
    source = live(folder, Times())
    assert [source.poll(), source.poll()] == [True, False]
    assert source.behind == 0


def test_a_backlog_is_read_in_slices_of_time(folder: Folder) -> None:
    s = Script().start()
    for number in range(2_000):
        s.say("Dev1", ("Dev2",), f"note {number}")
    append_all(folder.events_path, s.events)
    source = live(folder, Times(step=0.01))  # every look at the time finds 10 ms gone
    source.poll()
    first = source.state.seq
    assert 0 < first < len(s.events)
    assert 0 < source.behind < 1
    while source.poll():
        pass
    assert source.state.seq == len(s.events)
    assert source.behind == 0


def test_the_run_clock_flows_between_events_at_the_speed_of_the_run(folder: Folder) -> None:
    s = Script().start(speed=10.0).at(7.0).open_round("Dev1").think("Dev1")
    append_all(folder.events_path, s.events)
    times = Times()
    source = live(folder, times)
    source.poll()
    times.now += 0.5
    assert source.now == pytest.approx(12.0)


def test_time_since_the_last_write_counts_when_one_attaches_later(folder: Folder) -> None:
    append_all(folder.events_path, Script().start(speed=10.0).at(7.0).open_round("Dev1").events)
    source = live(folder, Times(), wrote=2.0)
    source.poll()
    assert source.now == pytest.approx(27.0)


def test_the_run_clock_stands_while_tests_run_and_never_turns_back(folder: Folder) -> None:
    s = Script().start(speed=10.0).at(7.0).open_round("Dev1").think("Dev1")
    append_all(folder.events_path, s.events)
    times = Times()
    source = live(folder, times)
    source.poll()
    times.now += 1.0
    assert source.now == pytest.approx(17.0)
    more = Script()
    more.events, more.ts, more.round, more.turn = list(s.events), 16.0, 1, 1
    more.test("Dev1", 1)
    with folder.events_path.open("ab") as file:
        file.write(encode(more.events[-2]))
    source.poll()
    times.now += 5.0
    assert source.now == 16.0
    with folder.events_path.open("ab") as file:
        file.write(encode(more.events[-1]))
    source.poll()
    assert source.now >= 17.0


def test_the_run_clock_stands_when_the_run_has_ended_or_its_engine_is_gone(folder: Folder) -> None:
    append_all(folder.events_path, ended().events)
    times = Times()
    source = live(folder, times)
    source.poll()
    times.now += 100
    assert source.now == source.state.ts


def test_an_engine_that_died_is_said_and_the_source_is_no_longer_live(folder: Folder) -> None:
    append_all(folder.events_path, scripted().events)
    times = Times()
    source = live(folder, times)
    source.poll()
    assert (source.live, source.note) == (True, "")
    folder.pid = None
    times.now += 2
    assert source.poll() is True
    assert source.live is False
    assert source.note == f"The engine died: teamtop resume {folder.run_id} goes on"


def test_damage_is_said_and_what_stands_before_it_is_shown(folder: Folder) -> None:
    events = scripted().events
    lines = [encode(event) for event in events]
    lines[20] = lines[20].replace(b'"', b"'", 1)
    folder.events_path.write_bytes(b"".join(lines))
    source = live(folder, Times())
    source.poll()
    assert source.state.seq == 20
    assert source.note.startswith("Line 21")
    assert source.behind == 0


def test_a_bare_journal_can_be_followed_without_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append_all(path, scripted().events)
    source = TailSource(path=path)
    source.poll()
    assert (source.live, source.mode, source.state.board.done) == (False, "watch", 13)


def test_a_source_without_anything_to_read_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="needs"):
        TailSource()


def test_events_at_hand_are_folded_a_few_at_a_time_and_more_can_be_added() -> None:
    events = scripted().events
    source = EventsSource(events[:10], per_poll=8)
    assert [source.poll(), source.behind] == [True, 1.0]
    assert [source.poll(), source.behind] == [True, 0.0]
    source.add(events[10:])
    while source.poll():
        pass
    assert source.state.seq == len(events)


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize(("harm", "word"), [("delete", "deleted"), ("cut", "cut short")])
def test_a_journal_that_goes_while_it_is_shown_is_said_and_what_was_read_stays(
    folder: Folder, harm: str, word: str, bare: bool
) -> None:
    events = scripted().events
    append_all(folder.events_path, events)
    times = Times()
    source = TailSource(path=folder.events_path, real=times) if bare else live(folder, times)
    while source.poll():
        pass
    if harm == "delete":
        folder.events_path.unlink()
    else:
        folder.events_path.write_bytes(folder.events_path.read_bytes()[:5_000])
    times.now += ALIVE_SECONDS
    assert source.poll(), "it is news"
    assert source.note.startswith(f"The journal was {word} while it was shown")
    assert source.state.seq == len(events)
    times.now += ALIVE_SECONDS
    assert not source.poll()
