"""Real lock files, one per path, through portalocker.

Measured rules: two descriptors exclude each other even within a process, one lock object acquired twice
does not, so every acquisition makes a new one; waiting would block the event loop, so nothing ever waits;
deleting a held file would let a second holder in, so files stay; descriptors are not inherited, so no child
of the engine can keep a lock alive.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import resource
import weakref
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from engine.errors import TeamtopError

if TYPE_CHECKING:
    from portalocker import Lock, LockFlags

_SLUG = 40
"""Characters of the path kept in a lock file's name, for people; the hash beside it tells paths apart."""


class LockFileError(TeamtopError):
    """A lock file cannot be opened or locked at all. The message names file and cause."""


class LockFiles:
    """The lock files in ``folder``, which is made if needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[str, Lock[IO[bytes]]] = {}
        self._files: dict[str, Path] = {}
        _TABLES.add(self)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise _failed(folder, problem) from problem

    def file(self, path: str) -> Path:
        """The lock file of a path: no two paths share one."""
        known = self._files.get(path)
        if known is None:
            known = self._files[path] = self._name(path)
        return known

    def _name(self, path: str) -> Path:
        slug = re.sub(r"[^A-Za-z0-9._-]", "-", path)[-_SLUG:].lstrip(".-")
        return self._folder / f"{slug}-{hashlib.sha256(path.encode()).hexdigest()[:32]}.lock"

    def acquire(self, path: str) -> bool:
        """Lock the path's file without waiting; False if somebody else, even this process, has it.

        Raises ``LockFileError``.
        """
        import portalocker

        if path in self._locks:
            return False
        file = self.file(path)
        lock = portalocker.Lock(
            file,
            mode="ab",  # nothing is ever written: no text layer
            timeout=0,
            fail_when_locked=True,
            flags=_flags(),
        )
        try:
            try:
                lock.acquire()
            except OSError as problem:
                if problem.errno != errno.EMFILE or not _allow_more_files():
                    raise
                lock.acquire()
        except portalocker.AlreadyLocked:
            return False
        except (OSError, portalocker.LockException) as problem:
            raise _failed(file, problem) from problem
        self._locks[path] = lock
        return True

    def release(self, path: str) -> None:
        """Unlock the path's file; nothing happens if it is not held."""
        if lock := self._locks.pop(path, None):
            lock.release()

    def close(self) -> None:
        """Unlock everything."""
        for path in tuple(self._locks):
            self.release(path)

    def _forget(self) -> None:
        """In a forked child: close the descriptors without unlocking what the parent holds."""
        for lock in self._locks.values():
            if lock.fh is not None:
                lock.fh.close()
                lock.fh = None
        self._locks.clear()


_TABLES: weakref.WeakSet[LockFiles] = weakref.WeakSet()


@cache
def _flags() -> LockFlags:
    import portalocker

    return portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING


def _after_fork() -> None:
    for table in list(_TABLES):
        table._forget()


os.register_at_fork(after_in_child=_after_fork)


def _allow_more_files() -> bool:
    """Raise this process's limit of open files as far as it may go; True if that helped.

    Every held lock is an open file, and 100 agents can hold more than the usual 1,024.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == hard:
        return False
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):
        return False
    return True


def _failed(file: Path, problem: Exception) -> LockFileError:
    cause = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return LockFileError(
        f"Cannot lock {file}: {cause}. Use a runs folder on a local disk that you may write to."
    )
