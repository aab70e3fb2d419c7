"""The polyline element."""

from collections.abc import Sequence


def polyline(points: Sequence[tuple[float, float]], stroke: str = "black") -> str:
    """Write an unfilled `<polyline>`; a point that repeats the one before it is left out."""
    kept: list[tuple[float, float]] = []
    for point in points:
        if not kept or point != kept[-1]:
            kept.append(point)
    if len(kept) < 2:
        raise ValueError("a polyline needs at least two different points")
    listed = " ".join(f"{x:g},{y:g}" for x, y in kept)
    return f'<polyline points="{listed}" fill="none" stroke="{stroke}"/>'
