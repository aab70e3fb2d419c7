"""``teamtop simulate``: whole teams in virtual time, disturbed and judged, seed by seed."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.options import PREFIX, Command

if TYPE_CHECKING:
    from engine.simulation.runner import Result
    from engine.simulation.scenario import Settings
    from engine.simulation.summary import Summary

SEEDS_MAX = 100_000_000
"""Seeds of one command: a month of two cores."""

SHRUNK = 5
"""Violations whose plans are made small: the first ones are looked at, the others are counted."""

WIDTH = 30
"""Cells of the progress bar."""


def _variable(flag: str) -> str:
    # TEAMTOP_MODEL and the like are settings of runs, which may well be real models
    return f"{PREFIX}SIMULATE_{flag}"


@click.command("simulate", cls=Command, short_help="Test the engine: many seeds, random faults, invariants.")
@click.option(
    "--seeds", metavar="A..B", default="0..99", show_default=True, help="Seeds, both ends included."
)
@click.option(
    "--faults",
    metavar="PLAN|random|none",
    default="random",
    show_default=True,
    envvar=_variable("FAULTS"),
    help="A fault plan (a TOML file, or a ready one) for all seeds, a random one for each, or none.",
)
@click.option(
    "--suite",
    metavar="SUITE",
    default="mixed",
    show_default=True,
    envvar=_variable("SUITE"),
    help="A shipped or synthetic suite, or mixed.",
)
@click.option(
    "--structure",
    metavar="NAME",
    default="",
    envvar=_variable("STRUCTURE"),
    help="parallel, mixed, serial. Default: drawn for each seed.",
)
@click.option(
    "-n",
    "--agents",
    metavar="N",
    default="mixed",
    show_default=True,
    envvar=_variable("AGENTS"),
    help="Number of developers (a lead is extra), or mixed.",
)
@click.option(
    "--strategy",
    metavar="NAME",
    default="mixed",
    show_default=True,
    envvar=_variable("STRATEGY"),
    help="One strategy for all seeds, or mixed.",
)
@click.option(
    "--model",
    metavar="NAME",
    default="mixed",
    show_default=True,
    envvar=_variable("MODEL"),
    help="One simulated model for all agents, or mixed.",
)
@click.option(
    "--people/--no-people", default=True, show_default=True, help="Whether people pause, heal and write, too."
)
@click.option("--jobs", type=click.IntRange(min=0), default=0, help="Processes. Default: one per core.")
@click.option("--twice", is_flag=True, help="Play every seed twice and compare the journals.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("violations"),
    show_default=True,
    metavar="DIR",
    help="Where shrunk fault plans go; made when there is one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    *,
    seeds: str,
    faults: str,
    suite: str,
    structure: str,
    agents: str,
    strategy: str,
    model: str,
    people: bool,
    jobs: int,
    twice: bool,
    save: Path,
    as_json: bool,
) -> int:
    """Run whole teams on simulated seams in virtual time and hold them against the engine's promises.

    For each violation: the seed, the smallest fault plan found that still shows it, and the command that
    has it again. The exit code is 1 if there is one.
    """
    from engine.simulation import scenario
    from engine.simulation.parallel import run_many
    from engine.simulation.summary import Summary

    span = _span(seeds)
    settings = scenario.Settings(
        suite=suite,
        structure=structure,
        agents=_agents(agents),
        strategy=strategy,
        model=model,
        faults=_faults(faults),
        people=people,
    )
    scenario.check(settings)
    summary, began = Summary(), time.monotonic()
    bar = _Bar(len(span), began)
    interrupted = False
    results = run_many(span, settings, jobs=jobs, twice=twice)
    try:
        for result in results:
            summary.add(result)
            bar.show(summary)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        results.close()
        bar.clear()
    seconds = time.monotonic() - began
    violations = [_told(result, settings, save) for result in summary.bad[:SHRUNK]]
    violations += [_plain(result) for result in summary.bad[SHRUNK:]]
    _print(summary, violations, span, seconds, as_json=as_json)
    if interrupted:
        return 130
    return 1 if violations else 0


def _span(text: str) -> range:
    from engine.errors import UsageError
    from tasks.errors import quoted

    first, dots, last = text.partition("..")
    if not first.isdecimal() or (dots and not last.isdecimal()) or len(text) > 40:
        raise UsageError(f"--seeds is a number, or two of them as in 0..9999, not {quoted(text)}.")
    start, end = int(first), int(last or first)
    if end < start:
        raise UsageError(f"--seeds {start}..{end} holds no seed: write the smaller number first.")
    if end - start >= SEEDS_MAX:
        raise UsageError(f"--seeds {start}..{end} are more than {SEEDS_MAX:,}: play them in parts.")
    return range(start, end + 1)


def _agents(text: str) -> int:
    """How many developers; 0 stands for any number."""
    from engine.errors import UsageError
    from engine.joining import TEAM_MAX
    from tasks.errors import quoted

    if text == "mixed":
        return 0
    if not text.isdecimal() or not 1 <= int(text[:9]) <= TEAM_MAX:
        raise UsageError(f"-n is a number from 1 to {TEAM_MAX}, or mixed, not {quoted(text)}.")
    return int(text)


def _faults(text: str) -> str:
    from engine.faults import library

    if text in ("random", "none", ""):
        return "random" if text == "random" else ""
    return library.text_of(text)


class _Bar:
    """Progress on a terminal, at most a few times a second; nothing elsewhere."""

    def __init__(self, total: int, began: float) -> None:
        self._total = total
        self._began = began
        self._next = 0.0
        self._on = sys.stderr.isatty()

    def show(self, summary: Summary) -> None:
        now = time.monotonic()
        if not self._on or now < self._next:
            return
        self._next = now + 0.2
        full = WIDTH * summary.runs // self._total
        rate = summary.runs / max(now - self._began, 1e-6)
        bad = f", {len(summary.bad)} with violations" if summary.bad else ""
        bar = "█" * full + "░" * (WIDTH - full)
        line = f"{bar} {summary.runs:,} of {self._total:,}, {rate:.0f} runs/s{bad}"
        click.echo(f"\r\x1b[2K{line}", err=True, nl=False)

    def clear(self) -> None:
        if self._on:
            click.echo("\r\x1b[2K", err=True, nl=False)


def _plain(result: Result) -> dict[str, Any]:
    return {
        "seed": result.seed,
        "found": [
            {"name": each.name, "seq": each.seq, "sentence": each.sentence} for each in result.violations
        ],
        "scheduler": result.scheduler,
        "strategy": result.strategy,
        "outcome": result.outcome,
        "plan": None,
        "reproduce": None,
    }


def _told(result: Result, settings: Settings, save: Path) -> dict[str, Any]:
    """The violation with its smallest plan, saved, and the command that has it again."""
    from engine.errors import TeamtopError
    from engine.simulation import summary
    from engine.simulation.plantext import render

    plan = summary.shrunk(result, settings)
    path = save / f"seed-{result.seed}.toml"
    if plan:
        try:
            save.mkdir(parents=True, exist_ok=True)
            path.write_text(render(plan), "utf-8")
        except OSError as error:
            reason = error.strerror or error
            raise TeamtopError(f"{path} cannot be written ({reason}): choose another --save.") from None
    return _plain(result) | {
        "plan": render(plan),
        "reproduce": summary.command(result.seed, settings, str(path) if plan else ""),
    }


def _print(
    summary: Summary, violations: list[dict[str, Any]], span: range, seconds: float, *, as_json: bool
) -> None:
    rate = round(summary.runs / seconds, 1) if seconds > 0 else None
    if as_json:
        import json

        facts = {"seeds": [span[0], span[-1]], **summary.facts()}
        facts |= {"violations": violations, "seconds": round(seconds, 3), "runs_per_second": rate}
        click.echo(json.dumps(facts, indent=2, allow_nan=False))
        return
    from engine.record.clean import clean, clean_line

    for violation in violations:
        click.echo(f"✖ seed {violation['seed']} ({violation['strategy']}, {violation['scheduler']})")
        for found in violation["found"]:
            click.echo(f"  {found['name']} at event {found['seq']}: {clean_line(found['sentence'], 400)}")
        if violation["reproduce"] is not None:
            plan = clean(violation["plan"]).strip() or "no faults"
            click.echo("  smallest plan found:")
            for line in plan.splitlines():
                click.echo(f"    {line}")
            click.echo(f"  again: {violation['reproduce']}")
    struck = sum(summary.faults.values())
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(summary.faults.items()))
    hours = f"{summary.virtual_seconds / 3600:,.1f} h of virtual time"
    counts = f"{summary.runs:,} runs, {summary.events:,} events"
    click.echo(f"{counts}, {hours} in {seconds:.1f} s ({rate} runs/s).")
    click.echo(f"{struck:,} faults: {kinds}." if struck else "No faults.")
    if struck:
        cells = summary.coverage()
        click.echo(f"{cells['reached']} of {cells['of']} pairs of a fault and a phase of a turn reached.")
    count = len(violations)
    click.echo(
        "No violation." if not count else f"{count} {'seed' if count == 1 else 'seeds'} with violations."
    )
