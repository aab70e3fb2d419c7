"""Several spans."""

from __future__ import annotations

from collections.abc import Iterable

from spans.span import Span


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same numbers as few spans, in order."""
    return sorted(spans)


def covered(spans: Iterable[Span]) -> int:
    """How many different numbers the spans hold."""
    return sum(len(span) for span in merge(spans))
