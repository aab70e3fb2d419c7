"""Series of refusals as one line: a reply that asks for ten locked files is one piece of news, not ten."""

from __future__ import annotations

import msgspec

from engine.record import events as ev

NAMED = 4
"""Objects named in a line about a series; the others are counted."""

_WHY: dict[str, str] = {
    "blocked": "they wait for other tasks",
    "owned": "they have owners",
    "not_owner": "not its own",
    "done": "done already",
    "not_allowed": "not its to do",
    "unknown": "no such thing",
    "stale": "they changed meanwhile",
    "path": "outside the workspace",
    "protected": "protected",
    "tests": "their tests do not pass",
    "limit": "too much",
    "malformed": "not understood",
    "fenced": "lost meanwhile",
    "locked": "locked",
    "unreachable": "out of reach",
    "storage": "the file system refused",
    "graph": "they do not fit the task graph",
}


class Series(msgspec.Struct):
    """Refusals in a row that have ``key`` in common; ``single`` is the line if it stays alone."""

    key: tuple[str, ...]
    first: ev.Event
    single: str
    verb: str
    why: str
    objects: list[str] = msgspec.field(default_factory=list)

    def text(self) -> str:
        """The line: what was refused, and why."""
        if len(self.objects) == 1:
            return self.single
        if not any(self.objects):  # of an imported run nobody may know which
            return f"⊘ {self.verb} ×{len(self.objects)}: {self.why}"
        named = ", ".join(self.objects[:NAMED])
        more = f" +{len(self.objects) - NAMED}" if len(self.objects) > NAMED else ""
        return f"⊘ {self.verb} {named}{more}: {self.why}"


def of_lock(event: ev.LockDenied) -> Series:
    """The series that a refused lock begins or belongs to."""
    single = f"⊘ denied {event.path}: {event.holder} holds it {event.age_seconds:.0f} s"
    why = f"{event.holder} holds them"
    return Series(("lock", event.holder), event, single, "denied", why, [event.path])


def of_action(event: ev.ActionRefused) -> Series:
    """The series that a refused action begins or belongs to."""
    verb = event.action.replace("_", " ")
    single = f"⊘ {verb} {event.object}".rstrip() + f": {event.detail}"
    what = event.object or ("" if event.action == "claim_task" else "(unnamed)")
    return Series((event.action, event.reason), event, single, verb, _WHY[event.reason], [what])
