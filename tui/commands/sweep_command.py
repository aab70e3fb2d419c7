"""``teamtop sweep``: whole experiments over suites, structures, strategies, models and team sizes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from tui.commands.options import Command, runs_dir_option
from tui.commands.quantities import Dollars, Duration

if TYPE_CHECKING:
    from engine.record.config import RunConfig
    from engine.sweeps.cells import Cell
    from engine.sweeps.estimate import Estimate
    from engine.sweeps.plan import SweepPlan
    from engine.sweeps.play import Result

ENDED_OPEN, FAILURE, INTERRUPTED = 3, 1, 130

DIGITS_MAX = 9
"""Longest number that is looked at."""

_LISTS = ("suites", "structures", "strategies", "models")


@click.command("sweep", cls=Command, short_help="Run a whole experiment, cell by cell.")
@click.argument("plan", required=False, type=click.Path(path_type=Path))
@click.option("--suites", metavar="A,B", default=None, help="Suites. Default: mathutils.")
@click.option("--structures", metavar="A,B", default=None, help="Structures. Default: mixed.")
@click.option("--strategies", metavar="A,B", default=None, help="Strategies. Default: decentralized.")
@click.option("--models", metavar="A,B", default=None, help="Models. Default: sim/claude-sonnet-4-6.")
@click.option("-n", "--agents", metavar="1..5|1,2,4", default=None, help="Team sizes. Default: 1..5.")
@click.option("--repetitions", type=click.IntRange(1), default=None, help="Runs of each cell. Default: 1.")
@click.option("--first-seed", type=int, default=None, help="Seed of the first repetition. Default: 0.")
@click.option("--name", metavar="NAME", default=None, help="What runs are named after. Default: sweep.")
@click.option("--jobs", type=click.IntRange(0), default=None, help="Runs at a time. Default: one per core.")
@click.option("--retries", type=click.IntRange(0), default=None, help="Tries after a run failed. Default: 1.")
@click.option(
    "--budget-tokens", type=click.IntRange(1), default=None, help="Start no run once these are spent."
)
@click.option(
    "--budget-usd", type=Dollars(0, min_open=True), default=None, help="The same in dollars, as 2.50."
)
@click.option("--budget-seconds", type=Duration(), default=None, help="The same in real time: 90, 10m, 1h.")
@click.option("--dask", metavar="ADDRESS", default="", help="Play on this Dask cluster, as tcp://HOST:8786.")
@click.option("--dry-run", is_flag=True, help="Print the cells and what they may cost, and run nothing.")
@click.option("--results", "only_results", is_flag=True, help="Print what is there by now, and run nothing.")
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; all else goes to stderr.")
def command(
    *,
    plan: Path | None,
    runs_dir: Path,
    dry_run: bool,
    only_results: bool,
    dask: str,
    as_json: bool,
    **flags: Any,  # noqa: ANN401 - checked against SweepPlan
) -> int:
    """Run teams on every combination that PLAN (a TOML file) or the flags name; flags win.

    Finished cells are kept, so the same command goes on where it was stopped. Repetitions have the same
    seeds in all cells, so that differences are not luck of the draw. The runs are saved as any others.
    Exit codes: 0 all cells finished, 3 stopped by the budget, 1 some failed, 130 interrupted.
    """
    from engine.sweeps.cells import cells
    from engine.sweeps.play import finished

    asked = _plan(plan, flags)
    found = cells(asked, configure_cell)
    if only_results:
        _show(found, runs_dir, as_json=as_json)
        return 0
    if dry_run:
        todo = [cell for cell in found if finished(cell, runs_dir) is None]
        _show_estimate(found, todo, runs_dir, as_json=as_json)
        return 0
    return _run(asked, found, runs_dir, dask=dask, as_json=as_json)


def read_plan(path: Path) -> SweepPlan:
    """The plan in a file. Raises ``UsageError``."""
    from engine.sweeps.plan import build

    return build(_document(path), str(path))


def _document(path: Path) -> dict[str, Any]:
    from engine.errors import UsageError
    from engine.named import Unusable, table_in
    from engine.sweeps.plan import PLAN_BYTES

    try:
        return table_in(path, PLAN_BYTES)
    except Unusable as why:
        raise UsageError(f"{path} {why}; name a TOML file.") from None


def _plan(path: Path | None, flags: dict[str, Any]) -> SweepPlan:
    from engine.sweeps.plan import build

    document = {} if path is None else _document(path)
    budget = {key: flags.pop(f"budget_{key}") for key in ("tokens", "usd", "seconds")}
    if any(value is not None for value in budget.values()):
        given = document.get("budget", {})
        if isinstance(given, dict):  # ``build`` says what is wrong with anything else
            document["budget"] = {**given, **{k: v for k, v in budget.items() if v is not None}}
    for key, value in flags.items():
        if value is None:
            continue
        if key in _LISTS:
            document[key] = [part.strip() for part in value.split(",") if part.strip()]
        elif key == "agents" and ".." not in value:
            document[key] = [_number(part) for part in value.split(",")]
        else:
            document[key] = value
    return build(document, "the sweep" if path is None else str(path))


def _number(text: str) -> int:
    from engine.errors import UsageError

    if not text.strip().isdecimal() or len(text) > DIGITS_MAX:
        raise UsageError("--agents is a range as in 1..5, or numbers as in 1,2,4.")
    return int(text)


def configure_cell(asked: dict[str, object]) -> RunConfig:
    """What a cell is asked to be, with the defaults of ``teamtop run``. Raises ``UsageError``."""
    from tui.commands.run_command import configure

    speed = asked.pop("speed")
    return configure(speed=0.0 if speed == "max" else float(str(speed)), **asked)  # type: ignore[arg-type]  # checked against RunConfig


def _run(plan: SweepPlan, cells: Sequence[Cell], runs_dir: Path, *, dask: str, as_json: bool) -> int:
    from engine.sweeps.runner import sweep

    bar = _Bar(len(cells))
    results: dict[str, Result] = {}
    stopped, interrupted = "", False
    playing = sweep(cells, runs_dir, jobs=plan.jobs, retries=plan.retries, budget=plan.budget, dask=dask)
    try:
        while True:
            result = next(playing)
            bar.add(result)
            results[result.run_id] = result
    except StopIteration as end:
        stopped = end.value
    except KeyboardInterrupt:
        interrupted = True
    finally:
        playing.close()
        bar.clear()
    failed = _show(cells, runs_dir, as_json=as_json, results=results, stopped=stopped)
    if interrupted:
        click.echo("Interrupted: the same command goes on.", err=True)
        return INTERRUPTED
    return FAILURE if failed else ENDED_OPEN if stopped else 0


class _Bar:
    """Progress with the time left on a terminal, at most a few times a second; nothing elsewhere."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._played = total, 0, 0
        self._began = time.monotonic()
        self._next = 0.0
        self._on = sys.stderr.isatty()

    def add(self, result: Result) -> None:
        self._done += 1
        self._played += result.state != "kept"
        now = time.monotonic()
        if not self._on or now < self._next:
            return
        self._next = now + 0.2
        left = ""
        if self._played:
            seconds = (now - self._began) / self._played * (self._total - self._done)
            left = f", about {seconds / 60:.0f} min left" if seconds > 90 else f", about {seconds:.0f} s left"
        full = 30 * self._done // self._total
        line = f"{'█' * full}{'░' * (30 - full)} {self._done:,} of {self._total:,} runs{left}"
        click.echo(f"\r\x1b[2K{line}", err=True, nl=False)

    def clear(self) -> None:
        if self._on:
            click.echo("\r\x1b[2K", err=True, nl=False)


def _show(
    cells: Sequence[Cell],
    runs_dir: Path,
    *,
    as_json: bool,
    results: Mapping[str, Result] = MappingProxyType({}),
    stopped: str = "",
) -> int:
    """Print what is there of the cells; return how many of ``results``, just played, failed."""
    from engine.record.clean import clean_line
    from engine.sweeps.results import rows
    from tui.printing import print_table

    table = rows(cells, runs_dir, results)
    failed = [result for result in results.values() if result.state == "failed"]
    if as_json:
        told = {
            "rows": table,
            "cells": len(cells),
            "finished": sum(row["finished"] for row in table),
            "failed": [{"run_id": each.run_id, "problem": each.problem} for each in failed],
            "stopped": stopped,
        }
        click.echo(json.dumps(told, indent=2, allow_nan=False))
        return len(failed)
    header = ("SUITE", "STRATEGY", "MODEL", "AGENTS", "RUNS", "SUCCESS", "WALL", "TO SUCCESS")
    print_table((*header, "SPEEDUP", "TOKENS"), [_cells(row) for row in table])
    for each in failed[:10]:
        click.echo(clean_line(f"{each.run_id} failed: {each.problem}"), err=True)
    if len(failed) > 10:
        click.echo(f"… and {len(failed) - 10} more failed.", err=True)
    if stopped:
        click.echo(f"{stopped} The same command with a larger budget goes on.", err=True)
    return len(failed)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    from engine.record.clean import clean_line
    from tui.widgets.figures import clock, count, times

    def when(seconds: float | None) -> str:
        return "–" if seconds is None else clock(seconds)

    return (
        clean_line(f"{row['suite']} {row['structure']}"),
        clean_line(row["strategy"]),
        clean_line(row["model"]),
        str(row["agents"]),
        f"{row['finished']}/{row['runs']}",
        "–" if row["success"] is None else f"{row['success']:.0%}",
        when(row["wall_seconds"]),
        when(row["expected_seconds"]),
        times(row["speedup"]),
        "–" if row["tokens"] is None else count(row["tokens"]),
    )


def _show_estimate(cells: Sequence[Cell], todo: Sequence[Cell], runs_dir: Path, *, as_json: bool) -> None:
    from engine.record.clean import clean_line
    from engine.sweeps.estimate import estimate

    bar = _Rehearsals()
    try:
        found = estimate(todo, runs_dir, bar.tell)
    finally:
        bar.clear()
    if as_json:
        told = {
            "cells": [cell.run_id for cell in cells],
            "to_run": [cell.run_id for cell in todo],
            "estimate": {
                "known_for": found.known,
                "from_saved_runs": found.saved,
                "from_rehearsals": found.rehearsed,
                "tokens": found.tokens,
                "usd": found.usd,
            },
        }
        click.echo(json.dumps(told, indent=2, allow_nan=False))
        return
    kept = {cell.run_id for cell in cells} - {cell.run_id for cell in todo}
    for cell in cells:
        click.echo(f"{'kept' if cell.run_id in kept else 'run '}  {clean_line(cell.run_id)}")
    click.echo(f"{len(cells)} cells, {len(todo)} to run. {_estimate_words(found)}")


def _estimate_words(found: Estimate) -> str:
    from tui.widgets.figures import count, money

    if not found.runs:
        return "Nothing is to be paid for."
    if not found.known:
        return "Cost: unknown, nothing like them is saved and no simulated model can rehearse them."
    dollars = "at a price that is unknown" if found.usd is None else f"and {money(found.usd)}"
    sources = [f"{found.saved} from saved runs like them"] if found.saved else []
    sources += [f"{found.rehearsed} from a rehearsal with simulated models"] if found.rehearsed else []
    without = found.runs - found.known
    rest = f"; nothing is known of {without} more" if without else ""
    return f"Cost: about {count(found.tokens)} tokens {dollars} ({', '.join(sources)}{rest})."


class _Rehearsals:
    """How many rehearsals are over, on a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()

    def tell(self, over: int, total: int) -> None:
        if self._on:
            click.echo(f"\r\x1b[2KRehearsing: {over} of {total} kinds of runs", err=True, nl=False)

    def clear(self) -> None:
        if self._on:
            click.echo("\r\x1b[2K", err=True, nl=False)
