"""The rectangle element."""


def rect(x: float, y: float, width: float, height: float, radius: float = 0, fill: str | None = None) -> str:
    """Write a `<rect>`, its corners rounded by at most half the shorter side; no area draws nothing."""
    if width < 0 or height < 0 or radius < 0:
        raise ValueError("width, height and radius must not be negative")
    if width == 0 or height == 0:
        return ""
    text = f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    if radius > 0:
        text += f' rx="{min(radius, width / 2, height / 2):g}"'
    if fill is not None:
        text += f' fill="{fill}"'
    return text + "/>"
