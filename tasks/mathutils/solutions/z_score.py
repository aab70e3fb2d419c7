from mean import mean
from std_dev import std_dev


def z_score(value: float, values: list[float]) -> float:
    """Return by how many standard deviations value lies above the mean of values."""
    spread = std_dev(values)
    if spread == 0 or min(values) == max(values):
        raise ValueError("values without spread have no standard scores")
    return (value - mean(values)) / spread
