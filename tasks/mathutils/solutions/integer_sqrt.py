def integer_sqrt(n: int) -> int:
    """Return the greatest int whose square is at most n."""
    if n < 0:
        raise ValueError("n must not be negative")
    low, high = 0, n + 1
    while high - low > 1:
        middle = (low + high) // 2
        if middle * middle <= n:
            low = middle
        else:
            high = middle
    return low
