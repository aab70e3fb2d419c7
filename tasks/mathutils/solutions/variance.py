from mean import mean


def variance(values: list[float]) -> float:
    """Return the population variance."""
    middle = mean(values)
    return mean([(value - middle) ** 2 for value in values])
