"""A titled bar chart."""

from collections.abc import Mapping

from bar_table import bar_table


def bar_chart(
    x: float, y: float, width: float, title: str, data: Mapping[str, float], limit: int | None = None
) -> str:
    """Draw the data, largest first, under a title; entries beyond `limit` are summed up as "other"."""
    if limit is not None and limit < 1:
        raise ValueError("limit must be at least 1")
    ranked = sorted(data.items(), key=lambda entry: entry[1], reverse=True)
    entries: list[tuple[str, float | None]] = [(title, None)] if title else []
    entries += ranked[:limit] or [("no data", None)]
    if limit is not None and len(ranked) > limit:
        entries.append(("other", sum(value for _, value in ranked[limit:])))
    return bar_table(x, y, width, entries)
