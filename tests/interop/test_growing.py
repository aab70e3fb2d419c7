"""Logs that are cut short, rotated, replaced or deleted while they are followed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import TeamtopError
from engine.interop import growing
from engine.interop.growing import GrowingLines
from engine.interop.teamlog.reader import LogReader

OLD = b"".join(b'{"type": "turn_started", "ts": %d, "agent": "ann"}\n' % number for number in range(9))
NEW = OLD.replace(b"ann", b"bob")


def cut(path: Path) -> None:
    path.write_bytes(NEW[:100])


def grown_over(path: Path) -> None:
    path.write_bytes(NEW + NEW)


def moved(path: Path) -> None:
    path.rename(path.with_suffix(".1"))
    path.write_bytes(NEW + NEW)


@pytest.mark.parametrize("change", [cut, grown_over, moved])
def test_another_file_under_the_same_name_is_read_from_its_start(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = tmp_path / "team.jsonl"
    path.write_bytes(OLD[:-10])  # in the middle of a line
    lines = GrowingLines(path)
    assert len(lines.poll()) == 8
    change(path)
    whole = path.read_bytes().split(b"\n")[:-1]
    assert [line for _, line in lines.poll()] == whole
    assert lines.poll() == []
    with path.open("ab") as file:
        file.write(b"\n{}\n")
    assert lines.poll()[-1] == (lines.number, b"{}")


def test_a_log_that_is_gone_for_a_moment_is_waited_for_and_then_said_to_be_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "team.jsonl"
    path.write_bytes(OLD)
    reader = LogReader(path)
    assert len(reader.poll()) == 9
    path.unlink()
    assert reader.poll() == []
    path.write_bytes(NEW)
    assert len(reader.poll()) == 9
    path.unlink()
    monkeypatch.setattr(growing, "GONE_SECONDS", 0.0)
    with pytest.raises(TeamtopError, match="was moved or deleted while it was read"):
        reader.poll()


def test_a_log_that_never_was_is_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(TeamtopError, match="does not exist"):
        LogReader(tmp_path / "none.jsonl").poll()
