from typing import Any


def range_by_group(records: list[dict[str, Any]], key: str, field: str) -> dict[Any, tuple[Any, Any]]:
    """Return the smallest and the largest ``field`` per value of ``key``, keys in ascending order."""
    values: dict[Any, list[Any]] = {}
    for record in records:
        if record.get(key) is not None and record.get(field) is not None:
            values.setdefault(record[key], []).append(record[field])
    return {group: (min(values[group]), max(values[group])) for group in sorted(values)}
