"""Runs that can be had again are gone on with as if nobody had stopped them; all others are resumed."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from engine import launch
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.setup import reopen
from engine.strategies import STRATEGIES
from tests.helpers.durable import config

PLAN = """
[[fault]]
kind = "crash"
target = "Dev2"
at_round = 2
duration_seconds = 40
[[fault]]
kind = "stall"
target = "Dev1"
at_seconds = 12
duration_seconds = 35
"""


def played(path: Path, chosen: RunConfig) -> RunFolder:
    prepared = launch.prepare(chosen, path, "whole", {})
    launch.run_here(prepared, {})
    return prepared.folder


def cut(folder: RunFolder, lines: list[bytes], upto: int) -> None:
    folder.events_path.write_bytes(b"".join(lines[:upto]))


def cut_everywhere(path: Path, strategy: str, every: int) -> None:
    """Cut a disturbed run of erring agents, go on with it as it was, and see that it is itself again."""
    chosen = config(
        model="sim/claude-sonnet-4-6", strategy=strategy, faults=PLAN, lease_seconds=15.0, max_rounds=120
    )
    folder = played(path, chosen)
    whole = folder.events_path.read_bytes()
    files = {file.name: file.read_bytes() for file in folder.repo.iterdir()}
    lines = whole.splitlines(keepends=True)
    end = next(e.seq for e in read(folder.events_path).events if isinstance(e, ev.RunEnded))
    for upto in range(1, end, every or end // 3):
        cut(folder, lines, upto)
        shown: list[ev.AnyEvent] = []
        launch.run_here(reopen(folder.path, {}), {}, shown.append)
        assert folder.events_path.read_bytes() == whole, upto
        assert [event.seq for event in shown] == list(range(upto + 1, len(lines) + 1))
        assert {file.name: file.read_bytes() for file in folder.repo.iterdir()} == files


@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_a_simulated_run_that_was_cut_ends_as_the_whole_one_byte_for_byte(
    tmp_path: Path, strategy: str
) -> None:
    cut_everywhere(tmp_path, strategy, every=0)


@pytest.mark.deep
@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_a_simulated_run_cut_at_any_event_ends_as_the_whole_one_byte_for_byte(
    tmp_path: Path, strategy: str
) -> None:
    cut_everywhere(tmp_path, strategy, every=3)


def test_a_run_that_does_not_come_again_as_it_was_is_resumed_and_what_stands_is_kept(tmp_path: Path) -> None:
    folder = played(tmp_path, config(model="sim/claude-sonnet-4-6", strategy="decentralized"))
    lines = folder.events_path.read_bytes().splitlines(keepends=True)
    cut(folder, lines, 100)
    meta = folder.read_meta()
    folder.write_meta(replace(meta, config=replace(meta.config, seed=9)))  # as if another version drew anew
    launch.run_here(reopen(folder.path, {}), {})
    assert folder.events_path.read_bytes().startswith(b"".join(lines[:100]))
    record = read(folder.events_path)
    assert record.note == ""
    assert isinstance(record.events[100], ev.RunResumed)
    assert isinstance(record.events[-1], ev.RunVerified)


def test_what_stopped_the_engine_does_not_come_again(tmp_path: Path) -> None:
    plan = '[[fault]]\nkind = "disk_full"\nat_round = 2\n'
    prepared = launch.prepare(config(faults=plan), tmp_path, "full", {})
    with pytest.raises(Exception, match="No space left"):
        launch.run_here(prepared, {})
    launch.run_here(reopen(prepared.folder.path, {}), {})
    events = read(prepared.folder.events_path).events
    assert any(isinstance(e, ev.RunResumed) for e in events)
    assert isinstance(events[-1], ev.RunVerified)
