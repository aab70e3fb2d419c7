"""What can happen to a file on its way to a reader: cuts, flipped bytes, values of the wrong kind."""

from __future__ import annotations

import json
import random
from typing import Any


def _nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value, {"a": value}] if depth < 5 else [value]
    return value


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e308,
    10**30,
    -(10**400),
    float("nan"),
    float("inf"),
    "9" * 400,
    "1e999",
    "\ud800",
    "../../etc/passwd\0",
    _nested(3),
    _nested(400),
    "",
    "x" * 3_000,
    [],
    {},
    [[]],
    {"a": {}},
    "\u202e\x1b]52;c;AAAA\x07",
)
"""Values that no reader expects where something else belongs."""


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """``raw`` with a few of these things done to it, or none."""
    for _ in range(chance.randrange(3)):
        how = chance.randrange(4)
        at = chance.randrange(len(raw)) if raw else 0
        if how == 0:
            raw = raw[:at]
        elif how == 1 and raw:
            raw = raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]
        elif how == 2:
            raw = raw[:at] + raw[at // 2 :]
        else:
            raw = b"\n".join(_other(line, chance) for line in raw.split(b"\n"))
    return raw


def _other(line: bytes, chance: random.Random) -> bytes:
    """A JSON text with a value exchanged; what is none stays as it is."""
    try:
        value = json.loads(line)
    except ValueError:
        return line
    return json.dumps(exchanged(value, chance)).encode()


def exchanged(value: Any, chance: random.Random) -> Any:
    """``value`` with something odd at some place in it."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(list(value))
        return {**value, key: exchanged(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        at = chance.randrange(len(value))
        return [*value[:at], exchanged(value[at], chance), *value[at + 1 :]]
    return chance.choice(ODD)
