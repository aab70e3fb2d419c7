"""``teamtop run --replies RUN``: the engine again on recorded replies, strictly or as they fit."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import append_all, read
from tests.cli.conftest import Teamtop

QUICK = ("--display", "none")


def events(folder: RunFolder) -> list[ev.AnyEvent]:
    return list(read(folder.events_path).events)


@pytest.fixture
def source(teamtop: Teamtop, tmp_path: Path) -> RunFolder:
    """A run of three simulated agents under failing calls, told as if they were real."""
    arguments = ("-n", "3", "--structure", "mixed", "--seed", "2")
    assert teamtop("run", *arguments, "--speed", "max", "--run-id", "source", *QUICK).code == 0
    folder = RunFolder(tmp_path / "runs" / "source")
    meta = folder.read_meta()
    model = "openai/sim/claude-sonnet-4-6"
    folder.write_meta(msgspec.structs.replace(meta, config=msgspec.structs.replace(meta.config, model=model)))
    told: list[ev.Event] = [
        msgspec.structs.replace(
            event, team=tuple(msgspec.structs.replace(spec, model=model) for spec in event.team)
        )
        if isinstance(event, ev.RunStarted)
        else event
        for event in events(folder)
    ]
    folder.events_path.unlink()
    append_all(folder.events_path, told)
    return folder


def test_strictly_again_it_is_the_same_run_at_no_cost_and_without_a_key(
    teamtop: Teamtop, source: RunFolder, tmp_path: Path
) -> None:
    said = teamtop("run", "--replies", "source", "--run-id", "again", *QUICK)
    assert (said.code, said.err) == (0, "")
    again = RunFolder(tmp_path / "runs" / "again")
    assert again.events_path.read_bytes() == source.events_path.read_bytes()
    assert again.read_meta().config.replies == "strict"


def test_strictly_the_first_difference_is_told_and_stops_the_run(
    teamtop: Teamtop, source: RunFolder, tmp_path: Path
) -> None:
    known: list[ev.Event] = [*events(source)]
    replies = [(place, event) for place, event in enumerate(known) if isinstance(event, ev.Replied)]
    place, reply = next(
        (place, reply)
        for place, reply in replies
        if "edit_file" in reply.text and any(p > place and r.agent == reply.agent for p, r in replies)
    )
    known[place] = msgspec.structs.replace(reply, text="Nothing.")
    source.events_path.unlink()
    append_all(source.events_path, known)
    said = teamtop("run", "--replies", "source", "--run-id", "other", "--display", "plain")
    assert said.code == 3
    assert "is asked something else in its round" in said.out
    stop = next(e for e in events(RunFolder(tmp_path / "runs" / "other")) if isinstance(e, ev.StopRequested))
    assert stop.author == "engine"


def test_leniently_it_goes_on_with_what_the_record_has(
    teamtop: Teamtop, source: RunFolder, tmp_path: Path
) -> None:
    arguments = ("--replies-mode", "lenient", "--strategy", "decentralized")
    said = teamtop("run", "--replies", "source", *arguments, "--run-id", "loose", *QUICK)
    assert said.code in (0, 3)
    found = [e.text for e in events(RunFolder(tmp_path / "runs" / "loose")) if isinstance(e, ev.Replied)]
    known = {e.text for e in events(source) if isinstance(e, ev.Replied)}
    assert found
    assert set(found) <= known


def test_what_the_recorded_run_says_is_not_said_again(teamtop: Teamtop, source: RunFolder) -> None:
    said = teamtop("run", "--replies", "source", "--seed", "3")
    assert said.code == 2
    assert "leave --seed out" in said.err
    assert teamtop("run", "--replies", "nothing").code != 0
