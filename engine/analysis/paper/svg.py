"""Figures as SVG: plain shapes and text, no script, no reference to anything outside."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from xml.sax.saxutils import escape

from engine.analysis.paper.figures import Figure, Line, Panel
from engine.record.clean import clean_line

PANEL_WIDTH, PANEL_HEIGHT = 300, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 30, 34
PER_ROW = 3
LETTER = 6
"""Width of a letter of 11 px, more or less: what lines are broken by."""

INKS = ("#1b6ca8", "#c4622d", "#2f8f5b", "#7a4fa3", "#8a6d1d", "#555555")
GREY, FAINT = "#555555", "#dddddd"
SOURCE = "Recomputed by teamtop from recorded runs; after Mieczkowski et al. 2026, arXiv 2603.12229."


def svg(figure: Figure) -> str:
    """Return the whole file."""
    columns = min(PER_ROW, len(figure.panels))
    rows = -(-len(figure.panels) // columns)
    names = list(dict.fromkeys(line.name for panel in figure.panels for line in panel.lines))
    width = max(2, columns) * PANEL_WIDTH
    about = wrap(figure.about, width // LETTER)
    top = 52 + 14 * len(about)
    height = top + rows * PANEL_HEIGHT + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(12, 22, f"Figure {figure.number}. {figure.title}", size=15),
        *(_text(12, 40 + 14 * number, line, GREY) for number, line in enumerate(about)),
        *_legend(figure, names, top - 12),
    ]
    for number, panel in enumerate(figure.panels):
        x, y = number % columns * PANEL_WIDTH, top + number // columns * PANEL_HEIGHT
        parts.append(f'<g transform="translate({x} {y})">')
        parts += _bars(panel, names) if panel.kinds else _lines(panel, names)
        parts.append("</g>")
    parts.append(_text(12, height - 12, SOURCE, GREY, size=10))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(x: float, y: float, text: str, ink: str = "black", *, size: int = 11, anchor: str = "start") -> str:
    words = escape(clean_line(text))
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{ink}" font-size="{size}" text-anchor="{anchor}">{words}</text>'
    )


def _ink(name: str, names: list[str]) -> str:
    return INKS[names.index(name) % len(INKS)]


def _legend(figure: Figure, names: list[str], y: int) -> Iterable[str]:
    references = {line.name for panel in figure.panels for line in panel.lines if line.reference}
    x = 12.0
    for name in names:
        dash = ' stroke-dasharray="4 3"' if name in references else ""
        ink = GREY if name in references else _ink(name, names)
        yield f'<path d="M{x:.0f} {y}h18" stroke="{ink}" stroke-width="2"{dash}/>'
        yield _text(x + 22, y + 4, name)
        x += 40 + LETTER * len(clean_line(name))


class _Scale:
    """From values to places within a panel."""

    def __init__(self, panel: Panel) -> None:
        values = [y + (error or 0.0) for line in panel.lines for _, y, error in line.points]
        self.step = step_of(max(values, default=1.0))
        self.top = self.step * max(1, -(-max(values, default=1.0) // self.step))
        self.last = max((x for line in panel.lines for x, _, _ in line.points), default=1.0)

    def y(self, value: float) -> float:
        return PANEL_HEIGHT - BOTTOM - value / self.top * (PANEL_HEIGHT - TOP - BOTTOM)

    def x(self, agents: float) -> float:
        return LEFT + 12 + (agents - 1) / max(1.0, self.last - 1) * (PANEL_WIDTH - LEFT - RIGHT - 24)


def step_of(top: float) -> float:
    """A round step (1, 2 or 5 of a power of ten) of which about four reach ``top``."""
    if not top > 0:
        return 1.0
    power = 10.0**-20
    while power * 40 < top:
        power *= 10
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor * 5 >= top)


def _frame(panel: Panel, scale: _Scale) -> list[str]:
    right = PANEL_WIDTH - RIGHT
    parts = [_text(LEFT, 18, f"{panel.title} ({panel.unit})")]
    for number in range(round(scale.top / scale.step) + 1):
        y = scale.y(number * scale.step)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{FAINT}"/>')
        parts.append(_text(LEFT - 5, y + 4, f"{number * scale.step:g}", GREY, size=10, anchor="end"))
    return parts


def _lines(panel: Panel, names: list[str]) -> list[str]:
    scale = _Scale(panel)
    parts = _frame(panel, scale)
    for x in sorted({x for line in panel.lines for x, _, _ in line.points}):
        parts.append(_text(scale.x(x), PANEL_HEIGHT - BOTTOM + 15, f"{x:g}", GREY, size=10, anchor="middle"))
    parts.append(_text((LEFT + PANEL_WIDTH) / 2, PANEL_HEIGHT - 6, "agents", GREY, size=10, anchor="middle"))
    for line in panel.lines:
        parts += _line(line, scale, GREY if line.reference else _ink(line.name, names))
    return parts


def _line(line: Line, scale: _Scale, ink: str) -> list[str]:
    if not line.points:
        return []
    places = [(scale.x(x), scale.y(y)) for x, y, _ in line.points]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dash = ' stroke-dasharray="4 3"' if line.reference else ""
    parts = [f'<path d="M{path}" fill="none" stroke="{ink}" stroke-width="1.8"{dash}/>']
    for (x, y), (_, value, error) in zip(places, line.points, strict=True):
        if error:
            low, high = scale.y(max(0.0, value - error)), scale.y(value + error)
            parts.append(f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="{ink}"/>')
        if not line.reference:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{ink}"/>')
    return parts


def _bars(panel: Panel, names: list[str]) -> list[str]:
    scale = _Scale(panel)
    parts = _frame(panel, scale)
    room = (PANEL_WIDTH - LEFT - RIGHT) / max(1, len(panel.kinds))
    thick = room * 0.8 / max(1, len(panel.lines))
    for at, kind in enumerate(panel.kinds):
        parts.append(
            _text(LEFT + room * (at + 0.5), PANEL_HEIGHT - BOTTOM + 15, kind, GREY, size=9, anchor="middle")
        )
    for place, line in enumerate(panel.lines):
        for number, value, _ in line.points:
            x, y = LEFT + room * (number + 0.1) + place * thick, scale.y(value)
            tall = PANEL_HEIGHT - BOTTOM - y
            ink = _ink(line.name, names)
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{thick * 0.92:.1f}" height="{tall:.1f}" fill="{ink}"/>'
            )
    return parts
