from typing import Any


def top_records(records: list[dict[str, Any]], field: str, n: int = 3) -> list[dict[str, Any]]:
    """Return the ``n`` records with the largest ``field``, largest first, ties in the given order."""
    if n < 0:
        raise ValueError("n must not be negative")
    present = [record for record in records if record.get(field) is not None]
    return sorted(present, key=lambda record: record[field], reverse=True)[:n]
