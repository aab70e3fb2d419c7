from z_score import z_score


def normalize(values: list[float]) -> list[float]:
    """Return the standard score of each value."""
    return [z_score(value, values) for value in values]
