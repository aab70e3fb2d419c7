"""A placed box with a background."""

from typing import Any

from place import place


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    *children: str | tuple[Any, ...] | None,
    fill: str | None = None,
) -> str:
    """Place the children at (x, y) over a rectangle, which is left out without a fill or an area."""
    if width < 0 or height < 0:
        raise ValueError(f"a box cannot be {width} x {height}")
    background = None
    if fill is not None and width and height:
        background = ("rect", {"width": width, "height": height, "fill": fill})
    return place(x, y, background, *children)
