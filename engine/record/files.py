"""Files that others may touch: opened without waiting, read within bounds, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path
from typing import BinaryIO

_DRAFT = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading. Raises ``OSError``, for a pipe, a socket or a device as well.

    To open a pipe that nobody writes would never return, and some devices never end.
    """
    number = _at_once(str(path), os.O_RDONLY)
    mode = os.fstat(number).st_mode
    if not stat.S_ISREG(mode):
        os.close(number)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return os.fdopen(number, "rb")


def read_bounded(path: Path, limit: int) -> bytes:
    """All that a regular file holds. Raises ``OSError``, for a file of more than ``limit`` bytes as well."""
    with open_regular(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it is longer than {limit:,} bytes", str(path))
    return data


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``, in one step. Raises ``OSError``.

    A link there is replaced, not followed: in a folder that somebody else has made it may lead anywhere.
    """
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        with os.fdopen(os.open(draft, _DRAFT, 0o666), "wb") as file:
            with contextlib.suppress(FileNotFoundError):
                if stat.S_ISREG(mode := path.lstat().st_mode):
                    os.fchmod(file.fileno(), stat.S_IMODE(mode))
            file.write(data)
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def write_named(path: Path, data: bytes) -> None:
    """Put ``data`` where ``path``, which a person named, leads; files in one step. Raises ``OSError``.

    A link stays one: people keep such files elsewhere. Pipes and devices, such as ``/dev/null``, are written
    to, not replaced.
    """
    mode = stat.S_IFREG
    with contextlib.suppress(FileNotFoundError):
        mode = path.stat().st_mode
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        write_whole(Path(os.path.realpath(path)), data)
        return
    with open(path, "wb", opener=_at_once) as file:
        os.set_blocking(file.fileno(), True)
        file.write(data)


def _at_once(path: str, flags: int) -> int:
    return os.open(path, (flags | os.O_NONBLOCK | os.O_CLOEXEC) & ~(os.O_CREAT | os.O_TRUNC), 0o666)
