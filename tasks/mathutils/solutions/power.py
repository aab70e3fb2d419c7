def power(base: float, exponent: int) -> float:
    """Return base to a whole power."""
    if isinstance(exponent, bool) or not isinstance(exponent, int):
        raise TypeError(f"not an int: {exponent!r}")
    if exponent >= 0:
        return base**exponent
    if base == 0:
        raise ValueError("zero has no negative powers")
    return 1 / base**-exponent
