from filter_outliers import filter_outliers
from mean import mean


def robust_mean(values: list[float], threshold: float = 2.0) -> float:
    """Return the mean of the values that are no outliers."""
    return mean(filter_outliers(values, threshold))
