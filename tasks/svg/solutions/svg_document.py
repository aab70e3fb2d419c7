"""A page of charts as a whole SVG file."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from chart_grid import chart_grid

NAMESPACE = "http://www.w3.org/2000/svg"


def svg_document(
    title: str, charts: Sequence[tuple[str, Mapping[str, float]]], columns: int = 2, width: int = 300
) -> str:
    """Write an SVG file that shows the charts in columns of `width` and fits around them."""
    body, full_width, full_height = chart_grid(charts, columns, width)
    heading = f"<title>{escape(title)}</title>" if title else ""
    size = f'width="{full_width}" height="{full_height}" viewBox="0 0 {full_width} {full_height}"'
    return f'<svg xmlns="{NAMESPACE}" {size}>{heading}{body}</svg>\n'
