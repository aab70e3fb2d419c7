"""Finds the tags of a reply that are actions or nearly so. Everything else is text.

A tag is read from its ``<`` up to the next ``<`` at most, so every character is looked at a bounded number of
times, whatever is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

from engine.team.actions import ActionSpec
from engine.team.nearmiss import known, meant

MAX_NAME = 40
"""Longest tag name looked at: twice the longest action name leaves room for near-misses."""

_BLANKS = re.compile(r"\s*")
_NAME = re.compile(r"[ \t]*+(/?+)[ \t]*+([A-Za-z][A-Za-z0-9_.:-]*+)")  # possessive: it never goes back
_ATTRIBUTE = re.compile(r"[^\s=<>/\"'`]+")
_PLAIN_VALUE = re.compile(r"[^\s=<>\"'`]+")

Fault: TypeAlias = Literal["", "open", "quote", "value", "junk"]
"""Why the inside of a tag was not understood: no ``>``, a quote left open, a value without quotes, other."""


class Tag(msgspec.Struct, frozen=True):
    """A tag in ``text[start:end]`` that is, or nearly is, that of the action ``spec``.

    ``name`` is as written, in lower case; ``attributes`` are in order, with None for a missing value.
    """

    spec: ActionSpec
    exact: bool
    name: str
    closing: bool
    selfclosing: bool
    attributes: tuple[tuple[str, str | None], ...]
    fault: Fault
    start: int
    end: int


def tags(text: str) -> Iterator[Tag]:
    """All tags of actions and near-misses in the text, in order; closing tags too."""
    start = text.find("<")
    while start >= 0:
        following = text.find("<", start + 1)
        tag = _tag(text, start, following if following >= 0 else len(text))
        if tag is not None:
            yield tag
        start = following


def _tag(text: str, start: int, limit: int) -> Tag | None:
    head = _NAME.match(text, start + 1, limit)
    if head is None or len(head[2]) > MAX_NAME:
        return None
    at = head.end()
    if at < limit and not text[at].isspace() and text[at] not in "/>":
        return None
    name = head[2].lower()
    spec = known(name)
    exact, firm = spec is not None, True
    if spec is None:
        guess = meant(name)
        if guess is None:
            return None
        spec, firm = guess
    attributes, selfclosing, fault, end = _inside(text, at, limit)
    closes_body = bool(head[1]) and spec.has_body
    if not (firm or closes_body or any(a in spec.attributes and v is not None for a, v in attributes)):
        return None
    if spec.has_body and _is_mention(text, start, end):
        return None
    return Tag(spec, exact, name, bool(head[1]), selfclosing, tuple(attributes), fault, start, end)


def _is_mention(text: str, start: int, end: int) -> bool:
    """True for a tag alone between single backticks: talk about the action, not the action."""
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    return before.endswith("`") and before != "``" and after.startswith("`") and after != "``"


def _inside(text: str, at: int, limit: int) -> tuple[list[tuple[str, str | None]], bool, Fault, int]:
    """Attributes from ``at`` to the tag's end: (attributes, self-closing, fault, end)."""
    attributes: list[tuple[str, str | None]] = []
    while True:
        at = _after_blanks(text, at, limit)
        if at >= limit:
            return attributes, False, "open", limit
        if text[at] == ">":
            return attributes, False, "", at + 1
        if text[at] == "/":
            closed = _after_blanks(text, at + 1, limit)
            if closed < limit and text[closed] == ">":
                return attributes, True, "", closed + 1
            return attributes, False, *_broken(text, at, limit, "junk")
        name = _ATTRIBUTE.match(text, at, limit)
        if name is None:
            return attributes, False, *_broken(text, at, limit, "junk")
        at = _after_blanks(text, name.end(), limit)
        if at >= limit or text[at] != "=":
            attributes.append((name[0].lower(), None))
            continue
        value, at, fault = _value(text, _after_blanks(text, at + 1, limit), limit)
        attributes.append((name[0].lower(), value))
        if fault:
            return attributes, False, *_broken(text, at, limit, fault)


def _value(text: str, at: int, limit: int) -> tuple[str | None, int, Fault]:
    """The attribute value at ``at``: (value, position after it, fault)."""
    quote = text[at : at + 1] if at < limit else ""
    if quote in ("'", '"'):
        end = text.find(quote, at + 1, limit)
        if end < 0 or "\n" in text[at:end]:
            return None, at, "quote"
        return text[at + 1 : end].strip(), end + 1, ""
    plain = _PLAIN_VALUE.match(text, at, limit)
    if plain is None:
        return None, at, "value"
    value, end = plain[0], plain.end()
    if value.endswith("/") and end < limit and text[end] == ">":
        value, end = value[:-1], end - 1
    return value or None, end, "" if value and not value.startswith(("“", "”", "‘", "’", "\\")) else "value"


def _broken(text: str, at: int, limit: int, fault: Fault) -> tuple[Fault, int]:
    """A tag that is not understood ends at its ``>``, if it has one."""
    end = text.find(">", at, limit)
    return (fault, end + 1) if end >= 0 else ("open" if fault != "quote" else fault, limit)


def _after_blanks(text: str, at: int, limit: int) -> int:
    found = _BLANKS.match(text, at, limit)
    return found.end() if found else at
