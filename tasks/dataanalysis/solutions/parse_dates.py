from datetime import date, datetime
from typing import Any

from parse_numbers import parse_numbers

FORMATS = ("%Y-%m-%d", "%d/%m/%Y")


def _date(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    for layout in FORMATS:
        try:
            return datetime.strptime(value, layout).date()
        except ValueError:
            continue
    return None


def parse_dates(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the records with numbers parsed and the date as a ``datetime.date``, None if unreadable."""
    return [{**record, "date": _date(record["date"])} for record in parse_numbers(source)]
