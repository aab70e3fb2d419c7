"""The polygon element."""

from collections.abc import Sequence


def polygon(points: Sequence[tuple[float, float]], fill: str | None = None) -> str:
    """Write a `<polygon>`; a last point that repeats the first is left out."""
    corners = list(points)
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:
        raise ValueError("a polygon needs at least three points")
    listed = " ".join(f"{x:g},{y:g}" for x, y in corners)
    colour = "" if fill is None else f' fill="{fill}"'
    return f'<polygon points="{listed}"{colour}/>'
