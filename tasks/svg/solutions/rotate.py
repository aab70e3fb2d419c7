"""The rotate transform."""


def rotate(angle: float, cx: float | None = None, cy: float | None = None) -> str:
    """Write a rotate call with the angle brought into [0, 360); nothing if nothing turns."""
    if (cx is None) != (cy is None):
        raise ValueError("a centre needs both cx and cy")
    turn = angle % 360
    if turn == 0:
        return ""
    return f"rotate({turn:g})" if cx is None else f"rotate({turn:g} {cx:g} {cy:g})"
