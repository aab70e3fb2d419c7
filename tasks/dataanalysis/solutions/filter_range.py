from typing import Any


def filter_range(
    records: list[dict[str, Any]], field: str, low: float | None = None, high: float | None = None
) -> list[dict[str, Any]]:
    """Return the records whose ``field`` lies between ``low`` and ``high``, both included."""
    if low is not None and high is not None and low > high:
        raise ValueError("low must not be above high")
    return [
        record
        for record in records
        if (value := record.get(field)) is not None
        and (low is None or value >= low)
        and (high is None or value <= high)
    ]
