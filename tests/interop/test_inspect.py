"""Logs of Inspect become runs, packed or not, damaged or not."""

from __future__ import annotations

import json
import random
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from engine.errors import TeamtopError
from engine.interop.detect import form_of
from engine.interop.feed import Feed
from engine.interop.inspect import archive
from engine.interop.inspect.reader import InspectReader
from engine.record import events as ev
from engine.record.codec import decode, encode
from engine.record.state import RunState
from tests.helpers.damage import damaged, exchanged

SAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "inspect" / "functions.eval"


def events_of(path: Path) -> tuple[list[ev.Event], Feed]:
    feed = Feed(InspectReader(path), clock=lambda: 0.0)
    return feed.poll() + feed.finish(""), feed


def contents() -> dict[str, Any]:
    with zipfile.ZipFile(SAMPLE) as packed:
        return {name: json.loads(packed.read(name)) for name in packed.namelist() if "torn" not in name}


def packed(path: Path, entries: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, value in entries.items():
            made.writestr(name, json.dumps(value))
    return path


def test_the_sample_tells_who_worked_on_what_and_how_it_scored() -> None:
    events, feed = events_of(SAMPLE)
    state = RunState.of(decode(encode(event)) for event in events)
    tasks = {t.title: (t.owner, t.status) for t in state.board.tasks.values()}
    assert tasks == {
        "Write is_leap(year) in leap.py.": ("planner leap-year", "done"),
        "Write roman(n) in roman.py.": ("generate roman", "done"),
    }
    replies = [
        (e.agent, e.text, e.latency_seconds, e.input_tokens, e.output_tokens)
        for e in events
        if isinstance(e, ev.Replied)
    ]
    assert replies[0] == ("planner leap-year", "One function, one file.", 6.0, 500, 60)
    assert ("coder leap-year", "I write it.", 8.0, 1000, 120) in replies  # what was cached was sent, too
    verdicts = [(e.agent, e.verdict, e.passed, e.failed) for e in events if isinstance(e, ev.TestsFinished)]
    assert verdicts == [
        ("coder leap-year", "failed", (), ()),
        ("generate roman", "failed", (), ("tests",)),
        ("coder leap-year", "passed", (), ()),
        ("planner leap-year", "passed", ("tests",), ()),  # half a point for style is no verdict
    ]
    assert [e.agent for e in events if isinstance(e, ev.CallFailed)] == ["generate roman"]
    edits = [(e.path, bool(e.content)) for e in events if isinstance(e, ev.FileEdited)]
    assert edits == [("leap.py", True), ("leap.py", True)]
    evidence = [(e.task, e.evidence) for e in events if isinstance(e, ev.TaskCompleted)]
    assert evidence == [("roman", "failed"), ("leap-year", "passed")]
    assert state.run.outcome == "completed"
    assert feed.tally.skipped == 1
    assert feed.tally.first.startswith("samples/torn_epoch_1.json: ")


def test_the_same_log_as_one_json_text_makes_the_same_run(tmp_path: Path) -> None:
    there = contents()
    samples = [value for name, value in there.items() if name.startswith("samples/")]
    path = tmp_path / "functions.json"
    path.write_text(json.dumps(there["header.json"] | {"samples": samples}, indent=2))
    assert form_of(path) == form_of(SAMPLE) == "inspect"
    assert events_of(path)[0] == events_of(SAMPLE)[0]


def test_a_sample_that_broke_off_is_nobodys_and_a_log_without_an_end_ends_unknown(tmp_path: Path) -> None:
    there = contents()
    for name in ("header.json", "_journal/start.json"):
        there[name]["status"] = "started"
    there["samples/roman_epoch_1.json"]["error"] = {"message": "out of memory"}
    del there["header.json"]
    state = RunState.of(events_of(packed(tmp_path / "a.eval", there))[0])
    assert [(t.name, t.owner) for t in state.board.tasks.values() if t.status != "done"] == [("roman", "")]
    assert state.run.outcome == "unknown"


def test_what_unpacks_to_too_much_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "ENTRY_MAX", 50_000)
    there = contents() | {"samples/bomb_epoch_1.json": {"id": "x" * 1_000_000}}
    events, feed = events_of(packed(tmp_path / "a.eval", there))
    assert "samples/bomb_epoch_1.json: it is larger than" in feed.tally.note
    assert len([e for e in events if isinstance(e, ev.TaskCompleted)]) == 2
    monkeypatch.setattr(archive, "TOTAL_MAX", 4_000)
    assert events_of(packed(tmp_path / "b.eval", there))[1].tally.skipped >= 2


def with_zstd(path: Path, pack: Any) -> Path:
    """The archive with entries that say they are packed with Zstandard."""
    packed_as, written = pack, packed(path, {})
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as made:
        for name, value in contents().items():
            made.writestr(name, packed_as(json.dumps(value).encode()))
    raw = bytearray(written.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + offset] = archive.ZSTD
            at = raw.find(mark, at + 1)
    written.write_bytes(raw)
    return written


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the standard library reads Zstandard here")
def test_what_zstandard_packed_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    _, feed = events_of(with_zstd(tmp_path / "z.eval", lambda raw: raw))
    assert "pip install 'teamtop[inspect]'" in feed.tally.first


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the standard library reads Zstandard here")
def test_what_zstandard_packed_is_read(tmp_path: Path) -> None:
    zstd = pytest.importorskip("backports.zstd", reason="the extra teamtop[inspect] is not installed")
    events, feed = events_of(with_zstd(tmp_path / "z.eval", zstd.compress))
    assert len([e for e in events if isinstance(e, ev.TaskCompleted)]) == 2
    assert feed.tally.skipped == 0


def test_what_is_no_log_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "x.eval"
    for raw, why in (
        (b"{", "is no log of Inspect"),
        (b"{}", "has no eval"),
        (b"PK\x03\x04", "cannot be read"),
    ):
        path.write_bytes(raw)
        with pytest.raises(TeamtopError, match=why):
            events_of(path)
    with pytest.raises(TeamtopError, match="No such file"):
        events_of(tmp_path / "nothing")


@pytest.mark.parametrize("seed", range(30))
def test_damaged_logs_are_left_out_and_never_stop_it(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "a.eval"
    if seed % 2:
        path.write_bytes(damaged(SAMPLE.read_bytes(), chance))
    else:
        packed(path, {name: exchanged(value, chance) for name, value in contents().items()})
    try:
        events, _ = events_of(path)
    except TeamtopError:
        return
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    RunState.of(decode(encode(event)) for event in events)
