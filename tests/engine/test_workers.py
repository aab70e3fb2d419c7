"""Pools of processes end with whoever made them, killed or not, and say nothing at their end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

PATIENCE = 120
"""Seconds for a process to start or end: minutes for a machine that is busy."""

_MAKER = """
import os, sys, time
from engine import workers

if __name__ == "__main__":
    pool = workers.pool(2)
    print(pool.submit(os.getpid).result(), flush=True)
    {then}
"""


def maker(then: str, tmp_path: Path) -> subprocess.Popen[str]:
    """A process that makes a pool, writes the pid of a worker, and then does as told."""
    path = tmp_path / "maker.py"
    path.write_text(_MAKER.format(then=then), encoding="utf-8")
    return subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    made = maker("time.sleep(600)", tmp_path)
    assert made.stdout is not None
    assert made.stdout.readline().strip().isdecimal()
    made.send_signal(signal.SIGKILL)
    # Every worker holds the writing end of the pipe: it ends as soon as the last of them has.
    out, _ = made.communicate(timeout=PATIENCE)
    assert out == ""


def test_a_pool_is_gone_when_it_was_told_to_end_and_leaves_no_traceback(tmp_path: Path) -> None:
    for at_once in (False, True):
        busy = "pool.submit(time.sleep, 600); " if at_once else ""
        made = maker(f"{busy}workers.end(pool, at_once={at_once})", tmp_path)
        _, said = made.communicate(timeout=PATIENCE)
        assert (made.returncode, said) == (0, "")
