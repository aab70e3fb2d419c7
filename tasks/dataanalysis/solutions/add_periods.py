from typing import Any

from add_revenue import add_revenue


def add_periods(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the records with revenue, each with its month and its quarter added."""
    records = []
    for record in add_revenue(source):
        day = record["date"]
        quarter = (day.month - 1) // 3 + 1
        records.append(
            {**record, "month": f"{day.year:04d}-{day.month:02d}", "quarter": f"{day.year:04d}-Q{quarter}"}
        )
    return records
