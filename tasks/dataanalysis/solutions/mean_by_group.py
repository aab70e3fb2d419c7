from typing import Any


def mean_by_group(
    records: list[dict[str, Any]], key: str, field: str, digits: int = 2
) -> dict[Any, float | None]:
    """Return the mean of ``field`` per value of ``key``; None for a group without any value."""
    values: dict[Any, list[float]] = {}
    for record in records:
        group = record.get(key)
        if group is None:
            continue
        found = values.setdefault(group, [])
        if record.get(field) is not None:
            found.append(record[field])
    return {
        group: round(sum(found) / len(found), digits) if found else None for group, found in values.items()
    }
