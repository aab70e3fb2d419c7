"""The command check: its object, its table, its exit code, hostile runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.analysis.consistency import check
from engine.record.clean import clean
from engine.record.folder import RunFolder
from tests.helpers.histories import Book

Teamtop = Callable[..., Any]
SaveRun = Callable[..., RunFolder]
Save = Callable[..., RunFolder]

HOSTILE = "\x1b]0;title\x07\x1b[31m\u202egnp.exe"


@pytest.fixture
def save(environ: dict[str, str], tmp_path: Path, save_run: SaveRun) -> Save:
    """``save("name", book)`` keeps a history as a run."""
    return lambda name, book: save_run(tmp_path / "runs", name, book.events)


def team() -> Book:
    """A run with anomalies of the team, and none of the engine."""
    book = Book("add", "sub", after={"sub": "add"})
    for _ in range(5):
        book.round("Dev1", "Dev2")
        book.write("Dev1", "add.py", f"a = {book.round_}\n")
        book.write("Dev2", "add.py", f"b = {book.round_}\n", base=0)
        book.refuse("Dev2", "claim_task", "2", "blocked")
        book.close()
    return book


def broken() -> Book:
    """A run in which the engine let two agents own one task."""
    book = team()
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    book.claim("Dev2", "1")
    book.close()
    return book


def test_the_object_holds_the_verdict_and_every_finding(teamtop: Teamtop, save: Save) -> None:
    book = team()
    save("team-1", book)
    said = teamtop("check", "team-1", "--json")
    assert (said.code, said.err) == (0, "")
    assert said.json == check(book.events).as_dict()
    assert set(said.json) == {"verdict", "findings"}
    assert said.json["verdict"] == "unknown"
    for finding in said.json["findings"]:
        assert set(finding) == {"name", "verdict", "class", "count", "witnesses", "sentence"}
        assert finding["verdict"] in {"true", "false", "unknown"}
        assert finding["class"] in {"engine", "team", "prevented"}


def test_a_bug_of_the_engine_makes_the_exit_code_one(teamtop: Teamtop, save: Save) -> None:
    save("team-1", team())
    save("broken-1", broken())
    assert teamtop("check", "team-1").code == 0
    assert teamtop("check", "broken-1").code == 1
    said = teamtop("check", "broken-1", "--json")
    assert (said.code, said.json["verdict"]) == (1, "false")


def test_the_table_shows_what_was_violated_the_engine_first(teamtop: Teamtop, save: Save) -> None:
    save("broken-1", broken())
    out = teamtop("check", "broken-1").out
    rows = [line.split() for line in out.split("\n\n")[1].splitlines()]
    assert rows[0] == ["CLASS", "COUNT", "FINDING", "WITNESSES", "FIRST"]
    assert rows[1][:3] == ["engine", "1", "duplicate_claim"]
    classes = [row[0] for row in rows[1:]]
    assert classes == sorted(classes, key=["engine", "team", "prevented"].index)
    assert set(classes) == {"engine", "team", "prevented"}
    assert "The engine broke 1 of its" in out
    assert "\nHolds: journal_order (engine)" in out
    assert "\nNothing seen: " in out


def test_a_witness_can_be_given_to_replay(teamtop: Teamtop, save: Save) -> None:
    save("broken-1", broken())
    out = teamtop("check", "broken-1").out
    row = next(line for line in out.splitlines() if " blind_overwrite " in line)
    witnesses = [word for word in row.split() if word.startswith("seq:")]
    assert len(witnesses) == 3
    assert "+2" in row.split()
    finding = broken().find("blind_overwrite", "team")
    assert witnesses == [f"seq:{seq}" for seq in finding.witnesses[:3]]
    assert teamtop("replay", "broken-1", "--at", witnesses[0], "--display", "plain").code == 0


def test_a_torn_journal_is_checked_as_far_as_it_is_valid(teamtop: Teamtop, save: Save) -> None:
    folder = save("team-1", team())
    data = folder.events_path.read_bytes()
    folder.events_path.write_bytes(data[:-10])
    said = teamtop("check", "team-1", "--json")
    assert said.code == 0
    assert "torn" in said.err
    json.loads(said.out)


def test_a_run_without_a_journal_is_explained(teamtop: Teamtop, save: Save) -> None:
    folder = save("team-1", team())
    folder.events_path.write_bytes(b"")
    said = teamtop("check", "team-1")
    assert said.code == 1
    assert "holds no event" in said.err
    folder.events_path.unlink()
    said = teamtop("check", "team-1")
    assert said.code == 1
    assert said.out == ""
    assert teamtop("check", "nobody").code == 2


def test_hostile_names_reach_no_terminal(teamtop: Teamtop, save: Save) -> None:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.write("Dev1", f"{HOSTILE}.py", "a = 1\n")
    book.write("Dev2", f"{HOSTILE}.py", "b = 2\n")
    book.close()
    save("evil-1", book)
    for args in (["check", "evil-1"], ["check", "evil-1", "--json"]):
        said = teamtop(*args)
        assert "gnp.exe" in said.out
        assert said.out == clean(said.out)


def test_the_shipped_samples_break_no_promise(teamtop: Teamtop) -> None:
    for name in ("sample-team", "sample-solo", "sample-lead"):
        assert teamtop("check", name).code == 0
