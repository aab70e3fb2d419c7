"""Files that others may touch: reading never waits nor grows unbounded, writing is whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from engine.record.files import open_regular, read_bounded, write_named, write_whole


def test_a_pipe_that_nobody_writes_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="no regular file"):
        open_regular(pipe)


def test_a_device_that_never_ends_is_refused() -> None:
    with pytest.raises(OSError, match="no regular file"):
        read_bounded(Path("/dev/zero"), 10)


def test_a_file_is_read_up_to_its_bound_and_refused_beyond(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_bounded(tmp_path / "file", 5) == b"12345"
    with pytest.raises(OSError, match="longer than 4 bytes"):
        read_bounded(tmp_path / "file", 4)


def test_what_a_person_names_may_be_a_link_which_stays_one(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    real, link = tmp_path / "kept" / "file", tmp_path / "link"
    link.symlink_to(real)
    for text in (b"one", b"two"):
        write_named(link, text)
        assert (link.is_symlink(), real.read_bytes()) == (True, text)
    assert [path.name for path in real.parent.iterdir()] == ["file"]


def test_a_file_that_is_replaced_keeps_its_mode_and_a_new_one_obeys_the_umask(tmp_path: Path) -> None:
    (tmp_path / "old").touch(mode=0o600)
    before = os.umask(0o027)
    try:
        for name in ("old", "new"):
            write_whole(tmp_path / name, b"x")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("old", "new")]
    assert modes == [0o600, 0o640]


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="No such device"):  # nobody reads it: said, not waited for
        write_named(pipe, b"x")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_named(pipe, b"x")
        assert (os.read(reader, 9), stat.S_ISFIFO(pipe.stat().st_mode)) == (b"x", True)
    finally:
        os.close(reader)


def test_links_that_lead_nowhere_are_an_error_and_leave_nothing(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(OSError, match="symbolic links"):
        write_named(loop, b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["loop"]


def test_what_cannot_be_put_in_place_leaves_no_draft(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "taken", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_link_in_a_folder_of_somebody_else_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"precious")
    (tmp_path / "notes.json").symlink_to(tmp_path / "mine")
    write_whole(tmp_path / "notes.json", b"{}")
    assert (tmp_path / "mine").read_bytes() == b"precious"
    assert not (tmp_path / "notes.json").is_symlink()
