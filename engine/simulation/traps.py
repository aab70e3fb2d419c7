"""Traps for whatever would make a simulated run depend on anything but its seed.

While a simulation runs, real time, chance that is not seeded, threads, processes, sockets, listings of
folders and process ids raise ``Forbidden`` in its thread. Other threads (of a test runner) are left alone,
and so is what the collector of garbage ends in this one: neither when nor what is the run's doing.
What cannot be trapped (order of sets, addresses of objects) is looked for by a test in the sources, and
found by running seeds twice under different hash seeds.
"""

from __future__ import annotations

import contextlib
import datetime
import gc
import os
import random
import secrets
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NoReturn

from engine.world.virtualloop import VirtualLoop


class Forbidden(BaseException):
    """A simulated run reached for the world outside. Not an ``Exception``, so that no handler hides it.

    Some handlers still would; so whatever was sprung is also told by the guard.
    """

    sprung: ClassVar[list[str]] = []

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.sprung.append(what)


_CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep")
_MORE_CLOCKS = ("process_time", "process_time_ns", "localtime", "gmtime", "ctime", "strftime")
_DRAWS = ("random", "randint", "randrange", "choice", "choices", "shuffle", "sample", "uniform", "gauss")
_MORE_DRAWS = ("getrandbits", "seed", "expovariate", "lognormvariate", "normalvariate", "_urandom")
_SECRETS = ("token_bytes", "token_hex", "token_urlsafe", "randbelow", "choice", "randbits")
_FILES = ("mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile", "TemporaryDirectory", "mktemp")
_SYSTEM = ("urandom", "getpid", "getppid", "fork", "system", "popen", "posix_spawn", "listdir", "scandir")

TRAPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (time, _CLOCKS + _MORE_CLOCKS),
    (random, _DRAWS + _MORE_DRAWS),
    (uuid, ("uuid1", "uuid4", "getnode")),
    (secrets, _SECRETS),
    (tempfile, _FILES),
    (os, _SYSTEM),
    (socket, ("socket", "create_connection", "socketpair", "getaddrinfo", "gethostname")),
    (subprocess, ("Popen",)),
    (threading.Thread, ("start",)),
)
"""What is trapped: owner and names."""


class SimulationLoop(VirtualLoop):
    """The virtual loop without threads: work outside the loop is an error."""

    def run_in_executor(
        self,
        executor: Any,  # noqa: ANN401 - whatever it is, it is refused
        func: Callable[..., object],
        *args: object,
    ) -> NoReturn:
        """Refuse."""
        raise Forbidden(f"a simulated run gave {func!r} to a thread")

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: object, context: object = None
    ) -> NoReturn:
        """Refuse."""
        raise Forbidden(f"something outside called {callback!r} into a simulated run")


class _NoDates(datetime.datetime):
    """Dates that were given are fine; dates of today are not."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> NoReturn:
        raise Forbidden("a simulated run asked for datetime.now")

    @classmethod
    def utcnow(cls) -> NoReturn:
        raise Forbidden("a simulated run asked for datetime.utcnow")

    @classmethod
    def today(cls) -> NoReturn:
        raise Forbidden("a simulated run asked for datetime.today")


class _Collector:
    """Whether the collector of garbage is at work in a thread. ``hear`` is for ``gc.callbacks``."""

    def __init__(self, thread: int) -> None:
        self.thread = thread
        self.works = False

    def hear(self, phase: str, _: dict[str, int]) -> None:
        """It begins (``start``) or has ended."""
        if threading.get_ident() == self.thread:
            self.works = phase == "start"


def _trap(owner: Any, name: str, original: Any, collector: _Collector) -> Callable[..., Any]:  # noqa: ANN401 - any
    here, thread = threading.get_ident, collector.thread
    where = getattr(owner, "__name__", str(owner))

    def trapped(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - as the original
        if here() == thread and not collector.works:
            raise Forbidden(f"a simulated run asked for {where}.{name}")
        return original(*args, **named)

    return trapped


@contextlib.contextmanager
def guard() -> Iterator[list[str]]:
    """Raise ``Forbidden`` in this thread for whatever is trapped, and yield what was. Not to be nested."""
    collector = _Collector(threading.get_ident())
    Forbidden.sprung.clear()
    kept: list[tuple[Any, str, Any]] = []
    gc.callbacks.append(collector.hear)
    try:
        for owner, names in TRAPS:
            for name in names:
                if (original := getattr(owner, name, None)) is not None:
                    kept.append((owner, name, original))
                    setattr(owner, name, _trap(owner, name, original, collector))
        kept.append((datetime, "datetime", datetime.datetime))
        datetime.datetime = _NoDates  # type: ignore[misc]  # that is the trap
        yield Forbidden.sprung
    finally:
        for owner, name, original in reversed(kept):
            setattr(owner, name, original)
        gc.callbacks.remove(collector.hear)
