from typing import Any


def group_records(records: list[dict[str, Any]], field: str) -> dict[Any, list[dict[str, Any]]]:
    """Return the records by their value of ``field``, values in the order first seen."""
    groups: dict[Any, list[dict[str, Any]]] = {}
    for record in records:
        groups.setdefault(record.get(field), []).append(record)
    return groups
