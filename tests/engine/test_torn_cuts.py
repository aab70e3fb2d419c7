"""A journal that ends inside a line is resumed as one that ends before it: same end, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest

from engine import launch, resume
from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.record.state import RunState
from engine.setup import reopen
from tests.helpers.durable import config, final


@dataclass(frozen=True)
class Reference:
    """A run that nothing cut, as its folder holds it."""

    folder: RunFolder
    lines: list[bytes]
    final: dict[str, object]

    @property
    def inside(self) -> Iterator[tuple[int, int]]:
        """For every line, by number from 0, four places to cut it at: bytes of it that are kept.

        They are its first byte, all but its end, and two of its own in between.
        """
        for number, line in enumerate(self.lines):
            between = Random(number).sample(range(2, len(line) - 1), 2)
            yield from ((number, kept) for kept in (1, *between, len(line) - 1))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """Three perfect agents with tasks of their own, so that there is one end to come to."""
    prepared = launch.prepare(config(), tmp_path_factory.mktemp("runs"), "whole", {})
    launch.run_here(prepared, {})
    data = prepared.folder.events_path.read_bytes()
    end = final(RunState.of(read(prepared.folder.events_path).events))
    return Reference(prepared.folder, data.splitlines(keepends=True), end)


def resumed(whole: Reference, number: int, kept: int) -> None:
    """Cut the run within line ``number``, go on with it as ``teamtop resume`` does, and see what came."""
    journal, line = whole.folder.events_path, whole.lines[number]
    before = b"".join(whole.lines[:number])
    journal.write_bytes(before + line[:kept])
    past = resume.look(whole.folder)
    assert f"line {number + 1}, is torn after {kept:,} bytes and was dropped" in past.note
    assert len(past.events) == number
    assert journal.read_bytes() == before
    launch.run_here(reopen(whole.folder.path, {}), {})
    record = read(journal)
    assert record.note == ""
    assert journal.read_bytes().startswith(before)
    assert journal.read_bytes() == b"".join(whole.lines), (number, kept)
    assert final(RunState.of(record.events)) == whole.final, (number, kept)
    edits = {event.path: event.content for event in record.events if isinstance(event, ev.FileEdited)}
    assert {file.name: file.read_text() for file in whole.folder.repo.iterdir()} == edits


def test_a_run_cut_inside_lines_goes_on_before_them_to_the_same_end(whole: Reference) -> None:
    for number, kept in list(whole.inside)[:: len(whole.lines) // 11]:
        resumed(whole, number, kept)


def test_a_run_that_only_lacks_its_closing_tests_has_them_and_nothing_else(whole: Reference) -> None:
    resumed(whole, len(whole.lines) - 1, 1)


@pytest.mark.deep
def test_a_run_cut_inside_every_line_goes_on_before_it_to_the_same_end(whole: Reference) -> None:
    for number, kept in whole.inside:
        resumed(whole, number, kept)
