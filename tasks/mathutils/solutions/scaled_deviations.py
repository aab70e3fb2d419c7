from center import center
from typical_deviation import typical_deviation


def scaled_deviations(values: list[float]) -> list[float]:
    """Return each value's distance from the middle in units of the typical deviation."""
    if not values:
        return []
    unit = typical_deviation(values)
    if unit == 0:
        return [0.0] * len(values)
    return [deviation / unit for deviation in center(values)]
