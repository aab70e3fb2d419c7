"""Charts under each other."""

from collections.abc import Mapping, Sequence

from bar_chart import bar_chart

LINE_STEP = 24
CHART_GAP = 16


def chart_column(
    x: int, y: int, width: int, charts: Sequence[tuple[str, Mapping[str, float]]]
) -> tuple[str, int]:
    """Stack charts (title, data) from (x, y) downwards; give the markup and the height they take."""
    drawn: list[str] = []
    height = 0
    for title, data in charts:
        if drawn:
            height += CHART_GAP
        drawn.append(bar_chart(x, y + height, width, title, data))
        lines = max(1, len(data)) + (1 if title else 0)
        height += lines * LINE_STEP
    return "".join(drawn), height
