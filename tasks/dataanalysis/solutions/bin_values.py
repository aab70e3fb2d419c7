from itertools import pairwise


def bin_values(values: list[float], edges: list[float]) -> list[int]:
    """Return how many values fall into each bin between neighbouring edges."""
    if len(edges) < 2 or any(low >= high for low, high in pairwise(edges)):
        raise ValueError("edges must be at least two strictly increasing numbers")
    counts = [sum(low <= value < high for value in values) for low, high in pairwise(edges)]
    counts[-1] += sum(value == edges[-1] for value in values)
    return counts
