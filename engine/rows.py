"""A saved run as lists show it: described cheaply, from ``run.json`` and a summary or the journal's ends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import msgspec

from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record.codec import BadRecord, NewerSchema, decode
from engine.record.config import Imported, RunMeta
from engine.record.folder import RunFolder

TAIL_BYTES = 64 << 10
"""Read from the end of a journal that has no fresh summary: the last events, unless one of them is huge."""

RunStatus: TypeAlias = Literal["completed", "ended", "running", "broken off", "problem"]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as a list shows it; null where it is not known. ``problem`` is "" or a sentence.

    ``created`` is ISO 8601; ``wall_seconds`` run-clock seconds; ``tokens`` input and output together, as far
    as they were reported. ``source`` says where an imported run is from. Texts are raw.
    """

    folder: RunFolder
    sample: bool = False
    problem: str = ""
    status: RunStatus = "problem"
    created: str = ""
    suite: str = ""
    structure: str = ""
    agents: int | None = None
    strategy: str = ""
    model: str = ""
    seed: int | None = None
    tasks_done: int | None = None
    tasks_total: int | None = None
    rounds: int | None = None
    wall_seconds: float | None = None
    speedup: float | None = None
    verified: bool | None = None
    tokens: int | None = None
    cost_usd: float | None = None
    parent: str = ""
    source: str = ""

    @property
    def run_id(self) -> str:
        """Name of the run: that of its folder."""
        return self.folder.run_id

    def matches(self, words: str) -> bool:
        """Whether each of the words stands somewhere in what the row says (case does not matter)."""
        texts = (
            self.run_id,
            self.suite,
            self.structure,
            self.strategy,
            self.model,
            self.status,
            self.problem,
        )
        text = " ".join((*texts, "sample" if self.sample else "")).casefold()
        return all(word in text for word in words.casefold().split())


def describe(folder: RunFolder, *, sample: bool = False) -> RunRow:
    """Return the row of a run. Whatever is wrong with the folder is said in the row; nothing is raised."""
    try:
        return _described(folder, folder.read_meta(), sample)
    except TeamtopError as error:
        return RunRow(folder, sample, str(error))
    except OSError as error:
        return RunRow(folder, sample, f"{folder.path} holds no journal to read: {error.strerror or error}.")


class _Summary(msgspec.Struct):
    """What a list needs of ``summary.json``; ``journal_bytes`` tells whether it is still true."""

    status: str = ""
    tasks_done: int = 0
    tasks_total: int = 0
    rounds: int = 0
    wall_seconds: float | None = None
    speedup: float | None = None
    verified: bool | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    journal_bytes: int = -1


@dataclass(slots=True)
class _Ends:
    """What the first line and the last ones of a journal say."""

    tasks_total: int | None = None
    rounds: int | None = None
    tasks_done: int = 0
    ended: ev.RunEnded | None = None
    verified: bool | None = None
    problem: str = ""


def _described(folder: RunFolder, meta: RunMeta, sample: bool) -> RunRow:
    if meta.imported is not None:
        return _imported(folder, meta, meta.imported)
    config = meta.config
    size = folder.events_path.stat().st_size
    summary = _summary(folder)
    if summary is not None and summary.journal_bytes == size and summary.status in {"completed", "ended"}:
        status: RunStatus = "completed" if summary.status == "completed" else "ended"
        done, total, rounds = summary.tasks_done, summary.tasks_total, summary.rounds
        wall, verified, problem = summary.wall_seconds, summary.verified, ""
        speedup, cost = summary.speedup, summary.cost_usd
        tokens: int | None = summary.input_tokens + summary.output_tokens
    else:
        ends = _ends(folder, size)
        status = _status(folder, ends)
        done, total, rounds = ends.tasks_done, ends.tasks_total or 0, ends.rounds or 0
        wall = ends.ended.wall_seconds if ends.ended else None
        verified, problem = ends.verified, ends.problem
        speedup, cost, tokens = None, None, None
    return RunRow(
        folder=folder,
        sample=sample,
        problem=problem,
        status=status,
        created=meta.created,
        suite=config.suite,
        structure=config.structure,
        agents=config.agents,
        strategy=config.strategy,
        model=" + ".join(dict.fromkeys([config.model, *config.models.values()])),
        seed=config.seed,
        tasks_done=done,
        tasks_total=total or None,
        rounds=rounds,
        wall_seconds=wall,
        speedup=speedup,
        verified=verified,
        tokens=tokens,
        cost_usd=cost,
        parent=meta.parent.run_id if meta.parent else "",
    )


def _imported(folder: RunFolder, meta: RunMeta, imported: Imported) -> RunRow:
    """Its ``run.json`` says all; the journal is only looked for."""
    folder.events_path.stat()
    config = meta.config
    return RunRow(
        folder=folder,
        status="completed" if imported.completed else "ended",
        created=meta.created,
        suite=config.suite,
        structure=config.structure,
        agents=config.agents,
        strategy=config.strategy,
        model=config.model,
        tasks_done=imported.tasks if imported.completed else None,
        tasks_total=imported.tasks,
        rounds=imported.rounds,
        wall_seconds=imported.wall_seconds,
        tokens=imported.tokens,
        source=imported.source,
    )


def with_speedups(rows: Sequence[RunRow]) -> list[RunRow]:
    """Give imported runs their speedup: it needs the others, and no summary of theirs holds it.

    As in reports: the mean wall time of the other completed one-agent runs of the same source, suite,
    structure, strategy and model, over the run's own.
    """
    alone: dict[tuple[str, ...], list[float]] = {}
    for row in rows:
        if row.source and row.agents == 1 and row.status == "completed" and row.wall_seconds:
            alone.setdefault(_cell(row), []).append(row.wall_seconds)
    return [replace(row, speedup=_speedup(row, alone)) if row.source else row for row in rows]


def _cell(row: RunRow) -> tuple[str, ...]:
    return row.source, row.suite, row.structure, row.strategy, row.model


def _speedup(row: RunRow, alone: dict[tuple[str, ...], list[float]]) -> float | None:
    walls = list(alone.get(_cell(row), ()))
    if row.status != "completed" or not row.wall_seconds:
        return None
    if row.agents == 1 and row.wall_seconds in walls:
        walls.remove(row.wall_seconds)  # nothing is measured against itself
    return math.fsum(walls) / len(walls) / row.wall_seconds if walls else None


def _status(folder: RunFolder, ends: _Ends) -> RunStatus:
    if ends.ended is not None:
        return "completed" if ends.ended.outcome == "completed" else "ended"
    if folder.alive() is not None:
        return "running"
    return "problem" if ends.problem else "broken off"


def _summary(folder: RunFolder) -> _Summary | None:
    try:
        return msgspec.json.decode(folder.summary_path.read_bytes(), type=_Summary)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _ends(folder: RunFolder, size: int) -> _Ends:
    ends = _Ends()
    with folder.events_path.open("rb") as file:
        first = file.readline()
        # Lines cannot hold raw newlines, so this counts events and never text that looks like one.
        ends.tasks_done = _count(file, b'\n{"type":"task_completed",')
        file.seek(max(0, size - TAIL_BYTES))
        last = file.read(TAIL_BYTES).split(b"\n")
    try:
        started = decode(first)
    except NewerSchema:
        ends.problem = "It was recorded by a newer teamtop; update to open it."
        return ends
    except BadRecord:
        ends.problem = "Its journal is empty or damaged at the start; nothing of it can be shown."
        return ends
    if isinstance(started, ev.RunStarted):
        ends.tasks_total = len(started.tasks)
    for line in last:
        try:
            event = decode(line)
        except (BadRecord, NewerSchema):
            continue  # the cut of the tail, or a torn last line
        ends.rounds = event.round
        if isinstance(event, ev.RunResumed):
            ends.ended, ends.verified = None, None
        elif isinstance(event, ev.RunEnded):
            ends.ended = event
        elif isinstance(event, ev.RunVerified):
            ends.verified = event.verdict == "passed"
    return ends


def _count(file: Iterable[bytes], mark: bytes) -> int:
    return sum((b"\n" + line).startswith(mark) for line in file)
