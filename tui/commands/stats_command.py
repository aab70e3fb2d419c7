"""``teamtop stats``: the paper's tests over any selection of saved runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.options import Command, Word, runs_dir_option

if TYPE_CHECKING:
    import polars as pl

    from engine.analysis.stats import Comparison, Group
    from engine.analysis.stats.effects import Effect
    from engine.selection import Selection

_BY = ("strategy", "structure", "model", "agents", "suite", "status", "source")
_MEASURES = (
    *("speedup", "token_multiplier", "wall_seconds", "tokens", "cost_usd", "rounds"),
    *("replies", "messages", "idle_rounds", "test_failures", "concurrent_writes", "rewrites"),
    *("claims_blocked", "chatter", "straggler_gap"),
)


@click.command("stats", cls=Command, short_help="Compare groups of saved runs with rank tests.")
@click.argument("words", nargs=-1, metavar="[RUN|PATTERN|FOLDER|PLAN|FILTER]…")
@click.option("--by", type=Word(*_BY), default=None, help="What groups differ in. Default: what does.")
@click.option("--each", type=Word(*_BY), default=None, help="Do it apart for each value of this.")
@click.option(
    "--measure",
    "measures",
    type=Word(*_MEASURES),
    multiple=True,
    help="What is compared; may be given again. Default: speedup and token multiplier, else time and tokens.",
)
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    *,
    words: tuple[str, ...],
    by: str | None,
    each: str | None,
    measures: tuple[str, ...],
    runs_dir: Path,
    as_json: bool,
) -> int:
    """Compare groups of saved runs: Kruskal–Wallis, Mann–Whitney, Wilcoxon, Spearman, with effect sizes.

    Runs are named by id, beginning of an id, pattern ('paper-*'), folder, or a sweep's plan (TOML), all by
    default; filters (model:gemini, agents:2..5, status:completed, '#tag') choose among them. Failed runs are
    counted everywhere. p-values are two-sided; p (Holm) is corrected for all tests that are printed.
    """
    from engine.selection import select

    chosen = select(words, runs_dir, _cells)
    told = _told(chosen, by, each, measures, runs_dir)
    if as_json:
        click.echo(json.dumps(told, indent=2, allow_nan=False))
    else:
        _print(told)
    return 0


def _cells(path: Path) -> Sequence[str]:
    from engine.sweeps.cells import cells
    from tui.commands.sweep_command import configure_cell, read_plan

    return [cell.run_id for cell in cells(read_plan(path), configure_cell)]


def _told(
    chosen: Selection, by: str | None, each: str | None, measures: Sequence[str], runs_dir: Path
) -> dict[str, Any]:
    from engine.analysis.stats import MEASURES, differing, table
    from engine.analysis.stats.counted import COUNTED
    from engine.analysis.stats.measures import FINISHED, values
    from engine.errors import UsageError
    from engine.store import RunsStore

    rows = chosen.rows
    left_out = Counter(row.status for row in rows if row.status not in FINISHED)
    more = [row for row in map(RunsStore([runs_dir]).row, _one_agent(rows, runs_dir)) if not row.sample]
    runs = table(rows, more, counts=not set(COUNTED).isdisjoint(measures))
    if not runs.height:
        raise UsageError("None of these runs has ended: there is nothing to compare yet.")
    varied = [name for name in differing(runs) if name not in (each, "status")]
    by = by or (varied[0] if varied else "strategy")
    measured = [name for name in MEASURES if len(values(runs, name)) > 1]
    chosen_measures = (
        list(measures)
        or [name for name in ("speedup", "token_multiplier") if name in measured]
        or [name for name in ("wall_seconds", "tokens") if name in measured]
    )
    parts = [("", runs)] if each is None else [(str(key[0]), part) for key, part in _split(runs, each)]
    from engine.analysis.stats.comparisons import correct

    found = [_part(name, part, by, chosen_measures) for name, part in parts]
    every = correct([test for _, _, tests in found for test in tests])
    told, begin = [], 0
    for name, groups, tests in found:
        mine = every[begin : begin + len(tests)]
        begin += len(tests)
        told.append(
            {
                "each": name or None,
                "groups": [asdict(group) for group in groups],
                "tests": [asdict(test) for test in mine],
            }
        )
    return {
        "runs": runs.height,
        "completed": int(runs["completed"].sum()),
        "left_out": dict(sorted(left_out.items())),
        "by": by,
        "each": each,
        "measures": chosen_measures,
        "also_differ": [name for name in varied if name != by],
        "tests": len(every),
        "correction": "holm",
        "parts": told,
    }


def _one_agent(rows: Sequence[Any], runs_dir: Path) -> list[Any]:
    """Folders of one-agent runs beside those that were chosen: what speedups are measured against."""
    from engine.errors import TeamtopError
    from engine.record.folder import RunFolder

    known = {row.folder.path for row in rows}
    if any(row.agents == 1 for row in rows):
        return []
    found = []
    for parent in dict.fromkeys([row.folder.path.parent for row in rows]):
        for path in sorted(parent.iterdir()):
            folder = RunFolder(path)
            try:
                if path not in known and folder.exists() and folder.read_meta().config.agents == 1:
                    found.append(folder)
            except TeamtopError:
                continue
    return found


def _split(runs: pl.DataFrame, by: str) -> list[tuple[tuple[Any, ...], pl.DataFrame]]:
    return sorted(runs.group_by(by), key=lambda part: part[0])


def _part(
    name: str, runs: pl.DataFrame, by: str, measures: Sequence[str]
) -> tuple[str, list[Group], list[Comparison]]:
    from engine.analysis.stats import compare, describe

    groups = {str(key[0]): part for key, part in _split(runs, by)}
    return name, [describe(key, part) for key, part in groups.items()], compare(groups, by, measures)


# ---------------------------------------------------------------- in words


_TESTS = {
    "kruskal_wallis": "Kruskal–Wallis",
    "mann_whitney": "Mann–Whitney",
    "wilcoxon_paired": "Wilcoxon, pairs",
    "wilcoxon": "Wilcoxon",
    "spearman": "Spearman",
}
_EFFECTS = {
    "cliffs_delta": "δ",
    "epsilon_squared": "ε²",
    "rank_biserial": "r",
    "rho": "ρ",
    "ratio": "×",
    "shift": "Δ",
    "typical": "Δ",
}


def _print(told: dict[str, Any]) -> None:
    from engine.record.clean import clean_line
    from tui.printing import print_fitting, print_text

    failed = told["runs"] - told["completed"]
    print_text(
        f"{told['runs']:,} runs by {told['by']}, {told['completed']:,} completed"
        + (f", {failed:,} ended with tasks open." if failed else ".")
    )
    for status, count in told["left_out"].items():
        print_text(f"Left out: {count:,} that {_LEFT_OUT.get(status, status)}.")
    if told["also_differ"]:
        others = ", ".join(told["also_differ"])
        print_text(
            f"Runs of a group differ in {others} as well: filter (as in {told['also_differ'][0]}:…) or split "
            "(--each) where that matters."
        )
    for part in told["parts"]:
        click.echo()
        if part["each"] is not None:
            print_text(clean_line(f"{told['each']} {part['each']}"))
        header = (told["by"].upper(), "RUNS", "SUCCESS", "[95%]", "WALL", "TO SUCCESS", "[95%]")
        names = [name for name in told["measures"] if name != "wall_seconds"]
        titles = tuple(f"MEDIAN {name.replace('_', ' ').upper()}" for name in names)
        groups = [_group(group, names) for group in part["groups"]]
        print_fitting((*header, *titles), groups, ("[95%]", "WALL", *reversed(titles)))
        if part["tests"]:
            click.echo()
            tests = ("TEST", "OF", "GROUPS", "STATISTIC", "N", "p", "p (HOLM)", "p, FAILED WORST")
            print_fitting(
                (*tests, "EFFECT [95%]", "FACTOR OR SHIFT [95%]"),
                [_test(test) for test in part["tests"]],
                ("STATISTIC", "p", "N", "p, FAILED WORST", "FACTOR OR SHIFT [95%]"),
            )
    click.echo()
    print_text(
        f"{told['tests']} tests: of so many, chance alone makes one in twenty look significant; p (Holm) is "
        "corrected for all of them. TO SUCCESS has failed runs done again: mean of all / share completed."
        if told["tests"]
        else "No test: that takes two groups, or three team sizes, with values that differ."
    )


_LEFT_OUT = {
    "running": "still run",
    "broken off": "were broken off (`teamtop resume` goes on with them)",
    "problem": "cannot be read",
}


def _group(group: dict[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    from engine.record.clean import clean_line

    low, high = group["success_interval"]
    expected = group["expected_seconds"]
    return (
        clean_line(group["name"]),
        str(group["runs"]),
        f"{group['success']:.0%}",
        f"[{low:.0%}, {high:.0%}]",
        _seconds(group["wall_seconds"]),
        "never" if expected is None else _seconds(expected["value"]),
        "" if expected is None else _interval(expected),
        *(_number(group["medians"][name]) for name in names),
    )


def _test(test: dict[str, Any]) -> tuple[str, ...]:
    from engine.record.clean import clean_line

    return (
        _TESTS[test["test"]],
        test["measure"].replace("_", " "),
        clean_line(_versus(test)),
        f"{test['statistic']:,.4g}" if test["test"] == "spearman" else f"{test['statistic']:,.1f}",
        str(test["n"]),
        _p(test["p_value"]),
        _p(test["p_holm"]),
        "" if test["p_with_failed"] is None else _p(test["p_with_failed"]),
        _effect(test["effect"]),
        _effect(test["shift"]),
    )


def _versus(test: dict[str, Any]) -> str:
    groups = test["groups"]
    return f"all {len(groups)}" if test["test"] == "kruskal_wallis" else f"{groups[0]} : {groups[1]}"


def _effect(effect: dict[str, Any] | None) -> str:
    if effect is None:
        return ""
    return f"{_EFFECTS.get(effect['name'], '')} {_number(effect['value'])} {_interval(effect)}".strip()


def _interval(effect: Effect | dict[str, Any]) -> str:
    low, high = (effect["low"], effect["high"]) if isinstance(effect, dict) else (effect.low, effect.high)
    return "" if low is None or high is None else f"[{_number(low)}, {_number(high)}]"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{_number(value)} s"


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"
