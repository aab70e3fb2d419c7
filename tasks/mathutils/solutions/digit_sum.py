def digit_sum(n: int, base: int = 10) -> int:
    """Return the sum of the digits of n, written in the given base."""
    if base < 2:
        raise ValueError("base must be at least 2")
    rest = abs(n)
    total = 0
    while rest:
        rest, digit = divmod(rest, base)
        total += digit
    return total
