"""Who has a run: one engine at a time, and nobody in the way who only looks or has not begun yet."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from engine.errors import TeamtopError
from engine.record import folder as folders
from engine.record.folder import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def locked(folder: RunFolder, pid: int | str) -> IO[str]:
    """The lock, had by somebody else while its file names ``pid``."""
    folder.lock_path.write_text(str(pid))
    file = folder.lock_path.open("a")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def ended() -> int:
    """The pid of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize("who", ["an engine that was killed", "nobody who wrote it down", "another engine"])
def test_a_run_that_is_let_go_of_at_once_is_waited_for(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """By a child of the killed engine that has yet to become its program, or by who looked if it is alive."""
    pids = {"an engine that was killed": ended(), "another engine": os.getppid()}
    file = locked(folder, pids.get(who, ""))
    monkeypatch.setattr(folders.time, "sleep", lambda _: file.close())  # type: ignore[attr-defined]  # its name
    lock = folder.hold()
    assert folder.lock_path.read_text() == str(os.getpid())
    lock.release()


def test_a_run_that_an_engine_has_is_refused_soon_and_one_of_the_dead_is_waited_for_longer(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    clock = folders.time  # type: ignore[attr-defined]  # by the name that the module has for it
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(clock, "sleep", lambda _: now.append(now.pop() + 0.25))
    waited = []
    for pid in (os.getppid(), ended()):
        began = now[0]
        with (
            locked(folder, pid),
            pytest.raises(TeamtopError, match=f"in use by process {pid}; stop it first"),
        ):
            folder.hold()
        waited.append(now[0] - began)
    assert waited == [folders.PROBE_SECONDS, folders.HEIR_SECONDS]
