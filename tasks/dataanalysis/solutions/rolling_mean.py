def rolling_mean(values: list[float], window: int) -> list[float | None]:
    """Return for each position the mean of the last ``window`` values, None where there are fewer."""
    if window < 1:
        raise ValueError("window must be at least 1")
    means: list[float | None] = []
    for end in range(1, len(values) + 1):
        means.append(sum(values[end - window : end]) / window if end >= window else None)
    return means
