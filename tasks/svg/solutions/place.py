"""Elements moved to a point."""

from typing import Any

from group import group


def place(x: float, y: float, *children: str | tuple[Any, ...] | None) -> str:
    """Group the children with their origin moved to (x, y); at the origin itself no transform is written."""
    attrs = {"transform": {"translate": (x, y)}} if x or y else None
    return group(attrs, *children)
