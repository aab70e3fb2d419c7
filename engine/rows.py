"""A saved run as lists show it: described cheaply, from ``run.json``, some lines of the journal, a summary.

Every line's check is looked at, so that a list never shows numbers of a journal that is damaged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import msgspec

from engine import runnotes
from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record.codec import BadRecord, NewerSchema, decode, intact
from engine.record.config import Imported, RunMeta
from engine.record.files import open_regular, read_bounded
from engine.record.folder import RunFolder
from engine.record.journal import LINE_MAX
from engine.record.shape import mix

SUMMARY_MAX = 64 << 20
"""Bytes of a ``summary.json`` that are read: that of 2,000 tasks and 100 agents has 2 MB."""

RunStatus: TypeAlias = Literal["completed", "ended", "running", "broken off", "problem"]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as a list shows it; null where it is not known. ``problem`` is "" or a sentence.

    ``created`` is ISO 8601; ``wall_seconds`` run-clock seconds; ``tokens`` input and output together, as far
    as they were reported. ``outcome`` is that of the run's end, "" without one. ``source`` says where an
    imported run is from; ``tags`` and ``note`` are what people wrote on it; ``space_bytes`` is what it takes
    on the disk, if it was measured. Texts are raw.
    """

    folder: RunFolder
    sample: bool = False
    problem: str = ""
    status: RunStatus = "problem"
    outcome: str = ""
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
    tags: tuple[str, ...] = ()
    note: str = ""
    space_bytes: int | None = None

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
            self.note,
            *(f"#{tag}" for tag in self.tags),
        )
        text = " ".join((*texts, "sample" if self.sample else "")).casefold()
        return all(word in text for word in words.casefold().split())


def describe(folder: RunFolder, *, sample: bool = False) -> RunRow:
    """Return the row of a run. Whatever is wrong with the folder is said in the row; nothing is raised."""
    try:
        row = _described(folder, folder.read_meta(), sample)
        notes = runnotes.read(folder)
        return row if notes == runnotes.NONE else replace(row, tags=notes.tags, note=notes.note)
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
    damage: str = ""


def _described(folder: RunFolder, meta: RunMeta, sample: bool) -> RunRow:
    if meta.imported is not None:
        return _imported(folder, meta, meta.imported)
    config = meta.config
    size = folder.events_path.stat().st_size
    summary, ends = _summary(folder), _ends(folder)
    if summary is not None and _believed(summary, ends, size):
        status: RunStatus = "completed" if summary.status == "completed" else "ended"
        done, total, rounds = summary.tasks_done, summary.tasks_total, summary.rounds
        wall, verified, problem = summary.wall_seconds, summary.verified, ""
        speedup, cost = summary.speedup, summary.cost_usd
        tokens: int | None = summary.input_tokens + summary.output_tokens
    else:
        status = _status(folder, ends)
        done, total, rounds = ends.tasks_done, ends.tasks_total or 0, ends.rounds or 0
        wall = ends.ended.wall_seconds if ends.ended else None
        verified, problem = ends.verified, ends.problem or ends.damage
        speedup, cost, tokens = None, None, None
    return RunRow(
        folder=folder,
        sample=sample,
        problem=problem,
        status=status,
        outcome=ends.ended.outcome if ends.ended else "",
        created=meta.created,
        suite=config.suite,
        structure=config.structure,
        agents=config.agents,
        strategy=config.strategy,
        model=mix(config.team_models),
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
        return msgspec.json.decode(read_bounded(folder.summary_path, SUMMARY_MAX), type=_Summary)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _ends(folder: RunFolder) -> _Ends:
    """Read what a list needs; every line's check is looked at, few are decoded."""
    ends = _Ends()
    done: set[str] = set()
    last = b""
    with open_regular(folder.events_path) as file:
        for number, line in enumerate(iter(lambda: file.readline(LINE_MAX), b""), 1):
            if not intact(line):
                if file.read(1):  # more comes after it: no torn end
                    ends.damage = f"Line {number} of its journal is damaged; shown is what stands before it."
                break
            if number == 1 or line.startswith(_TELLING):
                _take(ends, done, line)
                if ends.problem:
                    return ends
            last = line
    if not last:
        ends.problem = "Its journal is empty or damaged at the start; nothing of it can be shown."
        return ends
    try:
        ends.rounds = decode(last).round
    except (BadRecord, NewerSchema):
        ends.rounds = None
    ends.tasks_done = len(done)
    return ends


_TELLING = tuple(
    b'{"type":"%b",' % kind for kind in (b"task_completed", b"run_resumed", b"run_ended", b"run_verified")
)
"""How lines begin that a list reads."""


def _take(ends: _Ends, done: set[str], line: bytes) -> None:
    try:
        event = decode(line)
    except NewerSchema:
        ends.problem = "It was recorded by a newer teamtop; update to open it."
        return
    except BadRecord:
        ends.problem = "Its journal holds lines that are no events; `teamtop check` names the first."
        return
    match event:
        case ev.RunStarted():
            ends.tasks_total = len(event.tasks)
        case ev.TaskCompleted():
            done.add(event.task)
        case ev.RunResumed():
            ends.ended, ends.verified = None, None
        case ev.RunEnded():
            ends.ended = event
        case ev.RunVerified():
            ends.verified = event.verdict == "passed"


def _believed(summary: _Summary | None, ends: _Ends, size: int) -> bool:
    """Whether a kept summary is of this journal and says what can be."""
    if summary is None or summary.journal_bytes != size or summary.status not in {"completed", "ended"}:
        return False
    if ends.damage or ends.ended is None:
        return False
    same = (summary.tasks_done, summary.tasks_total, summary.rounds) == (
        ends.tasks_done,
        ends.tasks_total,
        ends.rounds,
    ) and (summary.wall_seconds, summary.verified) == (ends.ended.wall_seconds, ends.verified)
    numbers = (summary.speedup or 0.0, summary.cost_usd or 0.0, summary.input_tokens, summary.output_tokens)
    return same and all(math.isfinite(number) and number >= 0 for number in numbers)
