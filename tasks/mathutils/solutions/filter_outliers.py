from outlier_mask import outlier_mask


def filter_outliers(values: list[float], threshold: float = 2.0) -> list[float]:
    """Return the values that are no outliers."""
    mask = outlier_mask(values, threshold)
    return [value for value, is_outlier in zip(values, mask) if not is_outlier]
