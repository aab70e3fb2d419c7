from typing import Any

from drop_duplicates import drop_duplicates

DEFAULTS = {"region": "Unknown", "product": "Unknown", "customer": "Guest"}


def _normal(value: Any, default: str) -> str:
    if value is None:
        return default
    return " ".join(word.capitalize() for word in str(value).split())


def normalize_names(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the distinct records with region, product and customer in one spelling."""
    return [
        record | {field: _normal(record[field], default) for field, default in DEFAULTS.items()}
        for record in drop_duplicates(source)
    ]
