from typing import Any

from drop_invalid import drop_invalid


def drop_duplicates(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the valid records, of several with the same order id only the last one."""
    seen: set[str] = set()
    kept: list[dict[str, Any]] = []
    for record in reversed(drop_invalid(source)):
        order_id = str(record["order_id"]).upper()
        if order_id not in seen:
            seen.add(order_id)
            kept.append({**record, "order_id": order_id})
    return kept[::-1]
