"""Frames between the processes of a test run: four bytes of length, big-endian, then the body."""

from __future__ import annotations

import json
import os
import socket
from typing import Any

MAX_FRAME = 256 * 1024 * 1024
"""Bytes. Bounds what one length field can make a reader allocate; a request or a report is far smaller."""


class ClosedError(Exception):
    """The other side is gone: the stream ended before a whole frame."""


class DamagedError(Exception):
    """The stream does not hold frames: somebody else wrote into it."""


def frame(body: bytes) -> bytes:
    """``body`` with its length before it."""
    return len(body).to_bytes(4, "big") + body


def send(sock: socket.socket, body: bytes) -> None:
    """Send one frame. Raises ``ClosedError`` if nobody listens."""
    try:
        sock.sendall(frame(body))
    except (BrokenPipeError, ConnectionResetError) as error:
        raise ClosedError from error


def send_json(sock: socket.socket, value: object) -> None:
    """Send one frame that holds ``value`` as JSON."""
    send(sock, json.dumps(value).encode())


def receive(sock: socket.socket) -> bytes:
    """Read one frame. Raises ``ClosedError``, ``DamagedError``, or ``TimeoutError`` as the socket is set."""
    size = int.from_bytes(_exactly(sock, 4), "big")
    if size > MAX_FRAME:
        raise DamagedError
    return _exactly(sock, size)


def receive_json(sock: socket.socket) -> Any:  # noqa: ANN401 - JSON; its reader knows the shape
    """Read one frame that holds JSON. Raises as ``receive``."""
    try:
        return json.loads(receive(sock))
    except ValueError as error:
        raise DamagedError from error


def write(fd: int, value: object) -> None:
    """Write one JSON frame to a pipe. Raises ``OSError`` if the pipe is gone."""
    rest = memoryview(frame(json.dumps(value).encode()))
    while rest:
        rest = rest[os.write(fd, rest) :]


def split(stream: bytes) -> tuple[list[Any], bytes]:
    """The JSON values of the frames in ``stream``, and what follows the last whole one.

    Raises ``DamagedError`` for a frame that does not hold JSON.
    """
    values = []
    at = 0
    while len(stream) - at >= 4:
        size = int.from_bytes(stream[at : at + 4], "big")
        if len(stream) - at - 4 < size:
            break
        try:
            values.append(json.loads(stream[at + 4 : at + 4 + size]))
        except (ValueError, RecursionError) as error:
            raise DamagedError from error
        at += 4 + size
    return values, stream[at:]


def _exactly(sock: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        try:
            part = sock.recv(min(size - len(parts), 1 << 20))
        except ConnectionResetError as error:
            raise ClosedError from error
        if not part:
            raise ClosedError
        parts += part
    return bytes(parts)
