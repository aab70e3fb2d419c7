"""Path data of a circular arc."""

import math


def arc_path(cx: float, cy: float, r: float, start: float, end: float) -> str:
    """Write the path of an arc, clockwise from `start` to `end` degrees, 0 being the top of the circle."""
    sweep = end - start
    if r <= 0:
        raise ValueError("the radius must be above 0")
    if not 0 < sweep < 360:
        raise ValueError("an arc goes from start to a larger end, less than a full turn away")
    large = 1 if sweep > 180 else 0
    return f"M{_point(cx, cy, r, start)} A{r:g} {r:g} 0 {large} 1 {_point(cx, cy, r, end)}"


def _point(cx: float, cy: float, r: float, degrees: float) -> str:
    angle = math.radians(degrees)
    x, y = cx + r * math.sin(angle), cy - r * math.cos(angle)
    # Adding 0.0 turns the negative zero that rounding may leave into a plain one.
    return f"{round(x, 2) + 0.0:g} {round(y, 2) + 0.0:g}"
