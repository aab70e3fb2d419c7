def subtract(a: float, b: float) -> float:
    """Return the difference of two numbers."""
    for number in (a, b):
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise TypeError(f"not a number: {number!r}")
    return a - b
