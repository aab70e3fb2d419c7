from scaled_deviations import scaled_deviations


def rank_unusual(values: list[float]) -> list[int]:
    """Return the indices of the values, the most unusual first."""
    unusual = [round(abs(deviation), 9) for deviation in scaled_deviations(values)]
    return sorted(range(len(values)), key=lambda index: (-unusual[index], index))
