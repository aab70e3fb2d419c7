"""A box with one line of text."""

from box import box

CHAR_WIDTH = 7
PADDING = 2


def text_box(
    x: float, y: float, width: float, height: float, text: str, align: str = "middle", fill: str | None = None
) -> str:
    """Draw a box with a text in it, cut to what fits at 7 units per character."""
    anchors = {"start": PADDING, "middle": width / 2, "end": width - PADDING}
    if align not in anchors:
        raise ValueError(f"align must be start, middle or end, not {align!r}")
    fits = int(width // CHAR_WIDTH)
    if len(text) > fits:
        text = text[: fits - 1] + "…" if fits > 0 else ""
    attrs = {"x": anchors[align], "y": height / 2, "text_anchor": align, "dominant_baseline": "central"}
    return box(x, y, width, height, ("text", attrs, text) if text else None, fill=fill)
