"""Before a run goes on: whether it can, where its journal ends, and under which settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from engine.errors import TeamtopError, UsageError
from engine.record.config import RunConfig
from engine.record.events import Event, Limits
from engine.record.folder import RunFolder
from engine.record.journal import Journal, read
from engine.record.limits import FIELDS, changed
from engine.record.state import RunState
from engine.setup import Prepared, refuse_imported, reopen
from engine.team.limits import Spending


def history(folder: RunFolder) -> Journal:
    """Return all that the journal holds, and cut a torn or invalid last record off the file.

    A run that has not begun has an empty one. Hold ``run.lock``. Raises ``TeamtopError`` if the record is
    damaged before its end or newer than this program: nothing may be appended to it then.
    """
    path = folder.events_path
    try:
        record = read(path)
        if record.damaged or record.newer:
            raise TeamtopError(f"{path} cannot be gone on with: {record.note}")
        if path.stat().st_size > record.valid_bytes:
            os.truncate(path, record.valid_bytes)
    except FileNotFoundError:
        return Journal([], "", False, False, 0)
    except OSError as error:
        raise TeamtopError(f"{path} cannot be read and mended: {error.strerror or error}.") from None
    return record


def look(folder: RunFolder) -> Journal:
    """As ``history``, for a run that no engine holds. Raises ``TeamtopError`` that names the pid of one.

    Raises ``UsageError`` for an imported run: no engine of ours can go on with it.
    """
    refuse_imported(folder)
    folder.refuse_links()
    lock = folder.hold()
    try:
        return history(folder)
    finally:
        lock.release()


def over(state: RunState) -> bool:
    """Whether there is nothing left to do: every task is done and the closing tests were run."""
    return state.run.outcome == "completed" and state.run.verified is not None


def prepare(
    folder: RunFolder,
    state: RunState,
    events: Iterable[Event],
    *,
    speed: float | None,
    max_rounds: int | None,
    limits: Mapping[str, float | None] | None = None,
    environ: Mapping[str, str],
) -> Prepared:
    """Check that the run can go on from ``state``, after ``events``; changed settings go to ``run.json``.

    ``limits`` are those that are changed, by field; null takes one away.

    Raises ``UsageError`` or ``TeamtopError`` with a sentence.
    """
    meta = folder.read_meta()
    config = _changed(meta.config, speed, max_rounds)
    config = replace(config, limits=_limits(folder, events, limits or {}))
    if not state.completed and state.round >= config.max_rounds:
        raise UsageError(
            f"{folder.run_id} has played {state.round} rounds of {config.max_rounds}: "
            f"raise the limit with --max-rounds."
        )
    prepared = reopen(folder.path, environ, config)
    if config != meta.config:
        folder.write_meta(prepared.meta)
    return prepared


def _changed(config: RunConfig, speed: float | None, max_rounds: int | None) -> RunConfig:
    if speed is not None:
        config = replace(
            config, speed=speed, clock="virtual" if speed == 0 else "wall" if speed == 1 else "scaled"
        )
    return config if max_rounds is None else replace(config, max_rounds=max_rounds)


def _limits(folder: RunFolder, events: Iterable[Event], changes: Mapping[str, float | None]) -> Limits:
    """The limits from here on. Raises ``UsageError`` if the run has used up what they allow."""
    spending = Spending()
    ts = 0.0
    for event in events:
        spending.apply(event)
        ts = event.ts
    try:
        spending.limits = changed(spending.limits, changes)
    except ValueError as error:
        raise UsageError(str(error)) from None
    over = next(spending.over(ts), None)
    if over is not None:
        said, flag = str(over), f"--limit-{FIELDS[over.limit]}"
        raise UsageError(f"{folder.run_id}: {said}; raise it with {flag}, or take it away with {flag} none.")
    return spending.limits
