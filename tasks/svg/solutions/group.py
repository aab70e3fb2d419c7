"""Several elements as one."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from tag import tag

Child = str | tuple[Any, ...] | None


def group(attrs: Mapping[str, Any] | None, *children: Child) -> str:
    """Write a `<g>` around children, each markup or (name, attrs[, text]); nothing if all are empty."""
    parts = [_markup(child) for child in children]
    return tag("g", attrs, *parts) if any(parts) else ""


def _markup(child: Child) -> str | None:
    if not isinstance(child, tuple):
        return child
    if len(child) not in (2, 3):
        raise ValueError(f"a child is (name, attrs) or (name, attrs, text), not {child!r}")
    name, attrs, *text = child
    return tag(name, attrs, *(escape(part) for part in text))
