from typing import Any

from load_sales import load_sales
from sales_data import FIELDS

EMPTY_WORDS = {"", "-", "n/a", "none"}


def _tidy(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    return None if text.lower() in EMPTY_WORDS else text


def tidy_fields(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the records with exactly the known fields, text stripped and empty words as None."""
    return [{field: _tidy(record.get(field)) for field in FIELDS} for record in load_sales(source)]
