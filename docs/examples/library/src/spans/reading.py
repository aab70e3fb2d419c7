"""Spans as people write them."""

from __future__ import annotations

from spans.span import Span


def parse(text: str) -> list[Span]:
    """The spans of a text like ``1-3, 7``."""
    raise NotImplementedError
