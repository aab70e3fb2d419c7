def percent_change(old: float, new: float) -> float:
    """Return by how many percent new differs from old."""
    if old == 0:
        raise ValueError("a change from 0 has no percentage")
    return (new - old) / abs(old) * 100
