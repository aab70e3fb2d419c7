"""Colour codes read."""

import re


def hex_rgb(code: str) -> tuple[int, int, int]:
    """Read `#rgb` or `#rrggbb`, in either case and with white space around it, as three channels."""
    match = re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", code.strip())
    if match is None:
        raise ValueError(f"not a colour code: {code!r}")
    digits = match[1]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
