"""The paper's results as text: Table 1, the statistics, and what of it reproduces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from engine.record.clean import clean_line
from tui.printing import WIDTH_WITHOUT_TERMINAL, print_table, print_text, width_of
from tui.widgets.spans import wrap

if TYPE_CHECKING:
    from engine.analysis.paper.results import Results
    from engine.analysis.paper.statistics import Statistic
    from engine.analysis.paper.table1 import Row

INDENT = 4


def print_results(results: Results) -> None:
    """Print everything for people; the first lines are the finding."""
    for sentence in _finding(results):
        print_text(sentence)
    _print_table1(results.table1)
    _print_statistics(results.statistics)


def _finding(results: Results) -> tuple[str, ...]:
    runs = results.measures.runs
    count = "1 run" if runs.height == 1 else f"{runs.height:,} runs"
    cells = [row for row in results.table1 if row.agents > 1]
    return (
        f"{count} ({int(runs['success'].sum()):,} successful) of {clean_line(results.source)}.",
        f"Table 1: {_share([row.reproduces for row in cells])}.",
        f"Statistics: {_share([found.reproduces for found in results.statistics])}.",
    )


def _share(verdicts: Sequence[bool | None]) -> str:
    known = [verdict for verdict in verdicts if verdict is not None]
    unknown = len(verdicts) - len(known)
    text = f"{sum(known)} of {len(known)} reproduce" if known else "nothing to compare"
    return f"{text}, {unknown} cannot be computed from these runs or were not published" if unknown else text


def _print_table1(rows: Sequence[Row]) -> None:
    from engine.analysis.paper.table1 import DEFINITION

    click.echo("\nTable 1: speedup and token multiplier against one agent (≠ the paper prints other values)")
    sizes = sorted({row.agents for row in rows if row.agents > 1})
    for mode in dict.fromkeys(row.mode for row in rows):
        lines: dict[tuple[str, str], dict[int, str]] = {}
        for row in rows:
            if row.mode == mode:
                lines.setdefault((row.model, row.structure), {})[row.agents] = _cell(row)
        cells = [
            ("", *map(clean_line, names), *(found.get(size, "–") for size in sizes))
            for names, found in lines.items()
        ]
        print_table((clean_line(mode).upper(), "", "", *(f"N={size}" for size in sizes)), cells)
    for row in rows:
        if row.reproduces is False:
            what = clean_line(f"{row.mode} {row.model} {row.structure} N={row.agents}")
            click.echo(f"≠ {what}: printed {row.published_speedup:.2f} {row.published_token_multiplier:.2f}")
    for line in wrap(DEFINITION, _room()):
        click.echo(line)


def _cell(row: Row) -> str:
    if row.speedup is None or row.token_multiplier is None:
        return "–"
    differs = "≠" if row.reproduces is False else ""
    return f"{row.speedup:.2f} {row.token_multiplier:.2f}{differs}"


def _print_statistics(statistics: Sequence[Statistic]) -> None:
    click.echo("\nStatistics of section 4 and appendix A.1 (✔ rounds to what is printed, ✘ does not)")
    name_width = max(len(found.name) for found in statistics)
    for found in statistics:
        mark = {True: "✔", False: "✘", None: "–"}[found.reproduces]
        p = "" if found.p_value is None or found.p_value == found.value else f"  p {_figure(found.p_value)}"
        click.echo(
            f"{mark} {found.name:<{name_width}}  {_figure(found.value)}, printed {found.published}{p}"
            f"  n {found.n:,}"
        )
        for line in wrap(found.definition, _room() - INDENT):
            click.echo(" " * INDENT + line)


def _figure(value: float | None) -> str:
    if value is None:
        return "unknown"
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    if abs(value) >= 1_000:  # sums of ranks, which may end in a half
        return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return f"{value:.4g}"


def _room() -> int:
    return min(width_of(None) or WIDTH_WITHOUT_TERMINAL, WIDTH_WITHOUT_TERMINAL)
