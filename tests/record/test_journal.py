"""The journal on disk: the longest valid prefix, whatever happened to the file."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.record import events as ev
from engine.record import journal as module
from engine.record.codec import encode
from engine.record.journal import Tail, append_all, read

MakeJournal = Callable[..., list[ev.AnyEvent]]


@pytest.fixture
def sample(make_journal: MakeJournal) -> list[ev.AnyEvent]:
    """A short journal with many kinds of events."""
    return make_journal(3, agents=2, tasks=2, trouble=0.4)[:24]


def lines_of(events: list[ev.AnyEvent]) -> list[bytes]:
    return [encode(event) for event in events]


def test_a_whole_journal_is_read_without_a_note(tmp_path: Path, sample: list[ev.AnyEvent]) -> None:
    path = tmp_path / "events.jsonl"
    append_all(path, list(sample))
    journal = read(path)
    assert journal.events == sample
    assert (journal.note, journal.damaged, journal.newer) == ("", False, False)
    assert journal.valid_bytes == path.stat().st_size


def test_every_cut_at_every_byte_gives_the_longest_valid_prefix_and_is_no_damage(
    tmp_path: Path, sample: list[ev.AnyEvent]
) -> None:
    path = tmp_path / "events.jsonl"
    lines = lines_of(sample[:5])
    whole = b"".join(lines)
    ends = [sum(map(len, lines[:n])) for n in range(len(lines) + 1)]
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        journal = read(path)
        complete = sum(end <= cut for end in ends[1:])
        assert journal.events == sample[:complete]
        assert journal.valid_bytes == ends[complete]
        assert not journal.damaged
        torn = cut - ends[complete]
        assert journal.note == (
            f"the last record, line {complete + 1}, is torn after {torn:,} bytes and was dropped."
            if torn
            else ""
        )


def test_no_flip_of_any_bit_ever_gives_a_wrong_event(tmp_path: Path, sample: list[ev.AnyEvent]) -> None:
    path = tmp_path / "events.jsonl"
    short = [event for event in sample if not isinstance(event, ev.RunStarted)][:3]
    events: list[ev.AnyEvent] = [
        event.__class__(**{f: getattr(event, f) for f in event.__struct_fields__} | {"seq": n})
        for n, event in enumerate(short, 1)
    ]
    lines = lines_of(events)
    whole = b"".join(lines)
    ends = [sum(map(len, lines[: n + 1])) for n in range(len(lines))]
    for position in range(len(whole)):
        line = sum(end <= position for end in ends)
        for bit in range(8):
            altered = bytearray(whole)
            altered[position] ^= 1 << bit
            path.write_bytes(altered)
            journal = read(path)
            assert journal.events == events[:line]
            assert journal.note
            if position in (ends[-2] - 1, ends[-1] - 1):
                assert not journal.damaged  # the last line swallowed the one before, or lost its end
            elif line < len(lines) - 1 or altered[position] == 0x0A:
                assert journal.damaged
            else:
                assert not journal.damaged


def test_an_invalid_last_record_is_dropped_with_a_note_and_no_damage(
    tmp_path: Path, sample: list[ev.AnyEvent]
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(lines_of(sample)) + b'{"type":"nonsense"}\n')
    journal = read(path)
    assert journal.events == sample
    assert not journal.damaged
    assert journal.note.startswith("the last record, line 25 (byte ")
    assert journal.note.endswith("is invalid and was dropped: its check does not fit its content.")


@pytest.mark.parametrize("wrong", [b"\n", b"null\n", b"\x00" * 40 + b"\n", b"{}\n"])
def test_an_invalid_record_with_valid_ones_after_it_is_damage(
    tmp_path: Path, sample: list[ev.AnyEvent], wrong: bytes
) -> None:
    path = tmp_path / "events.jsonl"
    lines = lines_of(sample)
    path.write_bytes(b"".join([*lines[:5], wrong, *lines[5:]]))
    journal = read(path)
    assert journal.events == sample[:5]
    assert journal.damaged
    assert journal.valid_bytes == sum(map(len, lines[:5]))
    assert journal.note.startswith(f"line 6 (byte {journal.valid_bytes:,}) is damaged: ")


def test_a_lost_a_doubled_or_a_swapped_record_is_damage(tmp_path: Path, sample: list[ev.AnyEvent]) -> None:
    lines = lines_of(sample)
    for kept in (
        [*lines[:5], *lines[6:]],
        [*lines[:6], lines[5], *lines[6:]],
        [*lines[:5], lines[6], lines[5], *lines[7:]],
    ):
        path = tmp_path / "events.jsonl"
        path.write_bytes(b"".join(kept))
        journal = read(path)
        assert journal.damaged
        assert journal.events == sample[: len(journal.events)]
        assert "has seq" in journal.note


def test_a_journal_that_does_not_begin_at_seq_one_shows_nothing(
    tmp_path: Path, sample: list[ev.AnyEvent]
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(lines_of(sample)[1:]))
    journal = read(path)
    assert (journal.events, journal.damaged, journal.valid_bytes) == ([], True, 0)


def test_a_journal_that_goes_on_in_a_newer_schema_says_so(tmp_path: Path, sample: list[ev.AnyEvent]) -> None:
    path = tmp_path / "events.jsonl"
    raw = b'{"type":"event_of_the_future","seq":25,"v":2'
    newer = b'%b,"check":"%08x"}\n' % (raw, zlib.crc32(raw))
    path.write_bytes(b"".join(lines_of(sample)) + newer * 3)
    journal = read(path)
    assert journal.events == sample
    assert (journal.newer, journal.damaged) == (True, False)
    assert "was written by a newer teamtop: it has schema 2, newer than 1" in journal.note


def test_an_empty_journal_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.touch()
    assert read(path).events == []
    assert read(path).note == ""


def test_reading_a_journal_that_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "events.jsonl")


# ------------------------------------------------------------ following


def test_a_tail_gets_each_event_once_however_the_file_grows(
    tmp_path: Path, sample: list[ev.AnyEvent]
) -> None:
    path = tmp_path / "events.jsonl"
    whole = b"".join(lines_of(sample))
    for piece in (1, 7, 100, 1000, 10**6):
        tail, got = Tail(path), []
        path.write_bytes(b"")
        for start in range(0, len(whole), piece):
            with path.open("ab") as file:
                file.write(whole[start : start + piece])
            if piece > 1 or start % 50 == 0:
                got += tail.poll()
        got += tail.poll()
        assert got == sample
        assert (tail.note, tail.damaged, tail.torn, tail.backlog) == ("", False, 0, 0)


def test_a_partial_line_is_left_for_the_next_poll(tmp_path: Path, sample: list[ev.AnyEvent]) -> None:
    path = tmp_path / "events.jsonl"
    lines = lines_of(sample)
    path.write_bytes(lines[0] + lines[1][:10])
    tail = Tail(path)
    assert tail.poll() == sample[:1]
    assert tail.poll() == []
    assert (tail.torn, tail.note) == (10, "")
    with path.open("ab") as file:
        file.write(lines[1][10:] + lines[2])
    assert tail.poll() == sample[1:3]


def test_a_tail_waits_for_a_file_that_is_not_there_yet(tmp_path: Path, sample: list[ev.AnyEvent]) -> None:
    path = tmp_path / "events.jsonl"
    tail = Tail(path)
    assert tail.poll() == []
    assert (tail.backlog, tail.note) == (0, "")
    append_all(path, list(sample))
    assert tail.poll() == sample


def test_a_poll_returns_no_more_than_it_was_asked_for_and_says_how_much_is_left(
    tmp_path: Path, sample: list[ev.AnyEvent]
) -> None:
    path = tmp_path / "events.jsonl"
    append_all(path, list(sample))
    tail = Tail(path)
    assert tail.poll(limit=10) == sample[:10]
    assert tail.backlog == path.stat().st_size - tail.offset > 0
    assert tail.poll(limit=10) + tail.poll(limit=10) == sample[10:]


def test_after_damage_a_tail_returns_nothing_more(tmp_path: Path, sample: list[ev.AnyEvent]) -> None:
    path = tmp_path / "events.jsonl"
    lines = lines_of(sample)
    path.write_bytes(b"".join([*lines[:3], b"?\n", *lines[3:5]]))
    tail = Tail(path)
    assert tail.poll() == sample[:3]
    assert tail.damaged
    with path.open("ab") as file:
        file.write(b"".join(lines[5:]))
    assert tail.poll() == []


def test_a_path_that_cannot_be_read_is_said_and_not_raised(tmp_path: Path) -> None:
    tail = Tail(tmp_path)
    assert tail.poll() == []
    assert tail.note.endswith("cannot be read: Is a directory.")


def test_lines_longer_than_what_is_read_at_once_are_put_together(
    tmp_path: Path, sample: list[ev.AnyEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    append_all(path, list(sample))
    for chunk in (1, 13, 200):
        monkeypatch.setattr(module, "CHUNK", chunk)
        assert read(path).events == sample


def test_a_line_without_end_is_given_up_and_not_kept_in_memory_for_ever(
    tmp_path: Path, sample: list[ev.AnyEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    lines = lines_of(sample)
    monkeypatch.setattr(module, "CHUNK", 100)
    monkeypatch.setattr(module, "LINE_MAX", max(map(len, lines)))
    path.write_bytes(b"".join(lines) + b"x" * 5 * module.LINE_MAX)
    tail = Tail(path)
    assert tail.poll() == sample
    assert tail.damaged
    assert "longer than any record" in tail.note
    assert tail.torn <= module.LINE_MAX + 100


def test_a_file_that_shrinks_while_it_is_followed_gives_nothing_wrong(
    tmp_path: Path, sample: list[ev.AnyEvent]
) -> None:
    path = tmp_path / "events.jsonl"
    lines = lines_of(sample)
    path.write_bytes(b"".join(lines[:10]))
    tail = Tail(path)
    assert tail.poll() == sample[:10]
    path.write_bytes(b"".join(lines[:5]))
    assert tail.poll() == []
    assert tail.backlog == 0
    path.write_bytes(b"".join(lines))
    assert tail.poll() == sample[10:]
