"""Forks: a run lives again from one of its barriers, as it was or with something changed.

A fork is a run whose journal begins with a copy of its parent's, up to the last barrier at or before the
fork point at which nothing was in flight, so that the past can be rebuilt exactly (where agents run ahead,
that may be the start of the run). From there to the fork point, and on until something differs, the parent's
course is had again: simulated models answer as they did because they are functions of seed and request, real
ones are asked only for what the parent has no reply to. What people did to the parent is done again at its
time. All of that stands in ``fork.json``, so that the fork needs its parent no more.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from engine import brought, control
from engine.deeds import Deed, commanded, deeds_of
from engine.errors import TeamtopError, UsageError
from engine.faults.plan import TRIGGERS, Planned
from engine.models.rerun import Recorded
from engine.record import events as ev
from engine.record.config import Parent, RunConfig, RunMeta
from engine.record.files import open_regular
from engine.record.folder import RunFolder
from engine.record.journal import append_all, saved
from engine.record.shape import Shape
from engine.setup import Prepared, check, make_folder, refuse_imported, teamtop_version
from engine.teamchange import UNCHANGED, Former, TeamChange, former_team


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """``fork.json``: how the fork goes on after the ``prefix`` events that it shares with its parent.

    ``left_out`` are entries of the fault plan (from 1) that do not strike; ``replies`` are those of real
    models after the prefix, by digest of the request; ``former`` is set if the team is changed at some point;
    ``without`` is the event of the parent that was left out. ``rerun`` holds what requests of each agent
    brought, for a run that asks no model.
    """

    prefix: int
    deeds: tuple[Deed, ...] = ()
    left_out: tuple[int, ...] = ()
    replies: dict[str, ev.Replied] = {}
    former: Former | None = None
    without: int | None = None
    rerun: dict[str, tuple[Recorded, ...]] = {}

    def pending(self, seq: int, ts: float) -> list[Deed]:
        """What is still to be done in a journal of ``seq`` events that ends at ``ts``."""
        if seq == self.prefix:
            return list(self.deeds)
        return [
            deed
            for deed in self.deeds
            if (deed.ts is not None and deed.ts > ts) or (deed.after is not None and deed.after > seq)
        ]


def script(folder: RunFolder) -> Script | None:
    """The script of a fork; null for a run of its own. Raises ``TeamtopError`` if it is damaged."""
    try:
        with open_regular(folder.fork_path) as file:
            return msgspec.json.decode(file.read(), type=Script)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TeamtopError(f"{folder.fork_path} cannot be read ({error}); fork again.") from None


def prepare(
    parent: RunFolder,
    place: Callable[[Sequence[ev.AnyEvent]], int],
    *,
    runs_dir: Path,
    run_id: str,
    faults: Iterable[control.AnyCommand] = (),
    without: int | None = None,
    team: TeamChange = UNCHANGED,
    speed: float | None = None,
    seed: int | None = None,
    replies: Literal["", "strict", "lenient"] = "",
    environ: Mapping[str, str],
) -> Prepared:
    """Make the folder of a fork of ``parent`` at the event that ``place`` names (0: the start).

    ``faults`` strike right after that event; the event ``without`` (a person's act or a planned fault) is
    left out; ``team`` goes on from there under another strategy or with other models; another ``seed`` draws
    everything after the barrier anew; with ``replies`` no model is asked, but what stands in the record is
    given. Raises ``UsageError``, ``TeamtopError``.
    """
    refuse_imported(parent)
    meta = parent.read_meta()
    events = _history(parent)
    at = place(events)
    if not 0 <= at <= len(events):
        raise UsageError(f"{parent.run_id} has {len(events)} events; fork it at one of them, not at {at}.")
    prefix = _rest(events[:at])
    config = replace(_config(meta.config, speed, seed, team), replies=replies)
    told = script(parent)
    former = former_team(told.former if told else None, meta.config, team, events, prefix=prefix, at=at)
    suite, start, plan = check(config, environ)
    if suite.content_hash != meta.suite_hash:
        raise TeamtopError(
            f"The suite {config.suite} is not what it was when {meta.run_id} began; its run cannot be forked."
        )
    left_out = _left_out(events, without, prefix, plan)
    exact = meta.config.clock == config.clock == "virtual"
    deeds = (
        *deeds_of(events, prefix, without, exact=exact),
        *(Deed(command=fault, after=at) for fault in faults),
    )
    recorded = {} if replies else brought.replies(events[prefix:], start.team, events)
    folder = make_folder(runs_dir, run_id)
    meta = RunMeta(
        run_id=run_id,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        teamtop=teamtop_version(),
        python=platform.python_version(),
        config=config,
        suite_hash=suite.content_hash,
        parent=Parent(run_id=parent.run_id, seq=at),
    )
    text = Script(
        prefix=prefix,
        deeds=deeds,
        left_out=left_out,
        replies=recorded,
        former=former,
        without=without,
        rerun=brought.requests(events[prefix:]) if replies else {},
    )
    try:
        folder.write_meta(meta)
        folder.fork_path.write_bytes(msgspec.json.format(msgspec.json.encode(text), indent=2) + b"\n")
        if prefix:
            append_all(folder.events_path, list(events[:prefix]))
    except OSError as error:
        raise TeamtopError(f"{folder.path} cannot be written: {error.strerror or error}.") from None
    return Prepared(folder, meta, suite, start, plan)


def _rest(events: Iterable[ev.AnyEvent]) -> int:
    """The seq of the last place of rest; 0 if there is none."""
    return max(rests(events), default=0)


def rests(events: Iterable[ev.AnyEvent]) -> Iterator[int]:
    """Seqs from which a run can be had again: barriers at which no turn was open, and no agent was silent
    with a reply in its hands that it sends when it is back, for no event holds that reply."""
    open_: set[int] = set()
    withheld: set[str] = set()
    for event in events:
        if isinstance(event, ev.TurnStarted):
            open_.add(event.turn)
        elif isinstance(event, ev.TurnEnded):
            open_.discard(event.turn)
            if event.outcome == "fenced":
                withheld.add(event.agent)
        elif isinstance(event, ev.AgentRevived | ev.AgentCrashed | ev.AgentLeft):
            withheld.discard(event.agent)
        elif isinstance(event, ev.RunResumed):
            withheld.clear()  # it went with the engine
        elif isinstance(event, ev.RoundEnded) and not (open_ or withheld):
            yield event.seq


def faults_of(texts: Iterable[str], parent: RunFolder, environ: Mapping[str, str]) -> list[control.Inject]:
    """Read faults written as ``KIND[:TARGET][,key=value…]``, the keys being those of a fault plan.

    Raises ``UsageError``.
    """
    plan = "".join(f"[[fault]]\nat_round = 1\n{_toml(text)}" for text in texts)
    if not plan:
        return []
    config = replace(parent.read_meta().config, faults=plan, plan_name="--fault")
    return [
        control.Inject(
            kind=entry.kind,
            target=entry.target,
            params=dict(entry.params),
            duration_seconds=entry.duration_seconds,
            why=entry.why,
        )
        for entry in check(config, environ)[2]
    ]


def _toml(text: str) -> str:
    what, *settings = text.split(",")
    kind, colon, target = what.partition(":")
    if colon and not target.strip():
        raise UsageError(f"--fault {text[:80]!r} names no target: write one behind the colon, or no colon.")
    lines = [("kind", kind.strip()), *([("target", target.strip())] if target.strip() else [])]
    for setting in settings:
        key, sign, value = (part.strip() for part in setting.partition("="))
        if not sign or not key.isidentifier():
            raise UsageError(f"--fault {text[:80]!r}: write KIND:TARGET,key=value, as in slow:Dev2,factor=8.")
        if key in (*TRIGGERS, "times"):
            raise UsageError(f"--fault {text[:80]!r}: it strikes at the fork, so leave {key} out.")
        lines.append((key, value))
    return "".join(f"{key} = {_value(value)}\n" for key, value in lines)


def _value(text: str) -> str:
    try:
        return repr(float(text)) if not text.isdecimal() else str(int(text))
    except ValueError:
        return json.dumps(text)


def _history(parent: RunFolder) -> Sequence[ev.AnyEvent]:
    record = saved(parent.events_path)
    if record.damaged or record.newer or not record.events:
        raise TeamtopError(f"{parent.events_path} cannot be forked: {record.note or 'it holds no event.'}")
    return record.events


def _config(config: RunConfig, speed: float | None, seed: int | None, team: TeamChange) -> RunConfig:
    config = team.of(config)
    if speed is not None:
        clock = "virtual" if speed == 0 else "wall" if speed == 1 else "scaled"
        config = msgspec.convert(msgspec.structs.asdict(config) | {"speed": speed, "clock": clock}, RunConfig)
    return config if seed is None else replace(config, seed=seed)


def _left_out(
    events: Sequence[ev.AnyEvent], without: int | None, prefix: int, plan: Sequence[Planned]
) -> tuple[int, ...]:
    if without is None:
        return ()
    if not 1 <= without <= len(events):
        raise UsageError(f"--without names event {without}; the run has {len(events)}.")
    event = events[without - 1]
    if without <= prefix:
        raise UsageError(f"Event {without} is before the fork; fork earlier: --at seq:{without - 1}.")
    if isinstance(event, ev.FaultStarted) and event.entry is not None:
        if plan[event.entry - 1].times != 1:
            raise UsageError(
                f"Event {without} comes from an entry of the fault plan that may strike again; "
                "only faults that strike once can be left out."
            )
        return (event.entry,)
    if commanded(Shape(events[: without - 1]), event) is None:
        kind = type(event).__struct_config__.tag
        raise UsageError(
            f"Event {without} is {kind}; --without takes what a person did: a fault, a heal, a stop, "
            "a message, a note, a change of the team or of its tasks."
        )
    return ()
