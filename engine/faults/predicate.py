"""Events as triggers: ``task_claimed task=7`` names a kind of event and what its fields must be."""

from __future__ import annotations

import typing
from dataclasses import dataclass

from engine.errors import UsageError
from engine.record import events as ev
from tasks.errors import nearest

_TYPES: dict[str, type[ev.Event]] = {
    str(kind.__struct_config__.tag): kind for kind in typing.get_args(ev.AnyEvent)
}

_NEVER = ("run_ended", "run_verified", "fault_started", "fault_stopped")
"""Nothing can be disturbed any more after the first two; the others would set off themselves."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """True for events of ``kind`` whose fields read as in ``fields``; of a list, one value has to."""

    kind: type[ev.Event]
    fields: tuple[tuple[str, str], ...]

    def fits(self, event: ev.Event) -> bool:
        """Whether this is such an event."""
        return type(event) is self.kind and all(_reads(getattr(event, n), v) for n, v in self.fields)


def _reads(value: object, wanted: str) -> bool:
    if isinstance(value, tuple):
        return any(_reads(item, wanted) for item in value)
    if isinstance(value, float):
        value = f"{value:g}"
    return str(value) == wanted


def parse(text: str, where: str) -> Predicate:
    """Read a predicate. Raises ``UsageError`` that begins with ``where`` and names what is unknown."""
    words = text.split()
    if not words:
        raise UsageError(f'{where}: on names an event, as in on = "task_claimed task=7".')
    known = tuple(tag for tag in _TYPES if tag not in _NEVER)
    if words[0] in _NEVER:
        raise UsageError(f"{where}: {words[0]} cannot trigger a fault.")
    kind = _TYPES.get(words[0])
    if kind is None:
        raise UsageError(f"{where}: there is no event {words[0]!r}.{nearest(words[0], known)}")
    fields: list[tuple[str, str]] = []
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"{where}: write conditions on {words[0]} as field=value, not {word!r}.")
        if name not in kind.__struct_fields__:
            said = nearest(name, kind.__struct_fields__)
            raise UsageError(f"{where}: {words[0]} has no field {name!r}.{said}")
        fields.append((name, value))
    return Predicate(kind, tuple(fields))


def actor(event: ev.Event) -> str:
    """The agent that the event is about; empty if it is about none."""
    for name in ("agent", "sender"):
        value = getattr(event, name, "")
        if isinstance(value, str) and value:
            return value
    return ""
