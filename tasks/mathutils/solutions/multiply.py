def multiply(*factors: float) -> float:
    """Return the product of all factors; 1 if there are none."""
    product: float = 1
    for factor in factors:
        if isinstance(factor, bool) or not isinstance(factor, (int, float)):
            raise TypeError(f"not a number: {factor!r}")
        product = product * factor
    return product
