from typing import Any


def distinct_records(records: list[dict[str, Any]], fields: list[str]) -> list[dict[str, Any]]:
    """Return the first record of each combination of values of ``fields``, in the given order."""
    if not fields:
        raise ValueError("fields must not be empty")
    first: dict[tuple[Any, ...], dict[str, Any]] = {}
    for record in records:
        first.setdefault(tuple(record.get(field) for field in fields), record)
    return list(first.values())
