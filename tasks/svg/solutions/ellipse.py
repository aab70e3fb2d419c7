"""The ellipse element."""


def ellipse(cx: float, cy: float, rx: float, ry: float, fill: str | None = None) -> str:
    """Write an `<ellipse>`, or a `<circle>` if both radii are equal; a radius of 0 draws nothing."""
    if rx < 0 or ry < 0:
        raise ValueError("the radii must not be negative")
    if rx == 0 or ry == 0:
        return ""
    colour = "" if fill is None else f' fill="{fill}"'
    if rx == ry:
        return f'<circle cx="{cx:g}" cy="{cy:g}" r="{rx:g}"{colour}/>'
    return f'<ellipse cx="{cx:g}" cy="{cy:g}" rx="{rx:g}" ry="{ry:g}"{colour}/>'
