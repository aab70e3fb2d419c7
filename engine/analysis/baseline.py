"""Finds the saved one-agent runs that a team is measured against.

A run counts if it is completed, undisturbed (no fault, no word from a person), unforked, and like the
team's in all that decides how long one agent takes: suite content, structure, model, strategy, completion
rule, tests mode and kind of clock. ``run.json`` decides first; only candidates' journals are read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.analysis.accounting import Account
from engine.analysis.laws import Baseline
from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record import journal
from engine.record.config import RunMeta
from engine.record.folder import RunFolder

JOURNALS_REMEMBERED = 512
"""Readings of journals kept in memory: a sweep asks about the same one-agent runs again and again."""

RUNS_REMEMBERED = 16_384
"""Runs of which is kept what they can be a baseline of: a sweep of thousands asks about all of them."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two runs must share for the one to be the other's baseline; ``model`` is that of every agent."""

    suite_hash: str
    structure: str
    model: str
    strategy: str
    completion: str
    tests: str
    clock: str


def likeness(subject: RunMeta | ev.RunStarted) -> Likeness | None:
    """Return what a baseline of ``subject`` must be like; null for a team of different models."""
    if isinstance(subject, RunMeta):
        config = subject.config
        models = set(config.team_models)
        source: RunMeta | ev.RunStarted = subject
        settings = (config.structure, config.strategy, config.completion, config.tests, config.clock)
    else:
        models = {agent.model for agent in subject.team}
        source = subject
        settings = (subject.structure, subject.strategy, subject.completion, subject.tests, subject.clock)
    if len(models) != 1:
        return None
    structure, strategy, completion, tests, clock = settings
    return Likeness(source.suite_hash, structure, models.pop(), strategy, completion, tests, clock)


def find(runs_dirs: Iterable[Path], subject: RunMeta | ev.RunStarted, run_id: str = "") -> Baseline | None:
    """Return the mean of the saved runs that ``subject`` is measured against, or null if there is none.

    ``runs_dirs`` are folders of run folders; those that cannot be read are passed over. The run itself
    (``run_id``) never counts: nothing is measured against itself.
    """
    wanted = likeness(subject)
    if wanted is None:
        return None
    own = subject.run_id if isinstance(subject, RunMeta) else run_id
    tracks = [(f.run_id, ran) for f in _candidates(runs_dirs, wanted, own) if (ran := track(f)) is not None]
    if not tracks:
        return None
    # Equal suites have equally many tasks; a forged run of another length must not break the means.
    length = min(len(ran.completion_seconds) for _, ran in tracks)
    run_ids = tuple(name for name, _ in tracks)
    count = len(tracks)
    tokens = [ran.tokens for _, ran in tracks if ran.tokens is not None]
    return Baseline(
        source="runs",
        label=f"run {run_ids[0]}" if count == 1 else f"mean of {count} one-agent runs",
        run_ids=run_ids,
        seconds=sum(ran.wall_seconds for _, ran in tracks) / count,
        completion_seconds=tuple(
            sum(ran.completion_seconds[k] for _, ran in tracks) / count for k in range(length)
        ),
        tokens=sum(tokens) / count if len(tokens) == count else None,
    )


@dataclass(frozen=True, slots=True)
class Track:
    """How a one-agent run went: wall time, the time of every completion, tokens (null: not all reported).

    Of an imported run that does not say which tasks were completed the times of completions are empty.
    """

    wall_seconds: float
    completion_seconds: tuple[float, ...]
    tokens: int | None


def accounts(runs_dirs: Iterable[Path], baseline: Baseline | None) -> list[Account]:
    """Return where the time of the baseline's runs went; empty for an estimated one or none."""
    found = []
    dirs = tuple(runs_dirs)
    for run_id in baseline.run_ids if baseline is not None else ():
        folder = next((f for d in dirs if (f := RunFolder(d / run_id)).exists()), None)
        try:
            kept = folder.events_path.stat() if folder is not None else None
        except OSError:
            continue
        if folder is not None and kept is not None:
            account = _account(folder.events_path, kept.st_size, kept.st_mtime_ns)
            found += [account] if account is not None else []
    return found


@lru_cache(maxsize=JOURNALS_REMEMBERED)
def _account(path: Path, size: int, mtime_ns: int) -> Account | None:  # as for ``_read``
    try:
        return Account.of(journal.read(path).events)
    except OSError:
        return None


def _candidates(runs_dirs: Iterable[Path], wanted: Likeness, own: str) -> Iterator[RunFolder]:
    seen: set[str] = set()
    for directory in runs_dirs:
        try:
            names = sorted(os.listdir(directory))  # noqa: PTH208 - a ``Path`` each of thousands takes longer
        except OSError:
            continue
        for name in names:
            if name == own or name in seen:
                continue
            path = f"{directory}/{name}"
            try:
                found = os.stat(f"{path}/run.json")  # noqa: PTH116 - as above
            except OSError:
                continue
            if stat.S_ISREG(found.st_mode) and _alone(path, found.st_size, found.st_mtime_ns) == wanted:
                seen.add(name)
                yield RunFolder(Path(path))


@lru_cache(maxsize=RUNS_REMEMBERED)
def _alone(path: str, size: int, mtime_ns: int) -> Likeness | None:  # as for ``_read``
    """What the run in that folder can be a baseline of; null if not of one agent, or not to be read."""
    try:
        meta = RunFolder(Path(path)).read_meta()
    except TeamtopError:
        return None
    config = meta.config
    alone = config.agents == 1 and meta.parent is None and not config.faults
    return likeness(meta) if alone else None


def track(folder: RunFolder) -> Track | None:
    """Return how a saved run went; null as for ``track_of``, or if its journal cannot be read whole."""
    try:
        kept = folder.events_path.stat()
    except OSError:
        return None
    return _read(folder.events_path, kept.st_size, kept.st_mtime_ns)


@lru_cache(maxsize=JOURNALS_REMEMBERED)
def _read(path: Path, size: int, mtime_ns: int) -> Track | None:  # size and time are part of the cache's key
    try:
        record = journal.read(path)
    except OSError:
        return None
    return None if record.damaged or record.newer else track_of(record.events)


def track_of(events: Sequence[ev.AnyEvent]) -> Track | None:
    """Return how the run went, or null if it does not count: disturbed, not ended, or with tasks open."""
    first_prompt: float | None = None
    total = 0
    done: dict[str, float] = {}
    tokens: int | None = 0
    for event in events:
        match event:
            case ev.RunStarted() if "tasks" in event.gaps:
                return _unnamed(events)
            case ev.RunStarted():
                total = len(event.tasks)
            case ev.TurnStarted() if first_prompt is None:
                first_prompt = event.ts
            case ev.Replied():
                known = event.input_tokens is not None and event.output_tokens is not None
                if tokens is not None:
                    tokens = (
                        tokens + (event.input_tokens or 0) + (event.output_tokens or 0) if known else None
                    )
            case ev.TaskCompleted():
                done.setdefault(event.task, event.ts)
            case _ if _disturbs(event):
                return None
            case ev.RunEnded():
                if event.outcome != "completed" or len(done) != total or first_prompt is None or not total:
                    return None
                times = tuple(sorted(ts - first_prompt for ts in done.values()))
                return Track(event.wall_seconds, times, tokens)
    return None


def undisturbed(folder: RunFolder) -> bool:
    """Whether a saved run went its own way as far as it went; not so if its journal cannot be read whole."""
    try:
        record = journal.read(folder.events_path)
    except OSError:
        return False
    return not (record.damaged or record.newer or any(map(_disturbs, record.events)))


def _disturbs(event: ev.AnyEvent) -> bool:
    """Whether it makes a run one that others are not measured by: a fault, a person, other work."""
    if isinstance(event, ev.MessageSent):
        return event.kind == "operator"
    return isinstance(
        event,
        ev.FaultStarted
        | ev.RunResumed
        | ev.TeamChanged
        | ev.AgentJoined
        | ev.AgentLeft
        | ev.TaskAdded
        | ev.DependencyAdded,
    )


def _unnamed(events: Sequence[ev.AnyEvent]) -> Track | None:
    """The track of an imported run that does not say which tasks were completed.

    Null if it was not completed, or if nobody knows how long it took.
    """
    end = next((event for event in reversed(events) if isinstance(event, ev.RunEnded)), None)
    if end is None or end.outcome != "completed" or not end.wall_seconds:
        return None
    counted = end.input_tokens is not None and end.output_tokens is not None
    tokens = (end.input_tokens or 0) + (end.output_tokens or 0) if counted else None
    return Track(end.wall_seconds, (), tokens)
