from typing import Any


def pivot_table(
    records: list[dict[str, Any]], row: str, column: str, value: str
) -> dict[Any, dict[Any, float]]:
    """Return the sums of ``value`` as a table: rows, then columns, each in ascending order."""
    complete = [
        record for record in records if all(record.get(field) is not None for field in (row, column, value))
    ]
    rows = sorted({record[row] for record in complete})
    columns = sorted({record[column] for record in complete})
    table: dict[Any, dict[Any, float]] = {name: dict.fromkeys(columns, 0) for name in rows}
    for record in complete:
        table[record[row]][record[column]] += record[value]
    return table
