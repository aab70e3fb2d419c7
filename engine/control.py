"""Commands that a person gives a running team, and how they travel: a Unix socket in the run's folder.

One connection carries one command as a JSON line and gets one answer line, after the event that records the
command is in the journal. The server is a thread, so that it serves every kind of event loop.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from pathlib import Path
from typing import TypeAlias

import msgspec

PIN_MAX = 500
"""Characters of a note: a few lines, read beside the moment that it is about."""

LINE_LIMIT = 64 << 10
"""Bytes of a command: a message to the team, not a file."""

TIMEOUT_SECONDS = 5.0
"""How long either side waits for what the other has ready: a whole command, an answer that was made."""

ANSWER_SECONDS = 20.0
"""How long an answer may take to be made: milliseconds, or seconds where a disk is slow to keep the event."""


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command"):
    """What all commands share: who gives it, and why."""

    author: str = "operator"
    why: str = ""


class Pause(Command, frozen=True, kw_only=True, tag="pause"):
    """Stand still."""


class Resume(Command, frozen=True, kw_only=True, tag="resume"):
    """Go on."""


class Step(Command, frozen=True, kw_only=True, tag="step"):
    """Go on to the end of the round, then stand still."""


class Stop(Command, frozen=True, kw_only=True, tag="stop"):
    """End the run; it can be resumed later."""


class Inject(Command, frozen=True, kw_only=True, tag="inject"):
    """Start fault ``kind`` on ``target`` (an agent's name or ``all``), for ``duration_seconds`` if given."""

    kind: str
    target: str = "all"
    params: dict[str, float | str] = {}
    duration_seconds: float | None = None


class Heal(Command, frozen=True, kw_only=True, tag="heal"):
    """End fault ``fault``, or every fault."""

    fault: int | None = None


class Say(Command, frozen=True, kw_only=True, tag="say"):
    """Tell an agent, or all of them, something."""

    text: str
    to: str | None = None


class Pin(Command, frozen=True, kw_only=True, tag="pin"):
    """Pin a note to this moment; agents never read it."""

    text: str


class AddAgent(Command, frozen=True, kw_only=True, tag="add_agent"):
    """Take an agent into the team; without a name the next free one, without a model that of the others."""

    name: str | None = None
    model: str | None = None


class RemoveAgent(Command, frozen=True, kw_only=True, tag="remove_agent"):
    """Take an agent out of the team."""

    name: str


class AddTask(Command, frozen=True, kw_only=True, tag="add_task"):
    """Put a task on the board that waits for the tasks ``after`` (ids or names)."""

    title: str
    files: tuple[str, ...]
    description: str = ""
    after: tuple[str, ...] = ()


class AddDependency(Command, frozen=True, kw_only=True, tag="add_dependency"):
    """Have ``task`` wait for ``on`` (ids or names)."""

    task: str
    on: str


class SetLimits(Command, frozen=True, kw_only=True, tag="set_limits"):
    """Set limits, by field of ``Limits``; a null takes one away, others stay as they are."""

    changes: dict[str, float | None]


AnyCommand: TypeAlias = (
    SetLimits
    | Pause
    | Resume
    | Step
    | Stop
    | Inject
    | Heal
    | Say
    | Pin
    | AddAgent
    | RemoveAgent
    | AddTask
    | AddDependency
)


NOTHING: dict[type[AnyCommand], str] = {
    Pause: "The team is paused already.",
    Resume: "The team is not paused.",
    Step: "Only a paused team can be stepped; pause it first.",
    Stop: "The run is stopping already.",
    Heal: "No such fault is active.",
}
"""Why a command that could not be wrong had no effect."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """``ok`` with the ``seq`` of the event that records the command, or not, with a sentence."""

    ok: bool
    seq: int = 0
    detail: str = ""


_command_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


class ControlClient:
    """Sends commands to the engine of a run. Blocking: call it from a thread."""

    def __init__(self, socket_path: Path) -> None:
        self.socket_path = socket_path

    def send(self, command: AnyCommand) -> Answer:
        """Deliver ``command`` and return the engine's answer; an unreachable engine is an answer too."""
        line = msgspec.json.encode(command) + b"\n"
        if len(line) > LINE_LIMIT:
            return Answer(ok=False, detail=f"That is too long: a command has at most {LINE_LIMIT:,} bytes.")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(ANSWER_SECONDS + TIMEOUT_SECONDS)
                connection.connect(str(self.socket_path))
                connection.sendall(line)
                answer = _read_line(connection)
            return msgspec.json.decode(answer, type=Answer)
        except (FileNotFoundError, ConnectionError):
            return Answer(ok=False, detail="No engine is running for this run.")
        except TimeoutError:
            waited = ANSWER_SECONDS + TIMEOUT_SECONDS
            return Answer(ok=False, detail=f"The engine did not answer within {waited:.0f} seconds.")
        except (OSError, msgspec.DecodeError) as error:
            return Answer(ok=False, detail=f"The engine could not be reached: {error}.")


def _read_line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        chunk = connection.recv(LINE_LIMIT)
        if not chunk:
            raise ConnectionError("the other side hung up")
        line += chunk
        if len(line) > LINE_LIMIT:
            raise ConnectionError("the line is too long")
    return line


class ControlServer:
    """Serves commands from a thread; ``handle`` gets each one with a future for its answer.

    ``handle`` is called in the server's thread and must hand the command over to the engine's loop.
    Connections are served one at a time; further ones wait in the system's backlog (8), then are refused.
    """

    def __init__(self, socket_path: Path, handle: Callable[[AnyCommand, Future[Answer]], None]) -> None:
        self.socket_path = socket_path
        self._handle = handle
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._closed = False
        self._pending: Future[Answer] = Future()
        with contextlib.suppress(FileNotFoundError):
            socket_path.unlink()
        before = os.umask(0o177)  # the socket is born with mode 0600: nobody else may steer the team
        try:
            self._socket.bind(str(socket_path))
        finally:
            os.umask(before)
        self._socket.listen(8)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._closed:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(TIMEOUT_SECONDS)
                connection.sendall(msgspec.json.encode(self._answer(connection)) + b"\n")

    def _answer(self, connection: socket.socket) -> Answer:
        try:
            command = _command_decoder.decode(_read_line(connection))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return Answer(ok=False, detail=f"That is not a command: {error}.")
        except (OSError, ConnectionError) as error:
            return Answer(ok=False, detail=f"The command did not arrive whole: {error}.")
        future = self._pending = Future()
        if self._closed:
            return Answer(ok=False, detail="The run has ended.")
        self._handle(command, future)
        try:
            return future.result(ANSWER_SECONDS)
        except TimeoutError:
            return Answer(ok=False, detail="The engine is busy; the command may still take effect.")

    def close(self) -> None:
        """Stop serving and remove the socket. A command that still waits for its answer gets one."""
        self._closed = True
        with contextlib.suppress(InvalidStateError):
            self._pending.set_result(Answer(ok=False, detail="The run has ended."))
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(TIMEOUT_SECONDS)
        with contextlib.suppress(OSError):
            self.socket_path.unlink()
