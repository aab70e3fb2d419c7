"""``teamtop scaling``: speedup against team size over saved runs, and the laws that fit it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.options import Command, runs_dir_option

if TYPE_CHECKING:
    from engine.analysis.scaling import Interval, Series, UslFit


@click.command("scaling", cls=Command, short_help="Fit scaling laws to saved runs.")
@click.argument("words", nargs=-1, metavar="[WORD]…")
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(words: tuple[str, ...], runs_dir: Path, as_json: bool) -> int:
    """Show speedup against team size for runs that differ in team size alone, with fitted laws.

    WORDs choose series: all of them must stand in suite, structure, strategy or model. Failed runs count in
    the expected time to success. What the data cannot tell is said to be not identified.
    """
    from engine.analysis.scaling import collect
    from engine.store import RunsStore

    series = [each for each in collect(RunsStore([runs_dir]).folders()) if _fits(each, words)]
    if as_json:
        click.echo(json.dumps({"series": [_facts(each) for each in series]}, indent=2, allow_nan=False))
        return 0
    if not series:
        click.echo(
            "No saved run fits."
            if words
            else "No run is saved yet: `teamtop run -n 1`, then `-n 2`, … make some."
        )
        return 0
    for number, each in enumerate(series):
        if number:
            click.echo()
        _print(each)
    return 0


def _fits(series: Series, words: tuple[str, ...]) -> bool:
    kind = series.kind
    text = f"{kind.suite} {kind.structure} {kind.strategy} {kind.model}".casefold()
    return all(word.casefold() in text for word in words)


def _facts(series: Series) -> dict[str, Any]:
    from engine.analysis.scaling import fit_gustafson, fit_usl

    kind = series.kind
    usl = fit_usl(series.walls) if not _grows(series) else None
    gustafson = fit_gustafson(series.walls, series.tasks)
    return {
        "suite": kind.suite,
        "structure": kind.structure,
        "strategy": kind.strategy,
        "model": kind.model,
        "sizes": [
            {
                "agents": n,
                "tasks": series.tasks.get(n),
                "completed": len(series.walls.get(n, ())),
                "ended": len(series.ended.get(n, ())),
                "wall_seconds": series.mean(n),
                "expected_seconds": series.expected(n),
                "speedup": series.speedup(n),
                "speedup_interval": _pair(known) if (known := series.speedup_interval(n)) else None,
            }
            for n in series.sizes()
        ],
        "usl": _usl(usl) if usl is not None else None,
        "gustafson": None
        if gustafson is None
        else {"serial": gustafson.serial, "interval": _pair(gustafson.serial_interval)},
    }


def _grows(series: Series) -> bool:
    """Whether the work is not the same for all sizes, so that Amdahl's and the universal law do not apply."""
    return len(set(series.tasks.values())) > 1


def _usl(fit: UslFit) -> dict[str, Any]:
    return {
        "sigma": fit.sigma,
        "sigma_interval": _pair(fit.sigma_interval),
        "kappa": fit.kappa,
        "kappa_interval": _pair(fit.kappa_interval),
        "peak": fit.peak,
        "peak_interval": _pair(fit.peak_interval) if fit.peak_interval is not None else None,
        "no_peak": fit.no_peak,
        "advice": fit.advice,
    }


def _pair(interval: Interval) -> list[float | None]:
    """Low and high; an infinite end, which JSON cannot hold, is null."""
    return [value if math.isfinite(value) else None for value in (interval.low, interval.high)]


def _print(series: Series) -> None:
    from engine.record.clean import clean_line
    from tui.printing import print_table

    facts = _facts(series)
    click.echo(clean_line(f"{facts['suite']} {facts['structure']} · {facts['strategy']} · {facts['model']}"))
    usl, gustafson = facts["usl"], facts["gustafson"]
    rows = []
    for size in facts["sizes"]:
        n = size["agents"]
        fitted = n / (1 + usl["sigma"] * (n - 1) + usl["kappa"] * n * (n - 1)) if usl else None
        runs = f"{size['completed']} of {size['completed'] + size['ended']}"
        between = size["speedup_interval"]
        times = (
            _times(size["speedup"]),
            f"[{between[0]:.2f}, {between[1]:.2f}]" if between else "",
            _times(fitted),
        )
        rows.append(
            (str(n), runs, _seconds(size["wall_seconds"]), _seconds(size["expected_seconds"]), *times)
        )
    print_table(("AGENTS", "COMPLETED", "WALL", "TO SUCCESS", "SPEEDUP", "[95%]", "USL"), rows)
    if usl:
        click.echo(_usl_words(usl))
    elif not gustafson:
        click.echo("No law is fitted: that takes runs of one agent and of two other team sizes.")
    if gustafson:
        low, high = gustafson["interval"]
        click.echo(
            f"Gustafson: serial share {gustafson['serial']:.2f} [{low:.2f}, {high:.2f}] of the parallel run."
        )


def _usl_words(usl: dict[str, Any]) -> str:
    sigma, kappa = usl["sigma_interval"], usl["kappa_interval"]
    text = (
        f"USL: contention σ {usl['sigma']:.3f} [{sigma[0]:.3f}, {sigma[1]:.3f}], "
        f"coherency κ {usl['kappa']:.4f} [{kappa[0]:.4f}, {kappa[1]:.4f}]; "
    )
    if usl["peak"] is not None:
        low, high = usl["peak_interval"]
        return f"{text}speedup peaks at {usl['peak']:.1f} agents [{low:.1f}, {high:.1f}]."
    what = usl["advice"] or "beyond what ran"
    return f"{text}the peak is {what} ({usl['no_peak']:.0%} of resamples have none)."


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} s"


def _times(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}×"
