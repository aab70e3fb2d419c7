"""``python -m engine.calibration FOLDER``: derive the simulated models anew, and say how well they agree.

Writes ``paces.json`` beside this file, the shipped ``profiles.json``, and ``docs/calibration.md``.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

from engine.calibration import aims, folds, report, transfer
from engine.calibration.compare import (
    again,
    agreement,
    apart,
    ceiling,
    ended,
    figures,
    intervals,
    success,
    success_ceiling,
    true_means,
    wall_error,
)
from engine.calibration.derive import PACES, derive, render
from engine.calibration.grid import Grid, cells, recorded, simulate
from engine.calibration.replies import Recordings, read
from engine.models.simulated.profile import TABLE

Rows = list[aims.Row]

RUNS = 17
"""Simulated runs of a cell that are compared, with other seeds than those that paces were fitted to."""


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(description="Calibrate the simulated models on recorded runs.")
    parser.add_argument("folder", type=Path, help="holds runs.parquet and events.parquet")
    parser.add_argument("--page", type=Path, default=Path("docs/calibration.md"))
    parser.add_argument("--fitting", type=int, default=4, help="runs per cell that paces are fitted to")
    parser.add_argument("--fitting-folds", type=int, default=3, help="the same where cells are held out")
    parser.add_argument("--repetitions", type=int, default=RUNS, help="runs per cell that are compared")
    parser.add_argument("--repetitions-folds", type=int, default=RUNS, help="the same of held-out cells")
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--page-only", action="store_true", help="keep the committed profiles")
    asked = parser.parse_args()
    recordings = read(asked.folder)
    fresh = max(asked.fitting, asked.fitting_folds)
    how = {
        "fitting": asked.fitting_folds,
        "repetitions": asked.repetitions_folds,
        "jobs": asked.jobs,
        "first": fresh,
    }
    if not asked.page_only:
        paces, _ = folds.calibrated(recordings, lambda _: True, asked.fitting, asked.jobs)
        PACES.write_text(json.dumps(paces, indent=1) + "\n", encoding="utf-8")
        TABLE.write_text(render(derive(recordings, paces)), encoding="utf-8")
        say("derived")
    before = _cpu()
    grid = simulate(cells(), asked.repetitions, None, asked.jobs, first=fresh)
    runs = sum(len(each.ended) for each in grid.values())
    cost = (
        f"Cells have {asked.repetitions} simulated runs each, held-out ones {asked.repetitions_folds}; "
        f"paces are fitted to {asked.fitting} runs with other seeds, those of folds to "
        f"{asked.fitting_folds}. {runs:,} runs in memory took "
        f"{_cpu() - before:.0f} s of processor time.\n"
    )
    say("played the grid")
    sizes = folds.by_size(recordings, **how)
    say("left sizes out")
    suites = folds.by_suite(recordings, **how)
    asked.page.write_text(_page(recordings, grid, sizes, suites, cost), encoding="utf-8")


def _page(
    recordings: Recordings, grid: Grid, sizes: list[folds.Fold], suites: list[folds.Fold], cost: str
) -> str:
    known = recorded(recordings.runs)
    held_out = {"held out: each N": sizes, "held out: each suite": suites}
    there = {cell for cell, runs in known.items() if runs.good}
    rows: Rows = []
    by_suite: Rows = []
    luck: aims.Chances = {}
    luck_by_suite: aims.Chances = {}
    for target, chances, single in ((rows, luck, False), (by_suite, luck_by_suite, True)):
        wanted = figures(known, by_suite=single)
        margin = intervals(known, by_suite=single)
        for mode in report.MODES:
            said = figures(grid, by_suite=single, like=there)
            target.append((mode, "fitted", agreement(said, wanted, mode, margin)))
            for what, left in held_out.items():
                said = folds.said(left, by_suite=single, like=there)
                chances[mode, what] = folds.wobble(left, known, mode, by_suite=single, like=there)
                target.append((mode, what, agreement(said, wanted, mode, margin)))
            halves = ceiling(known, mode, by_suite=single)
            target.append((mode, aims.NOISE, halves))
            target.append((mode, aims.TRUTH, true_means(halves)))
            target.append((mode, aims.REPEATED, again(known, mode, by_suite=single)))
    likely = {"fitted": folds.ends(TABLE.read_bytes(), cells())}
    likely |= {what: folds.left_out_ends(left) for what, left in held_out.items()}
    shares = {what: success(ends, known) for what, ends in likely.items()}
    played = {"fitted": grid} | {what: folds.left_out(left) for what, left in held_out.items()}
    luck_of_ends = max(
        abs(one.simulated - other.simulated)
        for what, runs in played.items()
        for one, other in zip(success(ended(runs), known), shares[what], strict=True)
    )
    alone = next(fold.grid for fold in sizes if fold.name == "1")
    noise = {mode: success_ceiling(known, mode) for mode in report.MODES}
    reached = [
        *aims.speedups(rows, luck),
        *(
            aims.success_aim(
                mode,
                what,
                figure,
                most=apart(success(likely[what], known, by_size=by_size), mode)[1],
                ceiling=success_ceiling(known, mode, by_size=by_size)[1],
            )
            for mode in report.MODES
            for what in held_out
            for figure, by_size in aims.RATES.items()
        ),
    ]
    walls = {mode: wall_error(alone, known, mode, 1) for mode in report.MODES}
    return report.page(
        aims=reached,
        by_suite_aims=aims.speedups(by_suite, luck_by_suite),
        noise=noise,
        rows=rows,
        by_suite=by_suite,
        shares=shares,
        luck=luck_of_ends,
        alone=[
            (what, said)
            for mode in report.MODES
            for what, found in (
                ("held out: each N", transfer.from_sizes(known, mode)),
                ("held out: each suite", transfer.from_suites(known, mode)),
            )
            for said in found
        ],
        walls=walls,
        simulated=figures(grid, like=there),
        recorded=figures(known),
        cost=cost,
    )


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def say(what: str) -> None:
    """Progress, on stderr."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")


if __name__ == "__main__":
    main()
