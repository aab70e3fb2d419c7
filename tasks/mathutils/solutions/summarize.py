from mean import mean
from outlier_mask import outlier_mask
from rank_unusual import rank_unusual
from std_dev import std_dev


def summarize(values: list[float], top: int = 3) -> dict[str, object]:
    """Return count, mean, spread, number of outliers and the most unusual values."""
    if not values:
        raise ValueError("nothing to summarize")
    if top < 0:
        raise ValueError("top must not be negative")
    return {
        "count": len(values),
        "mean": mean(values),
        "std_dev": std_dev(values),
        "outliers": sum(outlier_mask(values)),
        "unusual": [values[index] for index in rank_unusual(values)[:top]],
    }
