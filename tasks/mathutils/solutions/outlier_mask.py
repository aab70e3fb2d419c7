from normalize import normalize


def outlier_mask(values: list[float], threshold: float = 2.0) -> list[bool]:
    """Say for each value whether its standard score lies beyond the threshold."""
    if threshold < 0:
        raise ValueError("threshold must not be negative")
    if len(values) < 3 or min(values) == max(values):
        return [False] * len(values)
    return [abs(score) > threshold for score in normalize(values)]
