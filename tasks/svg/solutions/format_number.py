"""Numbers as SVG text."""

import math


def format_number(value: float, digits: int = 2) -> str:
    """Write a number with at most `digits` decimals: no trailing zeros, no exponent, no negative zero."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"not a number: {value!r}")
    if digits < 0:
        raise ValueError("digits must not be negative")
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        raise ValueError(f"not a finite number: {value}")
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
