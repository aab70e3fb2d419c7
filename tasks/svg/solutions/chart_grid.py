"""Charts in columns."""

from collections.abc import Mapping, Sequence

from chart_column import chart_column


def chart_grid(
    charts: Sequence[tuple[str, Mapping[str, float]]], columns: int, width: int, margin: int = 20
) -> tuple[str, int, int]:
    """Deal charts out over columns with a margin around each; give markup, total width and total height."""
    if columns < 1:
        raise ValueError("a grid needs at least one column")
    if not charts:
        raise ValueError("a grid needs at least one chart")
    used = min(columns, len(charts))
    drawn = []
    tallest = 0
    for index in range(used):
        left = margin + index * (width + margin)
        markup, height = chart_column(left, margin, width, charts[index::used])
        drawn.append(markup)
        tallest = max(tallest, height)
    return "".join(drawn), margin + used * (width + margin), tallest + 2 * margin
