from typing import Any

from sales_data import SALES


def load_sales(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return copies of the raw records of ``source``, or of the shared dataset if it is None."""
    records = SALES if source is None else source
    if not all(isinstance(record, dict) for record in records):
        raise TypeError("every sales record must be a dict")
    return [dict(record) for record in records]
