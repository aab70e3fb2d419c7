"""Saves what a feed gives as a run in the runs folder: a journal and a ``run.json``."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import TeamtopError
from engine.interop.feed import Feed
from engine.record import events as ev
from engine.record.codec import encode
from engine.record.config import Imported, RunConfig, RunMeta
from engine.record.folder import RunFolder
from engine.record.state import RunState
from engine.setup import make_folder, teamtop_version

EPOCH_MIN = 10**8
"""A clock that reads less counts no seconds since 1970 (in 1973 nobody led a team of models)."""


def save(feed: Feed, runs_dir: Path, run_id: str = "") -> RunFolder:
    """Read the feed to its end and write the run.

    The folder is ``run_id``, or named for the source, the time and the run. Raises ``TeamtopError`` if there
    is nothing in it that can be read, if the id is taken or no name for a folder, or if it cannot be
    written; then nothing is left behind.
    """
    state = RunState(shown=False)
    events: list[ev.Event] = []
    while batch := feed.poll():
        events += batch
    events += feed.finish("Its record stops here.")
    if not events or feed.assembler is None or not isinstance(events[0], ev.RunStarted):
        why = feed.tally.note
        raise TeamtopError(f"{feed.reader.name} holds no line that can be read{f': {why}' if why else '.'}")
    for event in events:
        state.apply(event)
    began = feed.assembler.zero if (feed.assembler.zero or 0) >= EPOCH_MIN else None
    folder = make_folder(runs_dir, run_id or name_of(feed, began))
    try:
        folder.events_path.write_bytes(b"".join(map(encode, events)))
        folder.write_meta(_meta(folder, feed, events, state, began))
    except (OSError, TeamtopError) as error:
        shutil.rmtree(folder.path, ignore_errors=True)
        if isinstance(error, TeamtopError):
            raise
        raise TeamtopError(
            f"{error.filename or folder.path} cannot be written: {error.strerror or error}."
        ) from None
    return folder


def name_of(feed: Feed, began: float | None) -> str:
    """The name of the run's folder: ``<source>-<when>-<name>``."""
    when = "" if began is None else f"{datetime.fromtimestamp(began, UTC):%Y%m%d-%H%M%S}"
    words = (feed.reader.source, when, feed.reader.name)
    plain = (re.sub(r"[^A-Za-z0-9.]+", "-", word).strip("-.")[:40] for word in words)
    return "-".join(word for word in plain if word)


def _team(events: Sequence[ev.Event]) -> dict[str, ev.AgentSpec]:
    """Everybody who was ever in the team."""
    team: dict[str, ev.AgentSpec] = {}
    for event in events:
        if isinstance(event, ev.RunStarted):
            team |= {spec.name: spec for spec in event.team}
        elif isinstance(event, ev.AgentJoined):
            team[event.agent] = ev.AgentSpec(name=event.agent, role=event.role, model=event.model)
    return team


def _meta(
    folder: RunFolder,
    feed: Feed,
    events: Sequence[ev.Event],
    state: RunState,
    began: float | None,
) -> RunMeta:
    start, team = events[0], _team(events)
    assert isinstance(start, ev.RunStarted)
    models = {agent.model for agent in team.values()} or {"unknown"}
    config = RunConfig(
        suite=start.suite,
        structure="",
        agents=sum(agent.role == "developer" for agent in team.values()),
        strategy=start.strategy,
        model=models.pop() if len(models) == 1 else "mixed",
        seed=0,
        speed=1.0,
        clock="wall",
        max_rounds=0,
        locks=start.locks,
    )
    return RunMeta(
        run_id=folder.run_id,
        created="" if began is None else datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
        teamtop=teamtop_version(),
        python="unknown",
        config=config,
        suite_hash=start.suite_hash,
        sandbox="unknown",
        imported=Imported(
            source=feed.reader.source,
            name=feed.reader.name,
            tasks=state.board.total,
            completed=state.completed,
            rounds=None if "rounds" in start.gaps else state.round,
            wall_seconds=state.run.wall_seconds,
            tokens=state.tokens,
            recorded={},
        ),
    )
