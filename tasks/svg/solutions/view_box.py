"""The view box around points."""

from collections.abc import Sequence


def view_box(points: Sequence[tuple[float, float]], margin: float = 0) -> str:
    """Write the `viewBox` value (left, top, width, height) that shows all points with a margin around."""
    if not points:
        raise ValueError("a view box needs at least one point")
    if margin < 0:
        raise ValueError("the margin must not be negative")
    columns = [x for x, _ in points]
    rows = [y for _, y in points]
    left, top = min(columns) - margin, min(rows) - margin
    width, height = max(columns) + margin - left, max(rows) + margin - top
    return f"{left:g} {top:g} {width:g} {height:g}"
