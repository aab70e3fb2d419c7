from typing import Any

from add_shares import add_shares


def _grade(position: int, cumulative: float) -> str:
    if position == 0 or cumulative <= 70:
        return "A"
    return "B" if cumulative <= 90 else "C"


def classify_regions(source: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the summaries with shares, each with a grade A, B or C by its cumulative share."""
    return [
        {**summary, "grade": _grade(position, summary["cumulative"])}
        for position, summary in enumerate(add_shares(source))
    ]
