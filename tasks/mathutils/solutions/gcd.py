def gcd(a: int, b: int) -> int:
    """Return the greatest common divisor, never negative."""
    for number in (a, b):
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"not an int: {number!r}")
    while b:
        a, b = b, a % b
    return abs(a)
