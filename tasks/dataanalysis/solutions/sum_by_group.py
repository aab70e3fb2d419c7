from typing import Any


def sum_by_group(records: list[dict[str, Any]], key: str, field: str) -> dict[Any, float]:
    """Return the sum of ``field`` per value of ``key``, values in the order first seen."""
    sums: dict[Any, float] = {}
    for record in records:
        group = record.get(key)
        if group is None:
            continue
        value = record.get(field)
        sums[group] = sums.get(group, 0) + (0 if value is None else value)
    return sums
