from robust_mean import robust_mean


def center(values: list[float]) -> list[float]:
    """Return all values, shifted so that their robust mean is at 0."""
    if not values:
        return []
    middle = robust_mean(values)
    return [value - middle for value in values]
