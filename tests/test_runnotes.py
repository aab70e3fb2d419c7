"""Tags and notes on saved runs, the trash, the space that runs take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import runnotes, trash
from engine.control import PIN_MAX
from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.record.folder import RunFolder
from engine.runnotes import NONE, PINS_MAX, TAG_MAX, TAGS_MAX, Notes, Pin, parse_tags
from engine.space import used_bytes
from engine.store import RunsStore
from tests.helpers.teamscript import ended


@pytest.fixture
def folder(tmp_path: Path, save_run: Any) -> RunFolder:
    saved: RunFolder = save_run(tmp_path / "runs", "run-1", ended().events)
    return saved


# ---------------------------------------------------------------- tags and notes


def test_what_was_written_is_read_again_and_listed(folder: RunFolder) -> None:
    runnotes.write(folder, Notes(("baseline", "odd"), "the slow one"), sample=False)
    assert runnotes.read(folder) == Notes(("baseline", "odd"), "the slow one")
    row = RunsStore([folder.path.parent]).row(folder)
    assert (row.tags, row.note) == (("baseline", "odd"), "the slow one")
    assert row.matches("#odd slow")
    assert not list(folder.path.glob("*.tmp"))


def test_writing_nothing_leaves_no_file(folder: RunFolder) -> None:
    runnotes.write(folder, Notes(("x",)), sample=False)
    runnotes.write(folder, NONE, sample=False)
    assert not folder.notes_path.exists()


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"tags": 3}', b'{"schema": 99, "note": "x"}', b"\xff"])
def test_a_damaged_or_newer_file_is_no_note_and_no_error(folder: RunFolder, text: bytes) -> None:
    folder.notes_path.write_bytes(text)
    assert runnotes.read(folder) == NONE


def test_notes_are_pinned_in_the_order_of_their_moments_and_leave_the_rest_alone(folder: RunFolder) -> None:
    runnotes.write(folder, Notes(("odd",), "slow"), sample=False)
    journal = folder.events_path.read_bytes()
    later, sooner = Pin(90, 20.0, 3, "ann", "here it turns"), Pin(12, 1.5, 1, "bob", " why?\n ")
    runnotes.pin(folder, later, sample=False)
    kept = runnotes.pin(folder, sooner, sample=False)
    assert runnotes.read(folder) == kept
    said = [(p.seq, p.author, p.text) for p in kept.pins]
    assert said == [(12, "bob", "why?"), (90, "ann", "here it turns")]
    assert (kept.tags, kept.note) == (("odd",), "slow")
    assert folder.events_path.read_bytes() == journal


@pytest.mark.parametrize(
    ("text", "words"), [(" ", "nothing to note"), ("x" * (PIN_MAX + 1), "500 characters at most")]
)
def test_empty_and_long_notes_are_refused(folder: RunFolder, text: str, words: str) -> None:
    with pytest.raises(TeamtopError, match=words):
        runnotes.pin(folder, Pin(1, 0.0, 1, "ann", text), sample=False)
    assert not folder.notes_path.exists()


def test_a_run_takes_so_many_notes_and_no_more(folder: RunFolder) -> None:
    full = tuple(Pin(n + 1, 0.0, 1, "ann", "€" * PIN_MAX) for n in range(PINS_MAX))
    runnotes.write(folder, Notes(pins=full), sample=False)
    assert runnotes.read(folder).pins == full  # the file is read to its end
    with pytest.raises(TeamtopError, match="takes no more"):
        runnotes.pin(folder, Pin(1, 0.0, 1, "ann", "one more"), sample=False)


def test_samples_running_runs_and_other_folders_are_not_written_on(folder: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(TeamtopError, match="ships with teamtop"):
        runnotes.write(folder, Notes(("x",)), sample=True)
    with folder.hold(), pytest.raises(TeamtopError, match="is run by process"):
        runnotes.write(folder, Notes(("x",)), sample=False)
    with pytest.raises(TeamtopError, match="not the folder of a run"):
        runnotes.write(RunFolder(tmp_path), Notes(("x",)), sample=False)
    assert not folder.notes_path.exists()


@given(st.text(max_size=200))
def test_tags_are_sorted_words_without_marks_or_control_characters_or_a_sentence(text: str) -> None:
    try:
        tags = parse_tags(text)
    except TeamtopError as error:
        assert str(error).endswith((f"{TAGS_MAX}.", f"{TAG_MAX} characters at most."))  # noqa: PT017 one of two
        return
    assert list(tags) == sorted(set(tags))
    assert all(0 < len(tag) <= TAG_MAX and tag[0] != "#" and clean_line(tag) == tag for tag in tags)
    assert parse_tags(" ".join(tags)) == tags


# ---------------------------------------------------------------- trash


def test_a_deleted_run_is_listed_no_more_and_comes_back_as_it_was(folder: RunFolder) -> None:
    store = RunsStore([folder.path.parent])
    journal = folder.events_path.read_bytes()
    place = trash.discard(folder, sample=False)
    assert folder.run_id not in [one.run_id for one in store.folders()]
    assert trash.last([folder.path.parent]) == place
    trash.restore(place)
    assert folder.events_path.read_bytes() == journal
    assert trash.last([folder.path.parent]) is None


def test_runs_of_one_name_lie_beside_each_other_and_the_last_comes_first(
    folder: RunFolder, save_run: Any
) -> None:
    runs = folder.path.parent
    first = trash.discard(folder, sample=False)
    save_run(runs, "run-1", ended().events)
    second = trash.discard(folder, sample=False)
    assert trash.last([runs]) == second
    trash.restore(second)
    with pytest.raises(TeamtopError, match="is there again"):
        trash.restore(first)
    assert first.is_dir()


def test_samples_running_runs_and_foreign_folders_stay(folder: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(TeamtopError, match="samples are not deleted"):
        trash.discard(folder, sample=True)
    with folder.hold(), pytest.raises(TeamtopError, match=r"is run by process \d+: stop it"):
        trash.discard(folder, sample=False)
    (tmp_path / "photos").mkdir()
    with pytest.raises(TeamtopError, match="it is no run"):
        trash.discard(RunFolder(tmp_path / "photos"), sample=False)
    assert folder.exists()
    assert (tmp_path / "photos").is_dir()


# ---------------------------------------------------------------- space


def test_space_counts_every_file_once_and_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert used_bytes(tmp_path) == 0
    (tmp_path / "a" / "b" / "file").write_bytes(b"x" * 100_000)
    one = used_bytes(tmp_path)
    assert one >= 100_000
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert used_bytes(tmp_path) - one < 10_000
    assert used_bytes(tmp_path / "none") == 0
