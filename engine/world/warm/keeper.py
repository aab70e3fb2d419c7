"""The keeper of one run: forks the test process, bounds it, ends whatever it leaves behind, and reports.

The keeper runs nothing that agents wrote. It ends the run at the deadline, and at once when the engine closes
its end of the run's socket.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from . import child, processes, wire

MAX_REPORT = 16 * 1024 * 1024
"""Bytes of test reports kept per run; more can only be abuse (a report of one test is about 100 bytes)."""

GATHER_SECONDS = 0.005
"""How long reports may gather in a pipe, which costs less than to be woken by each of hundreds."""

MUCH = 1 << 14
"""Bytes at once, a quarter of what a pipe holds, from which on there is no waiting: somebody prints a lot."""

REQUEST_SECONDS = 10.0
"""Bounds the wait for the request, which the engine sends before the keeper exists."""


class Tail:
    """The first and last bytes of a stream, and how many between them were dropped."""

    def __init__(self, head: int, tail: int) -> None:
        self._room = head
        self._limit = tail
        self._head = bytearray()
        self._tail = bytearray()
        self.dropped = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        room = self._room - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        surplus = len(self._tail) - self._limit
        if surplus > 0:
            self.dropped += surplus
            del self._tail[:surplus]

    @property
    def parts(self) -> tuple[bytes, bytes]:
        """What was kept: from the start, and from the end."""
        return bytes(self._head), bytes(self._tail)


def run_and_exit(run_fd: int, enter: Callable[[str], object] | None) -> NoReturn:
    """Be the keeper of the run behind ``run_fd``; never returns to the server's code."""
    status = 1
    try:
        os.setsid()
        os.dup2(run_fd, 3)
        os.closerange(4, max(64, run_fd + 1, _highest_fd() + 1))
        processes.adopt_orphans()
        run = socket.socket(fileno=3)
        run.settimeout(REQUEST_SECONDS)
        _keep(run, wire.receive_json(run), enter)
        status = 0
    except (wire.ClosedError, TimeoutError):
        status = 0  # the engine changed its mind
    except BaseException:
        traceback.print_exc(file=sys.stderr)
    finally:
        with contextlib.suppress(BaseException):
            processes.kill_children()
        os._exit(status)


def _highest_fd() -> int:
    with contextlib.suppress(OSError):
        return max(int(entry.name) for entry in Path("/dev/fd").iterdir())
    return 1024


def _keep(run: socket.socket, request: dict[str, Any], enter: Callable[[str], object] | None) -> None:
    woken, waker = socket.socketpair()
    for end in (woken, waker):
        end.setblocking(False)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    report_end, report_fd = os.pipe()
    output_end, output_fd = os.pipe()
    deadline = time.monotonic() + request["timeout"]
    pid = os.fork()
    if pid == 0:
        child.run_and_exit(request, report_fd, output_fd, enter)
    os.close(report_fd)
    os.close(output_fd)
    wire.send_json(run, {"started": True})
    report = Tail(MAX_REPORT, 0)
    output = Tail(request["output_head"], request["output_tail"])
    status, cancelled = _watch(pid, deadline, run, woken, {report_end: report, output_end: output})
    processes.kill_children(pid)
    _drain({report_end: report, output_end: output})
    if cancelled:
        raise wire.ClosedError
    header = {"status": status, "report_dropped": report.dropped, "output_dropped": output.dropped}
    wire.send_json(run, header)
    wire.send(run, report.parts[0])
    for part in output.parts:
        wire.send(run, part)


def _watch(
    pid: int, deadline: float, run: socket.socket, woken: socket.socket, pipes: dict[int, Tail]
) -> tuple[int | None, bool]:
    """Read the pipes until the test process ends: its status (negative: signal; ``None``: deadline reached).

    The second value is true if the engine closed the run.
    """
    with selectors.DefaultSelector() as selector, selectors.DefaultSelector() as urgent:
        for fd in (run.fileno(), woken.fileno()):
            urgent.register(fd, selectors.EVENT_READ)
        for fd in (run.fileno(), woken.fileno(), *pipes):
            selector.register(fd, selectors.EVENT_READ)
        while True:
            most = 0
            for key, _ in selector.select(max(0.0, deadline - time.monotonic())):
                if key.fd == run.fileno():
                    return None, True
                if key.fd == woken.fileno():
                    woken.recv(4096)
                    ended, status = os.waitpid(pid, os.WNOHANG)
                    if ended:
                        return os.waitstatus_to_exitcode(status), False
                elif data := os.read(key.fd, 1 << 16):
                    pipes[key.fd].add(data)
                    most = max(most, len(data))
                else:
                    selector.unregister(key.fd)
            if time.monotonic() >= deadline:
                return None, False
            if 0 < most < MUCH:
                urgent.select(GATHER_SECONDS)


def _drain(pipes: dict[int, Tail]) -> None:
    """Take what is left in the pipes; nobody writes to them any more, so an empty pipe is the end."""
    for fd, kept in pipes.items():
        os.set_blocking(fd, False)
        with contextlib.suppress(BlockingIOError):
            while data := os.read(fd, 1 << 16):
                kept.add(data)
