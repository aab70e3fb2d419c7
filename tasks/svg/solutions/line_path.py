"""Path data of straight lines."""

from collections.abc import Sequence


def line_path(points: Sequence[tuple[float, float]], closed: bool = False) -> str:
    """Write path data through the points, with the short commands for level and upright lines."""
    if len(points) < 2:
        raise ValueError("a path needs at least two points")
    last_x, last_y = points[0]
    commands = [f"M{last_x:g} {last_y:g}"]
    for x, y in points[1:]:
        if x != last_x and y != last_y:
            commands.append(f"L{x:g} {y:g}")
        elif x != last_x:
            commands.append(f"H{x:g}")
        elif y != last_y:
            commands.append(f"V{y:g}")
        last_x, last_y = x, y
    if closed:
        commands.append("Z")
    return " ".join(commands)
