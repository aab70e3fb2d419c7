"""Pools of processes that work for this one and do not outlive it, however it ends."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

COLLECTIONS = (100_000, 50, 50)
"""When garbage is collected: rarely, for a run makes much that lives for seconds and little that is circular.
A tenth of the time of a sweep is saved.
"""


def pool(
    width: int, begin: Callable[..., None] | None = None, given: tuple[Any, ...] = ()
) -> ProcessPoolExecutor:
    """Return a pool of up to ``width`` spawned processes; each calls ``begin(*given)`` first.

    They do not hear of Ctrl+C, which is their parent's, and end at once when it is killed.
    """
    return ProcessPoolExecutor(
        width, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(begin, given)
    )


def end(workers: ProcessPoolExecutor, *, at_once: bool) -> None:
    """Let the processes go: as soon as they are idle, or, ``at_once``, by killing them at what they do.

    Returns when they are gone: a pool that is still ending while the interpreter does may end in a traceback.
    """
    if at_once:
        for process in list((workers._processes or {}).values()):
            process.kill()
    workers.shutdown(wait=True, cancel_futures=True)


def _begin(begin: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # there is a process for every core
    gc.set_threshold(*COLLECTIONS)
    threading.Thread(target=_follow, daemon=True).start()
    if begin is not None:
        begin(*given)


def _follow() -> None:
    """A process of a pool that has lost its parent would wait for work for ever: both ends of its pipe are
    its own.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
