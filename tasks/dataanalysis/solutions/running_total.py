from typing import Any


def running_total(records: list[dict[str, Any]], field: str, by: str | None = None) -> list[dict[str, Any]]:
    """Return copies of the records with the running total of ``field``, one total per value of ``by``."""
    totals: dict[Any, float] = {}
    result = []
    for record in records:
        group = None if by is None else record.get(by)
        value = record.get(field)
        totals[group] = totals.get(group, 0) + (0 if value is None else value)
        result.append({**record, "running_total": round(totals[group], 2)})
    return result
