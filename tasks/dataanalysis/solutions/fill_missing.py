from typing import Any


def fill_missing(records: list[dict[str, Any]], defaults: dict[str, Any]) -> list[dict[str, Any]]:
    """Return copies of the records in which absent and None fields have their default."""
    filled = []
    for record in records:
        copy = dict(record)
        for field, default in defaults.items():
            if record.get(field) is None:
                copy[field] = default(record) if callable(default) else default
        filled.append(copy)
    return filled
