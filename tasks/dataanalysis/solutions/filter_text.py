from typing import Any


def filter_text(records: list[dict[str, Any]], field: str, text: str) -> list[dict[str, Any]]:
    """Return the records whose ``field`` is a string that contains ``text``, ignoring case."""
    if not text.strip():
        raise ValueError("text must not be blank")
    wanted = text.casefold()
    return [
        record
        for record in records
        if isinstance(value := record.get(field), str) and wanted in value.casefold()
    ]
