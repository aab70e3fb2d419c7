from typing import Any

from normalize_names import normalize_names


def add_revenue(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the normalized records with gross amount and revenue (after discount) added."""
    records = []
    for record in normalize_names(source):
        gross = record["quantity"] * record["unit_price"]
        revenue = gross * (1 - record["discount"])
        records.append({**record, "gross": round(gross, 2), "revenue": round(revenue, 2)})
    return records
