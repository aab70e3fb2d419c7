from safe_add import safe_add


def sum_list(values: list[float]) -> float:
    """Return the sum of all values; 0 if there are none."""
    total: float = 0
    for value in values:
        total = safe_add(total, value)
    return total
