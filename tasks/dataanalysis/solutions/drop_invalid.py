from typing import Any

from parse_dates import parse_dates

REQUIRED = ("order_id", "date", "quantity", "unit_price", "discount")


def _is_valid(record: dict[str, Any]) -> bool:
    if any(record[field] is None for field in REQUIRED):
        return False
    return record["quantity"] > 0 and record["unit_price"] >= 0 and 0 <= record["discount"] <= 1


def drop_invalid(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return only the parsed records that describe a real sale, in their order."""
    return [record for record in parse_dates(source) if _is_valid(record)]
