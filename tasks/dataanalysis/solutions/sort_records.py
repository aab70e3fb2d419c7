from typing import Any


def sort_records(records: list[dict[str, Any]], fields: list[str]) -> list[dict[str, Any]]:
    """Return the records sorted by several fields; ``-name`` sorts descending, missing values go last."""
    result = list(records)
    for field in reversed(fields):
        name = field.removeprefix("-")
        present = [record for record in result if record.get(name) is not None]
        missing = [record for record in result if record.get(name) is None]
        present.sort(key=lambda record: record[name], reverse=field.startswith("-"))
        result = present + missing
    return result
