import statistics
from typing import Any


def filter_outliers(records: list[dict[str, Any]], field: str, factor: float = 1.5) -> list[dict[str, Any]]:
    """Return the records whose ``field`` is within ``factor`` interquartile ranges of the quartiles."""
    if factor < 0:
        raise ValueError("factor must not be negative")
    present = [record for record in records if record.get(field) is not None]
    if len(present) < 4:
        return present
    values = [record[field] for record in present]
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    reach = factor * (upper - lower)
    return [record for record in present if lower - reach <= record[field] <= upper + reach]
