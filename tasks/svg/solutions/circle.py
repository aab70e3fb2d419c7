"""The circle element."""


def circle(cx: float, cy: float, r: float, fill: str | None = None, stroke: str | None = None) -> str:
    """Write a `<circle>`; a radius of 0 draws nothing."""
    if r < 0:
        raise ValueError("the radius must not be negative")
    if r == 0:
        return ""
    text = f'<circle cx="{cx:g}" cy="{cy:g}" r="{r:g}"'
    if fill is not None:
        text += f' fill="{fill}"'
    if stroke is not None:
        text += f' stroke="{stroke}"'
    return text + "/>"
