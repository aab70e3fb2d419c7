def factorial(n: int) -> int:
    """Return 1 * 2 * ... * n."""
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError(f"not an int: {n!r}")
    if n < 0:
        raise ValueError("n must not be negative")
    product = 1
    for factor in range(2, n + 1):
        product *= factor
    return product
