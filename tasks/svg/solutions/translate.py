"""The translate transform."""


def translate(dx: float, dy: float = 0) -> str:
    """Write a translate call; dy is left out if it is 0, and everything if nothing moves."""
    if dx == 0 and dy == 0:
        return ""
    return f"translate({dx:g})" if dy == 0 else f"translate({dx:g} {dy:g})"
