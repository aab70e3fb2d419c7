"""The corners of a star."""

import math


def star_points(cx: float, cy: float, tips: int, outer: float, inner: float) -> list[tuple[float, float]]:
    """Give the corners of a star clockwise from its top tip, tips and notches in turn, to 2 decimals."""
    if tips < 3:
        raise ValueError("a star needs at least three tips")
    if not 0 < inner < outer:
        raise ValueError("the inner radius must be above 0 and below the outer radius")
    corners = []
    for index in range(2 * tips):
        radius = inner if index % 2 else outer
        angle = math.pi * index / tips
        corners.append((round(cx + radius * math.sin(angle), 2), round(cy - radius * math.cos(angle), 2)))
    return corners
