"""The folder of a run: where each file stands, who holds it, what its ``run.json`` says."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import msgspec
import portalocker

from engine.errors import TeamtopError
from engine.record import sockets
from engine.record.config import META_SCHEMA, RunMeta
from engine.record.files import read_bounded, write_whole

META_MAX = 16 << 20
"""Bytes of a ``run.json`` that are read: one with a fault plan of the greatest length has some 2 MB."""


PROBE_SECONDS = 0.5
"""How long ``run.lock`` is waited for: whoever looks whether an engine runs has it for a moment."""

HEIR_SECONDS = 10.0
"""The same if its holder is gone: a program that was just being started has it until that has begun."""


class _Schema(msgspec.Struct):
    schema: int = 0


class RunFolder:
    """``runs/<run-id>/``. Reading needs no lock; the engine holds ``run.lock`` for its life."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run_id = path.name
        self.meta_path = path / "run.json"
        self.events_path = path / "events.jsonl"
        self.fork_path = path / "fork.json"
        self.summary_path = path / "summary.json"
        self.notes_path = path / "notes.json"
        self.partial_path = path / "partial.json"
        self.log_path = path / "engine.log"
        self.lock_path = path / "run.lock"
        self.repo = path / "repo"
        self.locks = path / "locks"

    @property
    def socket_path(self) -> Path:
        """The control socket; beside the folder's own files unless that path is too long for a socket."""
        path = self.path.resolve() / "control.sock"
        if len(os.fsencode(path)) <= sockets.PATH_MAX:
            return path
        name = hashlib.sha256(os.fsencode(path)).hexdigest()[:24]
        return sockets.temporary() / f"teamtop-{os.getuid()}-{name}.sock"

    def exists(self) -> bool:
        """Whether this looks like the folder of a run."""
        return self.meta_path.is_file()

    def read_meta(self) -> RunMeta:
        """Return ``run.json``. Raises ``TeamtopError`` with what is wrong and what can still be read."""
        try:
            raw = read_bounded(self.meta_path, META_MAX)
        except FileNotFoundError:
            if self.events_path.is_file():
                raise TeamtopError(
                    f"{self.path} has no run.json, which says what the run was asked to be (suite, models, "
                    "fault plan): it can be reported, replayed and checked, but nothing can go on from it."
                ) from None
            raise TeamtopError(
                f"{self.path} is not the folder of a run: it has no run.json; "
                "`teamtop list` shows saved runs."
            ) from None
        except OSError as error:
            raise TeamtopError(f"{self.meta_path} cannot be read: {error.strerror or error}.") from None
        try:
            schema = msgspec.json.decode(raw, type=_Schema).schema
            if schema > META_SCHEMA:
                raise TeamtopError(
                    f"{self.meta_path} has schema {schema}, newer than {META_SCHEMA}: update teamtop to "
                    "open it; its events.jsonl can still be read line by line."
                )
            return msgspec.json.decode(raw, type=RunMeta)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise TeamtopError(
                f"{self.meta_path} is damaged ({error}); its events.jsonl may still be whole: "
                f"`teamtop watch {self.events_path}` shows it."
            ) from None

    def write_meta(self, meta: RunMeta) -> None:
        """Write ``run.json`` whole or not at all. Raises ``TeamtopError``."""
        text = msgspec.json.format(msgspec.json.encode(meta), indent=2)
        try:
            write_whole(self.meta_path, text + b"\n")
        except OSError as error:  # the disk is full, or somebody has deleted the folder of a run that goes on
            raise TeamtopError(f"{self.meta_path} cannot be written: {error.strerror or error}.") from None

    def hold(self) -> portalocker.Lock:
        """Take ``run.lock`` for this process. Raises ``TeamtopError`` naming the pid that has it, or a link.

        The file is never deleted: a lock on an unlinked file would exclude nobody.
        """
        self._refuse_links(self.lock_path)
        began = time.monotonic()
        while True:
            lock = portalocker.Lock(self.lock_path, mode="a+", timeout=0, fail_when_locked=True)
            try:
                file = lock.acquire()
                break
            except portalocker.LockException:
                pid = self._pid()
                if time.monotonic() - began >= (PROBE_SECONDS if _is_there(pid) else HEIR_SECONDS):
                    raise TeamtopError(
                        f"run {self.run_id} is in use by process {pid or 'unknown'}; stop it first."
                    ) from None
                time.sleep(0.01)
            except OSError as error:
                raise TeamtopError(f"{self.lock_path} cannot be locked: {error.strerror or error}.") from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        return lock

    def refuse_links(self) -> None:
        """Raise ``TeamtopError`` if a link stands where an engine writes: it may lead anywhere."""
        self._refuse_links(self.lock_path, self.events_path, self.log_path, self.locks, self.repo)

    def _refuse_links(self, *paths: Path) -> None:
        for path in paths:
            if path.is_symlink():
                raise TeamtopError(f"{path} is a link, and nothing is written through it: put a copy there.")

    def alive(self) -> int | None:
        """Pid of the engine that holds ``run.lock``, or null if no engine runs."""
        if not self.lock_path.exists():
            return None
        probe = portalocker.Lock(self.lock_path, mode="a+", timeout=0, fail_when_locked=True)
        try:
            probe.acquire()
        except portalocker.LockException:
            return self._pid() or -1
        except OSError:
            return None
        probe.release()
        return None

    def _pid(self) -> int | None:
        try:
            return int(self.lock_path.read_text())
        except (OSError, ValueError):
            return None


def _is_there(pid: int | None) -> bool:
    """Whether such a process is on this machine; one that nobody knows is not."""
    if pid is None or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass  # it is there, and somebody else's
    return True
