"""Strategies for every event type, built from the types themselves: a new event or field is covered."""

from __future__ import annotations

import types
import typing
from typing import Any

import msgspec
from hypothesis import strategies as st

from engine.record import events as ev
from engine.record.barrier import PATTERN

TYPES: tuple[type[ev.Event], ...] = typing.get_args(ev.AnyEvent)
"""Every event type."""

HOSTILE = (
    "\x1b]52;c;aGk=\x07",  # writes the clipboard
    "\x1b[2J",
    "a\rb",
    "\x9b31m",
    "\u202eevil\u2066",
    "tag\U000e0041",
    "line\u2028break\x85",
    "\x00",
    "[bold red]x[/]",
    "",
    "x" * 1_000,
    " \t\n " * 200,
)
"""Texts that a terminal, a widget or a buffer must survive."""

NAMES = ("Dev1", "Dev2", "Lead", "1", "2", "99", "add.py", "m1", "all")
"""Words that events refer to each other with."""


def texts() -> st.SearchStrategy[str]:
    """Names that fit, hostile ones, anything that UTF-8 can hold."""
    return st.sampled_from(NAMES) | st.sampled_from(HOSTILE) | st.text(max_size=20)


_numbers = st.integers(0, 5) | st.integers(-(2**63), 2**63 - 1)
_floats = st.sampled_from([0.0, 1.5, 30.0, 1e308, -1e308, 5e-324]) | st.floats(
    allow_nan=False, allow_infinity=False
)


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if kind is str:
        return texts()
    if kind is int:
        return _numbers
    if kind is float:
        return _floats
    if kind is bool:
        return st.booleans()
    if kind is type(None):
        return st.none()
    if origin is typing.Literal:
        return st.sampled_from(args)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*map(of, args))
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        return st.lists(of(args[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(of, args))
    if origin is dict:
        return st.dictionaries(of(args[0]), of(args[1]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return struct(kind)
    raise TypeError(f"no strategy for {kind}")


def struct(kind: type[msgspec.Struct], **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of a struct; ``fixed`` names strategies for some of its fields."""
    hints = typing.get_type_hints(kind)
    fixed = {"barrier": st.from_regex(PATTERN)} | fixed
    fields = {name: fixed[name] if name in fixed else of(hints[name]) for name in kind.__struct_fields__}
    return st.builds(kind, **fields)


def event(kind: type[ev.Event]) -> st.SearchStrategy[ev.Event]:
    """Events of one type, of this schema."""
    return struct(kind, v=st.just(ev.SCHEMA))


def events() -> st.SearchStrategy[ev.Event]:
    """Events of any type."""
    return st.one_of([event(kind) for kind in TYPES])
