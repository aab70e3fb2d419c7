def percent_change(values: list[float | None]) -> list[float | None]:
    """Return the change of each value against the one before it, in percent of that one's size."""
    changes: list[float | None] = []
    previous: float | None = None
    for value in values:
        if value is None or not previous:
            changes.append(None)
        else:
            changes.append(round((value - previous) / abs(previous) * 100, 1))
        previous = value
    return changes
