import math
from typing import Any

from tidy_fields import tidy_fields


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str):
        value = value.replace("$", "").replace(",", "")
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _quantity(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number.is_integer() else None


def _discount(value: Any) -> float | None:
    if value is None:
        return 0.0
    if isinstance(value, str) and value.endswith("%"):
        percent = _number(value[:-1])
        return None if percent is None else percent / 100
    return _number(value)


def parse_numbers(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the tidy records with quantity, unit price and discount as numbers, None if unreadable."""
    return [
        {
            **record,
            "quantity": _quantity(record["quantity"]),
            "unit_price": _number(record["unit_price"]),
            "discount": _discount(record["discount"]),
        }
        for record in tidy_fields(source)
    ]
