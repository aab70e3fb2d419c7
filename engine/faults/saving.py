"""What was injected by hand, as a plan that can be played again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from engine.errors import TeamtopError, UsageError
from engine.faults.catalogue import BY_KIND
from engine.record import events as ev
from engine.record import journal

PLAN_NAME = "faults.toml"
"""The file in the run's folder."""

_NOT_BY_HAND = ("plan", "engine")


def by_hand(events: Iterable[ev.Event]) -> str:
    """The plan (TOML) of all faults that people injected, at their times; empty if there was none."""
    begun: dict[int, ev.FaultStarted] = {}
    stopped: dict[int, float] = {}
    team: tuple[str, ...] = ()
    for event in events:
        if isinstance(event, ev.RunStarted):
            team = tuple(spec.name for spec in event.team)
        elif (
            isinstance(event, ev.FaultStarted) and event.author not in _NOT_BY_HAND and event.kind in BY_KIND
        ):
            begun[event.id] = event
        elif isinstance(event, ev.FaultStopped):
            stopped.setdefault(event.id, event.ts)
    return "\n".join(_entry(event, target_of(event, team), stopped.get(event.id)) for event in begun.values())


def target_of(event: ev.FaultStarted, team: tuple[str, ...]) -> str:
    """What names the same agents again: ``all`` for everybody and for the run, else their names."""
    everybody = not event.targets or (event.targets == team and len(team) > 1)
    return "all" if everybody else ", ".join(event.targets)


def _entry(event: ev.FaultStarted, target: str, stopped: float | None) -> str:
    lines = [
        "[[fault]]",
        f"kind = {_word(event.kind)}",
        f"target = {_word(target)}",
        f"at_seconds = {event.ts}",
    ]
    if stopped is not None and not BY_KIND[event.kind].once:
        lines.append(f"duration_seconds = {round(stopped - event.ts, 6)}")
    if event.why:
        lines.append(f"why = {_word(event.why)}")
    for name, value in event.params.items():
        lines.append(f"{name} = {_word(value) if isinstance(value, str) else value}")
    return "\n".join(lines) + "\n"


def _word(text: str) -> str:
    # JSON's escapes are TOML's, but for the character that JSON leaves as it is
    return json.dumps(text, ensure_ascii=True).replace("\x7f", "\\u007f")


def save(folder: Path, events_path: Path) -> Path:
    """Write ``by_hand`` of the journal into ``folder`` and return its path.

    Raises ``UsageError`` if nothing was injected by hand, ``TeamtopError`` if a file cannot be used.
    """
    try:
        text = by_hand(journal.read(events_path).events)
        if not text:
            raise UsageError("Nothing was injected by hand yet, so there is no plan to save.")
        path = folder / PLAN_NAME
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TeamtopError(f"{folder} cannot take the plan: {error.strerror or error}.") from None
    return path
