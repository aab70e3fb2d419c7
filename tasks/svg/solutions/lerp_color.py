"""Colours between two colours."""

import re


def lerp_color(start: str, end: str, t: float) -> str:
    """Mix two `#rrggbb` colours: `start` at t = 0, `end` at t = 1, each channel rounded half up."""
    for code in (start, end):
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", code):
            raise ValueError(f"not a colour code: {code!r}")
    share = min(max(t, 0), 1)
    mixed = "#"
    for place in (1, 3, 5):
        first, last = int(start[place : place + 2], 16), int(end[place : place + 2], 16)
        mixed += f"{int(first + (last - first) * share + 0.5):02x}"
    return mixed
