def dot_product(left: list[float], right: list[float]) -> float:
    """Return the sum of the products of values at the same places."""
    if len(left) != len(right):
        raise ValueError("both lists must have the same length")
    total: float = 0
    for a, b in zip(left, right):
        total += a * b
    return total
