"""Where speedup went, and speedup over team sizes, as rows. Pure."""

from __future__ import annotations

from engine.analysis.accounting import Losses, about
from engine.record.clean import clean_line
from tui.insights import Curve
from tui.widgets.figures import times
from tui.widgets.plot import Series, plot_rows
from tui.widgets.spans import Row, Span, crop_row, pad, wrap

NAME = 27
"""Cells of a cause's name."""

SHOWN = 0.005
"""Steps below this much speedup are left out: they would read 0.00."""


def waterfall_rows(found: Losses, cells: int, height: int, said: str = "") -> list[Row]:
    """From the ideal N down to the measured speedup, a step for each cause, the largest first.

    ``said``, the same in a sentence, stands below where there is room for it.
    """
    speed = found.speedup or 0.0
    steps = sorted((s for s in found.waterfall() if abs(s[1]) >= SHOWN), key=lambda s: -s[1])
    against = (
        "against saved one-agent runs"
        if found.source == "runs"
        else "at least, estimated as if one agent needed this team's useful time and nothing else"
    )
    told = wrap(f"{times(speed)} {against}", cells)
    kept = max(1, height - 3 - len(told))
    room = max(8, cells - NAME - 9)
    top = max([float(found.agents), speed, 1e-9])
    rows = [_step("ideal, one for each agent", float(found.agents), (0.0, found.agents / top), room, "graph")]
    level = float(found.agents)
    for cause, lost in steps[:kept]:
        after = level - lost
        span = (min(level, after) / top, max(level, after) / top)
        rows.append(
            _step(
                about(cause, imported=found.imported).title, -lost, span, room, "warn" if lost > 0 else "good"
            )
        )
        level = after
    hidden = len(steps) - kept
    if hidden > 0:
        rows.append([Span(f"… {hidden} smaller ones", "muted")])
    rows.append(_step("= speedup", speed, (0.0, speed / top), room, "measured"))
    rows += [[Span(line, "muted")] for line in told]
    words = wrap(clean_line(said), cells)
    if said and len(rows) + len(words) <= height:
        rows += [[Span(line)] for line in words]
    return [crop_row(row, cells) for row in rows[:height]]


def _step(name: str, value: float, span: tuple[float, float], room: int, role: str) -> Row:
    begin, end = (min(room, max(0, round(share * room))) for share in span)
    sign = f"{value:+8.2f}".replace("-", "−") if role in {"warn", "good"} else f"{value:8.2f}"
    bar = Span("█" * max(1, end - begin), "warn" if role == "warn" else "good")
    if role in {"graph", "measured"}:
        bar = Span("█" * max(1, end - begin), "graph" if role == "graph" else "measured")
    return [Span(pad(name, NAME)), Span(sign + " "), Span(" " * begin), bar]


def sizes_rows(curve: Curve, cells: int, height: int) -> list[Row]:
    """Speedup over team sizes: what was measured ●, the fitted law ┄."""
    lines = [Series("measured", curve.points), Series("USL", curve.fitted, reference=True)]
    told: list[Row] = [[Span(line, "muted")] for line in wrap(clean_line(curve.sentence), cells, 2)]
    rows = plot_rows([line for line in lines if line.points], cells, max(4, height - len(told)))
    return [crop_row(row, cells) for row in [*rows, *told]][:height]


def missing_rows(sentence: str, cells: int) -> list[Row]:
    """Why there is nothing to see."""
    return [[Span(line, "muted")] for line in wrap(clean_line(sentence), cells)]
