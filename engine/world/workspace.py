"""The team's shared files: a table of versions in memory, mirrored to the run's ``repo/`` folder.

The table is what prompts, tests and versions are taken from; the folder is a cache of it for people and
tools. Use: ``Workspace(...)``, replay old edits with ``apply`` if there are any, ``await open()``, then for
each edit ``path = clean(raw)``, ``check(path, content)``, ``apply(...)`` and the event; ``await flush()``
when the journal is written (at barriers), and ``await close()`` in the end.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.world.mirror import Mirror
from engine.world.paths import PathRefused, clean_path, folded, plain_path
from engine.world.stores import DiskStore, MemoryStore, Store, WorkspaceError
from engine.world.treehash import TreeHash, content_hash, tree_hash

__all__ = [
    "DiskStore",
    "Fenced",
    "FileVersion",
    "MemoryStore",
    "Store",
    "Workspace",
    "WorkspaceError",
    "tree_hash",
]

MAX_FILE_BYTES = 1 << 20
"""Largest file: a reply of 8,192 tokens is about 32 kB, so no real edit comes near; it bounds events."""
MAX_FILES = 10_000
"""Most files: five times the largest suite that is measured (2,000 tasks, one file each)."""
MAX_TREE_BYTES = 64 << 20
"""Largest workspace: every test run copies it."""


class Fenced(Exception):  # noqa: N818 - what happened to the write
    """A write under an older token than the file has seen: ``token`` is its own, ``newest`` the file's."""

    def __init__(self, path: str, token: int, newest: int) -> None:
        super().__init__(f"{path} has seen token {newest}, this write comes under {token}")
        self.token, self.newest = token, newest


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A file as it stands. ``version`` counts its edits from 1; 0 is what stood there before anybody worked.

    ``hash`` is the SHA-256 of the content in hex; ``author`` is empty and ``round`` 0 at version 0.
    """

    path: str
    content: str
    version: int
    author: str
    hash: str
    round: int


class Workspace:
    """All files of the team, by normalised path.

    ``files`` stand there from the start; they and ``protected`` (normalised paths) can be read, not written.
    ``start`` stands there, too, and can be written.
    ``threaded`` writes to the store off the event loop; without it ``flush`` writes in the caller's thread,
    which virtual time needs. Nothing is written before ``flush``: the journal comes first. Flushes are at
    least ``apart`` real seconds apart: a team in virtual time writes faster than anybody looks.
    """

    def __init__(
        self,
        store: Store,
        files: Mapping[str, str] | None = None,
        protected: Collection[str] = (),
        *,
        start: Mapping[str, str] | None = None,
        threaded: bool = False,
        apart: float = 0.0,
    ) -> None:
        self._mirror = Mirror(store, threaded=threaded, apart=apart)
        self._opened = False
        self._table: dict[str, FileVersion] = {}
        self._contents: dict[str, str] = {}
        self._shared = False
        self._bytes = 0
        self._fences: dict[str, int] = {}
        self._spelling: dict[str, str] = {}
        self._folders: set[str] = set()
        self._tree = TreeHash()
        for path, content in {**(start or {}), **(files or {})}.items():
            self._put(FileVersion(path, content, 0, "", content_hash(content), 0))
        self._protected = frozenset(folded(path) for path in (*protected, *(files or {})))

    # ------------------------------------------------------------ reading

    def get(self, path: str) -> FileVersion | None:
        """The file as it stands, or None if there is none."""
        return self._table.get(path)

    def version(self, path: str) -> int:
        """The version of the file; 0 also if there is none."""
        found = self._table.get(path)
        return found.version if found else 0

    @property
    def paths(self) -> tuple[str, ...]:
        """All files, in the order in which they came into being."""
        return tuple(self._table)

    def newest_token(self, path: str) -> int:
        """The newest fencing token under which the file was written; 0 if there was none."""
        return self._fences.get(path, 0)

    def snapshot(self) -> Mapping[str, str]:
        """All contents as of now; later edits do not show in it. Costs nothing until the next edit."""
        self._shared = True
        return MappingProxyType(self._contents)

    def tree_hash(self, over: Mapping[str, str] | None = None) -> str:
        """``tree_hash(self.snapshot())``, kept up to date edit by edit; with ``over`` laid on top."""
        if not over:
            return self._tree.value()
        return self._tree.value_with({path: content_hash(content) for path, content in over.items()})

    # ------------------------------------------------------------ judging

    def clean(self, raw: str) -> str:
        """The normalised path of a file that an agent may write. Raises ``PathRefused``."""
        return clean_path(raw, self._protected)

    def locate(self, raw: str) -> str:
        """The normalised path of a file to read, which need not exist. Raises ``PathRefused``."""
        return plain_path(raw)

    def check(self, path: str, content: str) -> None:
        """Return if this edit of a path from ``clean`` can be applied; else raise ``PathRefused``.

        Refused are a path that is a folder or lies under a file, a path that differs from a known one only in
        upper case or the like (``path``), and what exceeds the limits above (``limit``).
        """
        self._check_place(path)
        try:
            size = len(content.encode())
        except UnicodeEncodeError:
            raise PathRefused(
                "malformed",
                f"The content of {path} holds half characters that no file can store: leave them out.",
            ) from None
        if size > MAX_FILE_BYTES:
            raise PathRefused(
                "limit", f"The content of {path} has {size} bytes, more than {MAX_FILE_BYTES}: split it."
            )
        if path not in self._table and len(self._table) >= MAX_FILES:
            raise PathRefused("limit", f"The workspace has {MAX_FILES} files already: use one of them.")
        if self._bytes + size - self._size(path) > MAX_TREE_BYTES:
            raise PathRefused(
                "limit", f"The workspace would exceed {MAX_TREE_BYTES} bytes: make files smaller."
            )

    def _check_place(self, path: str) -> None:
        if path in self._table:
            return
        if path in self._folders:
            raise PathRefused("path", f"{path} is a folder: give the path of a file in it.")
        for part in (path, *_parents(path)):
            if part in self._table:
                raise PathRefused(
                    "path", f"{part} is a file, so {path} cannot be in it: choose another path."
                )
            known = self._spelling.get(folded(part))
            if known is not None and known != part:
                raise PathRefused(
                    "path",
                    f"{part} cannot stand beside {known} on every file system: use the known spelling.",
                )

    def _size(self, path: str) -> int:
        found = self._contents.get(path)
        return len(found.encode()) if found is not None else 0

    # ------------------------------------------------------------ writing

    def apply(
        self,
        path: str,
        content: str,
        author: str,
        round: int,  # noqa: A002 - its name
        token: int | None = None,
    ) -> FileVersion:
        """Make this the newest version of the file; ``check`` has passed it, the journal is told of it.

        ``token`` is the fencing token that the write comes under, null without locks. The file itself keeps
        the newest it has seen and takes nothing older, whatever a lock service says: raises ``Fenced``.
        """
        if token is not None:
            if token < (newest_seen := self._fences.get(path, 0)):
                raise Fenced(path, token, newest_seen)
            self._fences[path] = token
        newest = FileVersion(path, content, self.version(path) + 1, author, content_hash(content), round)
        self._put(newest)
        if self._opened:
            self._mirror.put(path, content)
        return newest

    def _put(self, file: FileVersion) -> None:
        path = file.path
        if self._shared:
            self._contents, self._shared = dict(self._contents), False
        self._bytes += len(file.content.encode()) - self._size(path)
        self._contents[path] = file.content
        self._table[path] = file
        self._tree.put(path, file.hash)
        for part in (path, *_parents(path)):
            self._spelling[folded(part)] = part
        self._folders.update(_parents(path))

    # ------------------------------------------------------------ the folder

    async def open(self) -> None:
        """Make the folder hold exactly the files of the table, and keep it so. Raises ``WorkspaceError``."""
        await self._mirror.reset(self.snapshot())
        self._opened = True

    def waiting(self) -> Mapping[str, str]:
        """The newest contents, as of now, that the folder lacks: for ``flush`` once they are recorded."""
        return self._mirror.waiting()

    async def flush(self, due: Mapping[str, str] | None = None) -> None:
        """Return when the folder holds every edit applied so far, or those of ``due`` (from ``waiting``).

        One that comes too soon after another leaves them to the next. Raises ``WorkspaceError`` (disk full,
        folder gone); no edit is lost: the next call tries again.
        """
        await self._mirror.flush(due)

    async def close(self, *, flush: bool = True) -> None:
        """Flush and free the thread. Raises ``WorkspaceError``. Without ``flush``, what waits is left out."""
        await self._mirror.close(flush=flush)


def _parents(path: str) -> tuple[str, ...]:
    """The folders above a path, innermost first."""
    parts = path.split("/")[:-1]
    return tuple("/".join(parts[:n]) for n in range(len(parts), 0, -1))
