"""Cells of a sweep on a Dask cluster: the extra ``distributed``; the workers share the folder of runs.

A worker that dies takes nothing with it: its cell is given to another one, which goes on from the journal.
"""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import TeamtopError, UsageError
from engine.sweeps.cells import Cell
from engine.sweeps.play import Result, failed, play

if TYPE_CHECKING:
    from distributed import Client
    from distributed import Future as Remote

CONNECT_SECONDS = 15
"""Until a scheduler has to have answered."""

RESULT_SECONDS = 600
"""Until a result has to be here: its worker may have died with it, and another one has to start and look."""

MARK = ".dask-"
"""How a file begins that workers look for, to see whether they share the folder."""

_ADDRESS = re.compile(r"(?:[a-z]{2,8}://)?[^\s/]{1,250}:\d{1,5}")

_one_at_a_time = threading.Lock()  # threads of a worker share a process, which plays one run


class Cluster:
    """A connection to a scheduler; ``width`` is how many cells its workers play at a time."""

    def __init__(self, client: Client, runs_dir: Path, retries: int) -> None:
        self._client = client
        self._place = str(runs_dir)
        self._retries = retries
        self._open: set[Remote] = set()

    @property
    def width(self) -> int:
        """One for each worker that is there now."""
        return len(self._client.nthreads())

    def submit(self, cell: Cell) -> Future[Result]:
        """Have a cell played by whichever worker is free; what goes wrong is a failed result."""
        told: Future[Result] = Future()
        key = f"{cell.run_id}-{secrets.token_hex(4)}"  # a cell that is asked for again is played again
        remote = self._client.submit(play_on_worker, cell, self._place, self._retries, key=key, pure=False)
        self._open.add(remote)

        def over(ended: Remote) -> None:
            self._open.discard(ended)
            try:
                result = ended.result(timeout=RESULT_SECONDS)
            except (Exception, CancelledError) as error:
                what = str(error).splitlines()[0][:160] if str(error) else ""
                why = f"The cluster did not play it to the end ({type(error).__name__}: {what})."
                result = failed(cell, Path(self._place), why)
            told.set_result(result)

        remote.add_done_callback(over)
        return told

    def drop(self) -> None:
        """Take back what has not begun; what is being played comes to its end on its worker, and is kept."""
        self._client.cancel(list(self._open), force=False)


def play_on_worker(cell: Cell, runs_dir: str, retries: int) -> Result:
    """``play`` in a thread of a Dask worker, with the worker's environment."""
    from engine.models.environment import environment

    with _one_at_a_time:
        return play(cell, Path(runs_dir), environment(), retries)


@contextlib.contextmanager
def connected(address: str, runs_dir: Path, retries: int) -> Iterator[Cluster]:
    """A cluster whose workers all see ``runs_dir``. Raises ``UsageError`` or ``TeamtopError``."""
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "--dask needs Dask: install teamtop with its extra, pip install 'teamtop[distributed]'."
        ) from None
    if _ADDRESS.fullmatch(address) is None:
        raise UsageError("--dask is the address of a scheduler, as in tcp://127.0.0.1:8786.")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told as results are
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        what = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise TeamtopError(
            f"No Dask scheduler answers at {address} ({what}): start one, or mend --dask."
        ) from None
    with client:
        _check(client, runs_dir, address)
        yield Cluster(client, runs_dir, retries)


def _check(client: Client, runs_dir: Path, address: str) -> None:
    """All workers have to see the folder: what they play is saved there."""
    if not client.nthreads():
        raise TeamtopError(f"The Dask cluster at {address} has no worker: start one: dask worker {address}.")
    mark = runs_dir / f"{MARK}{secrets.token_hex(8)}"
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError as error:
        raise TeamtopError(f"{runs_dir} cannot be written: {error.strerror or error}.") from None
    try:
        seen = client.run(_sees, str(mark))
    except Exception as error:  # whatever a worker raises comes here, its missing teamtop above all
        what = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise TeamtopError(f"A Dask worker cannot run teamtop ({what}): install it there.") from None
    finally:
        mark.unlink(missing_ok=True)
    blind = sorted(worker for worker, found in seen.items() if not found)
    if blind:
        raise TeamtopError(
            f"{len(blind)} of {len(seen)} Dask workers do not see {runs_dir} ({blind[0]}): name a folder "
            "that all share with --runs-dir."
        )


def _sees(path: str) -> bool:
    return Path(path).exists()
