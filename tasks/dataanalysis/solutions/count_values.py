from collections import Counter
from typing import Any


def count_values(records: list[dict[str, Any]], field: str) -> list[tuple[Any, int]]:
    """Return the values of ``field`` with their counts, most frequent first, ties as first seen."""
    counts: Counter[Any] = Counter()
    for record in records:
        value = record.get(field)
        if value is not None:
            counts[value] += 1
    return sorted(counts.items(), key=lambda item: -item[1])
