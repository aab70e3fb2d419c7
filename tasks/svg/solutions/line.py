"""The line element."""


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = "black", width: float = 1) -> str:
    """Write a `<line>`; a stroke width of 1 is the default of SVG and left out."""
    if (x1, y1) == (x2, y2):
        raise ValueError("a line needs two different ends")
    if width <= 0:
        raise ValueError("the stroke width must be above 0")
    thickness = "" if width == 1 else f' stroke-width="{width:g}"'
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{stroke}"{thickness}/>'
