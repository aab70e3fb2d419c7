from math import isqrt


def is_prime(n: int) -> bool:
    """Say whether n is a prime number."""
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError(f"not an int: {n!r}")
    if n < 2:
        return False
    if n % 2 == 0:
        return n == 2
    return all(n % divisor for divisor in range(3, isqrt(n) + 1, 2))
