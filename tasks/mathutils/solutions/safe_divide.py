def safe_divide(a: float, b: float, default: object = None) -> object:
    """Return a / b, or default if b is zero."""
    for number in (a, b):
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise TypeError(f"not a number: {number!r}")
    if b == 0:
        return default
    return a / b
