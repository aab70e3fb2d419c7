"""One line of a horizontal bar chart."""

from cell_row import cell_row

LABEL_WIDTH = 80
VALUE_WIDTH = 40
GAP = 4
HEIGHT = 20


def bar_line(
    x: float, y: float, width: float, label: str, value: float | None, top: float, fill: str = "steelblue"
) -> str:
    """Draw label, bar and value of one entry, `top` being a full bar; without a value, a heading."""
    if value is None:
        return cell_row(x, y, HEIGHT, [(width, label, "middle", None)])
    span = width - LABEL_WIDTH - VALUE_WIDTH - 2 * GAP
    if span <= 0:
        raise ValueError(f"a width of {width} leaves no room for a bar")
    if top <= 0 or not 0 <= value <= top:
        raise ValueError(f"value {value} is not between 0 and {top}")
    cells = [
        (LABEL_WIDTH, label, "end", None),
        (span * value / top, "", "start", fill),
        (VALUE_WIDTH, f"{value:g}", "start", None),
    ]
    return cell_row(x, y, HEIGHT, cells, GAP)
