def sign(value: float) -> int:
    """Return 1, 0 or -1 for a positive number, zero or a negative number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"not a number: {value!r}")
    if value != value:
        raise ValueError("nan has no sign")
    if value > 0:
        return 1
    if value < 0:
        return -1
    return 0
