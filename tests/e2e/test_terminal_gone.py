"""The terminal goes away: the screen ends by itself, with a signal or without, and never spins."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]


@pytest.mark.parametrize("told", [True, False], ids=["with a signal", "without one"])
def test_a_screen_without_its_terminal_ends_as_interrupted_and_does_not_spin(told: bool) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        if not told:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        os.chdir(REPO)
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-m", "tui", "replay", "sample-team"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    seen = b""
    end = time.monotonic() + 180
    while b"quit" not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 65536)
    assert b"quit" in seen
    os.close(terminal)
    gone, status, end = 0, 0, time.monotonic() + 180
    while not gone and time.monotonic() < end:
        gone, status = os.waitpid(pid, os.WNOHANG)
        time.sleep(0.05)
    if not gone:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert gone == pid, "the screen went on without a terminal"
    assert os.waitstatus_to_exitcode(status) in {1, 130}
