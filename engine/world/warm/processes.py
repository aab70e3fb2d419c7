"""Finding and ending processes: descendants of one, orphans adopted by us, and those that carry our mark.

On Linux a process can be made the one that adopts the orphans below it, so a daemonised grandchild is still
found. Elsewhere only process groups are killed, and a process that leaves its group survives.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Collection
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PROC = Path("/proc")

GIVE_UP_SECONDS = 5.0
"""Bounds the killing of a run's processes, should they fork as fast as they are killed."""


def adopt_orphans() -> None:
    """Become the parent of every orphaned descendant (Linux; no effect elsewhere)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Be killed when the thread that forked us ends (Linux; no effect elsewhere)."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes  # only the test processes need it

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def descendants(root: int, spare: Collection[int] = ()) -> list[int]:
    """Process ids below ``root``, without those in ``spare`` and below; empty where there is no ``/proc``."""
    below: dict[int, list[int]] = {}
    for pid in _pids():
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name in parentheses may hold anything; the parent is the second field after it.
            stat = (_PROC / str(pid) / "stat").read_text(errors="replace")
            below.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(pid)
    found: list[int] = []
    stack = [root]
    while stack:
        children = [pid for pid in below.get(stack.pop(), []) if pid not in spare]
        found += children
        stack += children
    return found


def kill(pids: Collection[int]) -> None:
    """Kill all, stopping them first, so that none can fork while the others die."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)


def kill_children(group: int = 0) -> None:
    """Kill and reap everything below this process; returns when nothing is left, or gives up.

    Where processes cannot be listed, only the process group ``group`` is found (0: none).
    """
    give_up = time.monotonic() + GIVE_UP_SECONDS
    while not _reaped() and time.monotonic() < give_up:
        if _PROC.exists():
            kill(descendants(os.getpid()))
        elif group:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        time.sleep(0.001)  # the killed need a moment to become reapable


def _reaped() -> bool:
    """Collect ended children; true if there are none left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return True
    return False


def sweep(mark: str, folder: str = "") -> list[int]:
    """Kill processes whose starting environment holds ``mark`` and, if given, that work below ``folder``.

    The last resort for what lost its whole chain of parents. A process started with an emptied environment
    is not found. Returns the process ids that were killed.
    """
    needle = mark.encode()
    found = []
    for pid in _pids():
        with contextlib.suppress(OSError):
            if needle not in (_PROC / str(pid) / "environ").read_bytes().split(b"\0"):
                continue
            if folder and not (_PROC / str(pid) / "cwd").readlink().is_relative_to(folder):
                continue
            found.append(pid)
    kill(found)
    return found


def _pids() -> list[int]:
    try:
        return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal()]
    except OSError:
        return []
