from math import sqrt

from variance import variance


def std_dev(values: list[float]) -> float:
    """Return the population standard deviation."""
    return sqrt(variance(values))
