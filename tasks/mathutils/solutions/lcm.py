from math import gcd


def lcm(a: int, b: int) -> int:
    """Return the least common multiple; 0 if either number is 0."""
    for number in (a, b):
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"not an int: {number!r}")
    if a == 0 or b == 0:
        return 0
    return abs(a * b) // gcd(a, b)
