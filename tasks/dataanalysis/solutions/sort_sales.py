from typing import Any

from add_periods import add_periods


def sort_sales(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the complete records by date, on one day the largest revenue first, then by order id."""
    return sorted(add_periods(source), key=lambda sale: (sale["date"], -sale["revenue"], sale["order_id"]))
