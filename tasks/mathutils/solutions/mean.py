from sum_list import sum_list


def mean(values: list[float]) -> float:
    """Return the arithmetic mean."""
    if not values:
        raise ValueError("the mean of no values is not defined")
    return sum_list(values) / len(values)
