"""The engine's side of the warm test processes (``engine.world.warm``): start, ask, cancel, restart, stop.

Everything here blocks and is called from worker threads, so that any event loop that can wait for a thread
will do; a clock that runs on virtual time then stands still meanwhile.

What these processes cannot prevent without a sandbox: agents' code has the user's rights, so it may read what
the user may read (the environment of the engine's own process in ``/proc`` included), kill any process of the
user's, and start one that hides: with an emptied environment, after killing both its keeper and the server.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.world.sandbox import Sandbox
from engine.world.warm import processes, wire

_WARM = Path(__file__).parent / "warm"

START_SECONDS = 60.0
"""Bounds the start of the server: importing pytest takes 0.2 s, much longer on a cold and busy disk."""

LOOK_SECONDS = 0.1
"""Between two looks whether a server that is to call has ended instead."""

KEEPER_SECONDS = 10.0
"""Bounds the start of a keeper by a server that is up, which takes 5 ms unless somebody stopped it."""

GRACE_SECONDS = processes.GIVE_UP_SECONDS + 10.0
"""Beyond a run's own limit, how long its keeper may take to end the run's processes and to answer."""

_CONTROL = "control"
"""The control socket's name in the folder, for servers that no open file can be passed to."""

_ERRORS = "server.err"
"""What the server and keepers write to stderr: nothing, unless something is wrong with them."""

_BOOT = """
import importlib.util, sys
name, path = "_teamtop_warm", sys.argv[1]
spec = importlib.util.spec_from_file_location(name, path + "/__init__.py", submodule_search_locations=[path])
sys.modules[name] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from _teamtop_warm.server import main
main(*sys.argv[2:])
"""


class ServerLostError(Exception):
    """The server or the run's keeper ended, or never answered, without an outcome."""


class StuckError(Exception):
    """The run's keeper started the tests, but did not answer long after their limit."""


class CancelledRunError(Exception):
    """The run was cancelled from our side."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a test process ended, and what it left.

    ``status`` is its exit status, negative for a signal, ``None`` if it was stopped at its limit. ``report``
    is its plugin's stream, whole unless ``report_dropped`` bytes are missing; ``head`` and ``tail`` are the
    start and the end of what it printed, with ``output_dropped`` bytes missing between them.
    """

    status: int | None
    report: bytes
    report_dropped: int
    head: bytes
    tail: bytes
    output_dropped: int


class Cancellation:
    """Lets one thread end the run that another waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.requested = False

    def watch(self, sock: socket.socket | None) -> None:
        """From now on ``sock`` is the run's; raises ``CancelledRunError`` if the run is cancelled already."""
        with self._lock:
            self._socket = sock
            if self.requested and sock is not None:
                raise CancelledRunError

    def cancel(self) -> None:
        """End the run: its keeper sees its socket close and ends all its processes."""
        with self._lock:
            self.requested = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)


class ForkServer:
    """A server process, started when first needed and again whenever it was lost. Threads may share it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._patience = START_SECONDS
        self._mark = f"TEAMTOP_TESTS={secrets.token_hex(16)}"
        self._folder: Path | None = None

    @property
    def folder(self) -> Path:
        """A folder of our own for the runs, made when first asked for and removed by ``close``."""
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="teamtop-tests-")).resolve()
            return self._folder

    def run(self, request: Mapping[str, Any], cancellation: Cancellation) -> Ended:
        """Have ``request`` (see ``engine.world.warm.child``) run, and wait for its end.

        Raises ``ServerLostError``, ``StuckError`` or ``CancelledRunError``; what the run started is then
        being killed.
        """
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                cancellation.watch(ours)
                try:
                    ours.settimeout(self._pass_on(theirs))
                    wire.send_json(ours, request)
                except (OSError, wire.ClosedError) as error:
                    raise ServerLostError(self._last_words() or str(error)) from error
            try:
                return self._await_end(ours, float(request["timeout"]))
            except (wire.ClosedError, wire.DamagedError, OSError) as error:
                if cancellation.requested:
                    raise CancelledRunError from error
                processes.sweep(self._mark, str(request["folder"]))
                raise ServerLostError(self._last_words()) from error
            finally:
                cancellation.watch(None)

    def _await_end(self, run: socket.socket, timeout: float) -> Ended:
        try:
            wire.receive(run)  # "started": from here on, the time that passes is the tests' own
            self._patience = KEEPER_SECONDS
            run.settimeout(timeout + GRACE_SECONDS)
        except TimeoutError:
            self._kill()
            raise
        try:
            header = wire.receive_json(run)
            return Ended(
                status=header["status"],
                report_dropped=header["report_dropped"],
                output_dropped=header["output_dropped"],
                report=wire.receive(run),
                head=wire.receive(run),
                tail=wire.receive(run),
            )
        except TimeoutError as error:
            self._kill()
            raise StuckError from error

    def _pass_on(self, run: socket.socket) -> float:
        """Give the server its end of a run's socket, starting it if there is none.

        Returns the seconds in which it should start the run's keeper.
        """
        folder = self.folder
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start(folder)
            assert self._control is not None
            try:
                socket.send_fds(self._control, [b"r"], [run.fileno()])
            except OSError:
                self._dismiss()
                raise
            return self._patience

    def _start(self, folder: Path) -> None:
        self._dismiss()
        if self._sandbox.by_path:
            path = folder / _CONTROL
            path.unlink(missing_ok=True)
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(path))
                listener.listen(1)
                self._open(folder, str(path), ())
                self._control = self._accepted(listener)
        else:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._open(folder, str(theirs.fileno()), (theirs.fileno(),))
        # Runs are passed on while the server still imports; a server that takes no more is lost.
        self._control.settimeout(START_SECONDS)
        self._patience = START_SECONDS

    def _open(self, folder: Path, control: str, passed: tuple[int, ...]) -> None:
        script = str(self._sandbox.child_script or "")
        argv = [sys.executable, "-s", "-P", "-c", _BOOT, str(_WARM), control, str(folder), script]
        with (folder / _ERRORS).open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell, no agent's words
                self._sandbox.command(argv, folder),
                env=clean_environment(folder) | dict([self._mark.split("=")]),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=passed,
                start_new_session=True,
            )

    def _accepted(self, listener: socket.socket) -> socket.socket:
        """The server's call. Raises ``OSError`` if it ends without one, or takes too long."""
        assert self._process is not None
        listener.settimeout(LOOK_SECONDS)
        give_up = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < give_up:
            with contextlib.suppress(TimeoutError):
                return listener.accept()[0]
        raise OSError("the server never called")

    def _kill(self) -> None:
        """Kill the server and all below it: it, or a keeper, does not answer.

        Returns when it is gone: the next run would else be passed on to a server that is about to end.
        """
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                processes.kill([self._process.pid, *processes.descendants(self._process.pid)])
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(GRACE_SECONDS)

    def _dismiss(self) -> None:
        """Let the server end by itself, or kill it; collect it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                processes.kill([self._process.pid, *processes.descendants(self._process.pid)])
                self._process.wait()
            self._process = None

    def _last_words(self) -> str:
        """The last line that the server or a keeper wrote to stderr, for the person who must mend it."""
        with contextlib.suppress(OSError, IndexError):
            return (self.folder / _ERRORS).read_text(errors="replace")[-2000:].splitlines()[-1]
        return ""

    def close(self) -> None:
        """End the server and every run, and remove the folder. Safe to call again."""
        with self._lock:
            self._dismiss()
            if self._folder is not None:
                processes.sweep(self._mark)
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None


def clean_environment(folder: Path) -> dict[str, str]:
    """The environment of test processes: built anew, so that nothing of the user's can be in it.

    Only where to find the interpreter's own libraries is taken over.
    """
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME"):
        if name in os.environ:
            environment[name] = os.environ[name]
    return environment
