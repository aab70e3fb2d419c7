from center import center
from mean import mean


def typical_deviation(values: list[float]) -> float:
    """Return the mean distance of the values from their robust mean."""
    return mean([abs(value) for value in center(values)])
