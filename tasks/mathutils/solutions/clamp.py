def clamp(value: float, low: float, high: float) -> float:
    """Return value, or the bound that it lies beyond."""
    if any(number != number for number in (value, low, high)):
        raise ValueError("nan has no place in an order")
    if low > high:
        raise ValueError("low must not be greater than high")
    if value < low:
        return low
    if value > high:
        return high
    return value
