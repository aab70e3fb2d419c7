"""Files that a person names: whatever is wrong with one is a sentence, soon."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.faults import library
from engine.named import Missing, Unusable, table_in, text_in
from engine.serving.mishaps import read_plan
from engine.teamfile import read
from tui.commands import sweep_command

LIMIT = 1 << 20


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"a = " + b"1" * 10_000, "is no TOML: .*digits"),
        (b"a = ", "is no TOML"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"#" * (LIMIT + 1), "longer than 1,048,576 bytes"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "file.toml").write_bytes(content)
    with pytest.raises(Unusable, match=why):
        table_in(tmp_path / "file.toml", LIMIT)


def test_a_missing_file_is_told_from_an_unusable_one(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="No such file"):
        text_in(tmp_path / "none", LIMIT)
    with pytest.raises(Unusable, match="cannot be read") as told:
        text_in(tmp_path, LIMIT)
    assert not isinstance(told.value, Missing)


@pytest.mark.parametrize("name", ["~nobody-has-this-name/x", "a\0b"])
def test_a_name_that_can_be_none_is_said(name: str) -> None:
    with pytest.raises(Unusable, match="cannot be read"):
        text_in(Path(name), LIMIT)


@pytest.mark.parametrize(
    "reader",
    [
        lambda path: library.text_of(str(path)),
        lambda path: read_plan(str(path)),
        read,
        sweep_command.read_plan,
    ],
)
def test_a_pipe_that_nobody_writes_is_refused_at_once(
    tmp_path: Path, reader: Callable[[Path], object]
) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(UsageError, match="no regular file"):
        reader(tmp_path / "pipe.toml")
