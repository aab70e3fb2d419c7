"""Where the workspace's files stand: a folder on disk, or nothing but memory.

The folder is a cache of the journal that people, editors and test code also touch, so nothing in it is
trusted: every step of a path is opened without following links, and what stands in the way is replaced.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from engine.errors import TeamtopError
from engine.world.paths import STAGING_PREFIX

_T = TypeVar("_T")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_IN_THE_WAY = frozenset((errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.ENOTEMPTY, errno.EEXIST))


class WorkspaceError(TeamtopError):
    """The workspace folder cannot be written. The message names the file, the folder and the cause."""


class Store(Protocol):
    """Holds the newest content of every file. Paths are normalised and have been checked."""

    def reset(self, files: Mapping[str, str]) -> None:
        """Hold exactly these files. Raises ``WorkspaceError``."""
        ...

    def write(self, path: str, content: str) -> None:
        """Replace one file as a whole: nobody ever reads half of it. Raises ``WorkspaceError``."""
        ...


class MemoryStore:
    """Keeps files in ``files``; nothing leaves the process."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def reset(self, files: Mapping[str, str]) -> None:
        """Hold exactly these files."""
        self.files = dict(files)

    def write(self, path: str, content: str) -> None:
        """Replace one file."""
        self.files[path] = content


class DiskStore:
    """Keeps files in the folder ``root``, which it owns: whatever else is in it may be removed.

    Not synchronised to the platter: the journal is what survives, the folder is rebuilt from it. One thread
    at a time.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._serial = itertools.count(1)

    def reset(self, files: Mapping[str, str]) -> None:
        """Empty the folder, making it if there is none, and write these files."""
        with self._explained("the folder"):
            if self.root.is_symlink():
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            self.root.mkdir(parents=True, exist_ok=True)
            root = os.open(self.root, _FOLDER)
            try:
                for name in os.listdir(root):  # noqa: PTH208 - by descriptor: the path may be swapped meanwhile
                    _remove(name, root)
            finally:
                os.close(root)
        for path, content in files.items():
            self.write(path, content)

    def write(self, path: str, content: str) -> None:
        """Write beside the target and rename over it."""
        *folders, name = path.split("/")
        with self._explained(path), contextlib.ExitStack() as opened:
            here = os.open(self.root, _FOLDER)
            opened.callback(os.close, here)
            for folder in folders:
                here = _open_folder(folder, here)
                opened.callback(os.close, here)
            self._replace(name, content.encode(), here)

    def _replace(self, name: str, content: bytes, folder: int) -> None:
        staged = f"{STAGING_PREFIX}{os.getpid()}-{next(self._serial)}"
        out = _clearing(lambda: os.open(staged, _NEW_FILE, 0o644, dir_fd=folder), staged, folder)
        try:
            try:
                left = memoryview(content)
                while left:
                    left = left[os.write(out, left) :]
            finally:
                os.close(out)
            _clearing(lambda: os.rename(staged, name, src_dir_fd=folder, dst_dir_fd=folder), name, folder)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(staged, dir_fd=folder)
            raise

    @contextlib.contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise WorkspaceError(
                f"Cannot write {what} of the workspace {self.root}: {problem.strerror}. "
                "Make room or grant access, then resume the run."
            ) from problem


def _open_folder(name: str, parent: int) -> int:
    """A descriptor of the real folder ``name``, made if there is none."""
    with contextlib.suppress(FileNotFoundError):
        return _clearing(lambda: os.open(name, _FOLDER, dir_fd=parent), name, parent)
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=parent)
    return os.open(name, _FOLDER, dir_fd=parent)


def _clearing(step: Callable[[], _T], name: str, folder: int) -> _T:
    """Do the step; if something else of that name stands in the way, remove it and do the step again."""
    try:
        return step()
    except OSError as problem:
        if problem.errno not in _IN_THE_WAY:
            raise
    _remove(name, folder)
    return step()


def _remove(name: str, folder: int) -> None:
    if stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
        shutil.rmtree(name, dir_fd=folder)
    else:
        os.unlink(name, dir_fd=folder)
