"""The paper's table and statistics by ``teamtop paper`` and by pandas with SciPy, from the same files.

    python benchmarks/bench_paper.py [--json] [FOLDER]

FOLDER holds runs.parquet and events.parquet (default: ../shared/paper). Both sides read the files and compute
Table 1 and the 41 statistics; imports are excluded, the best of some passes counts, taken in turns so that
others on the machine disturb both alike. The pandas side does what the paper's notebook does with its own
tools (merge, groupby, scipy.stats); that both come to the same numbers is checked first.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from scipy import stats

from engine.analysis.paper.recording import MODELS, MODES, STRUCTURES, read
from engine.analysis.paper.results import results

PASSES = 20
SECONDS = 2.0
RATIO = 2.0
CELL = ["mode", "task_type", "structure", "model"]


def with_polars(folder: Path) -> dict[str, float]:
    """Ours."""
    found = results(read(folder)).as_dict()
    table = {_cell(row): row["speedup"] for row in found["table1"]}
    return table | {row["name"]: row["value"] for row in found["statistics"]}


def _cell(row: Mapping[Any, Any]) -> str:
    return f"{row['mode']}.{row['model']}.{row['structure']}.N{row['agents']}"


def with_pandas(folder: Path) -> dict[str, float]:
    """The same by pandas."""
    runs, events = pd.read_parquet(folder / "runs.parquet"), pd.read_parquet(folder / "events.parquet")
    runs = runs.assign(
        mode=runs["mode"].map(MODES),
        structure=runs["p_label"].map(STRUCTURES),
        model=runs["model_dir"].map(MODELS),
        agents=runs["n_teammates"],
        wall=runs["wall_clock_seconds"],
        tokens=runs["total_input_tokens"] + runs["total_output_tokens"],
    )
    good = runs[runs["success"]]
    means = good.groupby([*CELL, "agents"])[["wall", "tokens"]].mean().reset_index()
    alone = means[means["agents"] == 1][[*CELL, "wall", "tokens"]]
    cells = means.merge(alone, on=CELL, suffixes=("", "_one"))
    cells["speedup"] = cells["wall_one"] / cells["wall"]
    cells["multiplier"] = cells["tokens"] / cells["tokens_one"]
    table = cells.groupby(["mode", "model", "structure", "agents"])[["speedup", "multiplier"]].mean()
    values = {_cell(row): row["speedup"] for row in table.reset_index().to_dict("records")}
    good = good.merge(alone, on=CELL, how="left", suffixes=("", "_one"))
    good["speedup"] = good["wall_one"] / good["wall"]
    good["excess"] = good["tokens"] / good["tokens_one"] - good["speedup"]
    good["multiplier"] = good["tokens"] / good["tokens_one"]
    good, rounds = _courses(good, events)
    return values | _statistics(runs, good, rounds)


def _courses(good: pd.DataFrame, events: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    replies = events[events["type"] == "agent_reply"]
    begun = events[events["type"] == "round_start"][["run_dir", "round", "ts"]]
    late = replies.merge(begun.rename(columns={"ts": "began"}), on=["run_dir", "round"])
    late["latency"] = late["ts"] - late["began"]
    late = late[(late["latency"] > 0) & (late["latency"] < 180)]
    gaps = late.groupby(["run_dir", "round"])["latency"].agg(["max", "mean", "size"]).reset_index()
    gaps = gaps[gaps["size"] >= 2]
    gaps["gap"] = gaps["max"] - gaps["mean"]
    facts = good[["run_dir", "mode", "model", "structure", "agents"]]
    rounds = gaps.merge(facts, on="run_dir")
    tests = events[(events["type"] == "run_tests") & events["returncode"].isin([1, 2, 3])]
    played = replies.groupby(["run_dir", "round"]).size().reset_index(name="replies")
    completed = events[events["type"] == "complete_task"].groupby(["run_dir", "round"]).size()
    idle = played.merge(completed.reset_index(name="completions"), on=["run_dir", "round"], how="left")
    idle = idle[idle["completions"].isna()]
    for name, rows in (("failures", tests), ("messages", replies), ("idle", idle)):
        counts = rows.groupby("run_dir").size().reset_index(name=name)
        good = good.merge(counts, on="run_dir", how="left").fillna({name: 0})
    return good, rounds


class _Test(Protocol):
    statistic: float
    pvalue: float


def _statistics(runs: pd.DataFrame, good: pd.DataFrame, rounds: pd.DataFrame) -> dict[str, float]:
    pre, dec = good[good["mode"] == "preassigned"], good[good["mode"] == "decentralized"]
    teams, decs = pre[pre["agents"] >= 2], dec[dec["agents"] >= 2]
    gaps, dgaps = rounds[rounds["mode"] == "preassigned"], rounds[rounds["mode"] == "decentralized"]
    speed = {s: teams[teams["structure"] == s]["speedup"] for s in STRUCTURES.values()}
    gap = {s: gaps[gaps["structure"] == s]["gap"] for s in STRUCTURES.values()}
    five = teams[(teams["structure"] == "parallel") & (teams["agents"] == 5)]
    serial = teams[teams["structure"] == "serial"]
    bound = 1 / (0.1 + 0.9 / 5)
    rho = stats.spearmanr(decs["speedup"], decs["agents"])
    failed = runs[~runs["success"]].groupby(["mode", "model"]).size()

    def u(x: pd.Series, y: pd.Series) -> _Test:
        test: _Test = stats.mannwhitneyu(x, y, alternative="greater", method="asymptotic")
        return test

    def worst(x: pd.DataFrame, y: pd.DataFrame, column: str) -> float:
        return max(
            float(u(x[x["model"] == m][column], y[y["model"] == m][column]).pvalue) for m in MODELS.values()
        )

    def above(values: pd.Series) -> float:
        return float(stats.wilcoxon(values, alternative="greater").pvalue)

    claude = five[five["model"] == "claude"]["speedup"]
    return {
        "sec4_1.kruskal_H": stats.kruskal(*speed.values()).statistic,
        "sec4_1.mwu_p09_gt_p05": u(speed["parallel"], speed["mixed"]).statistic,
        "sec4_1.mwu_p05_gt_p02": u(speed["mixed"], speed["serial"]).statistic,
        "sec4_1.wilcoxon_M": five["speedup"].median(),
        "sec4_1.wilcoxon_p_lt_001": stats.wilcoxon(five["speedup"] - bound, alternative="less").pvalue,
        "sec4_1.wilcoxon_claude_p": stats.wilcoxon(claude - bound, alternative="less").pvalue,
        "sec4_2.mwu_pre_vs_dec": u(teams["speedup"], decs["speedup"]).statistic,
        "sec4_2.median_speedup_preassigned": teams["speedup"].median(),
        "sec4_2.median_speedup_decentralized": decs["speedup"].median(),
        "sec4_2.per_model_p": worst(teams, decs, "speedup"),
        "sec4_3.mwu_failures": u(dec["failures"], pre["failures"]).statistic,
        "sec4_3.median_failures_decentralized": dec["failures"].median(),
        "sec4_3.median_failures_preassigned": pre["failures"].median(),
        "sec4_3.per_model_p": worst(dec, pre, "failures"),
        "sec4_4.mwu_messages": u(dec["messages"], pre["messages"]).statistic,
        "sec4_4.r_messages_vs_N": stats.spearmanr(dec["messages"], dec["agents"]).statistic,
        "sec4_4.mwu_idle": u(dec["idle"], pre["idle"]).statistic,
        "sec4_5.mwu_straggler": u(gaps["gap"], dgaps["gap"]).statistic,
        "sec4_5.median_gap_preassigned": gaps["gap"].median(),
        "sec4_5.median_gap_decentralized": dgaps["gap"].median(),
        "sec4_5.per_model_p": worst(gaps, dgaps, "gap"),
        "sec4_5.r_gap_vs_N_preassigned": stats.spearmanr(gaps["gap"], gaps["agents"]).statistic,
        "sec4_5.r_gap_vs_N_decentralized": stats.spearmanr(dgaps["gap"], dgaps["agents"]).statistic,
        "sec4_5.kruskal_gap_H": stats.kruskal(*gap.values()).statistic,
        "sec4_5.median_gap_mixed": gap["mixed"].median(),
        "sec4_5.median_gap_parallel": gap["parallel"].median(),
        "sec4_5.mwu_mixed_vs_parallel_p": u(gap["mixed"], gap["parallel"]).pvalue,
        "sec4_6.excess_median_preassigned": teams["excess"].median(),
        "sec4_6.excess_wilcoxon_p_preassigned": above(teams["excess"]),
        "sec4_6.serial_token_mean": serial["multiplier"].mean(),
        "sec4_6.serial_speedup_mean": serial["speedup"].mean(),
        "sec4_6.serial_p": above(serial["excess"]),
        "sec4_6.excess_median_decentralized": decs["excess"].median(),
        "sec4_6.excess_wilcoxon_p_decentralized": above(decs["excess"]),
        "sec4_6.rho_tokens_vs_N": stats.spearmanr(decs["multiplier"], decs["agents"]).statistic,
        "sec4_6.rho_speedup_vs_N": rho.statistic,
        "sec4_6.rho_speedup_vs_N_p": rho.pvalue,
        **{f"appA1.retries_{m}": float(failed.get(("decentralized", m), 0)) for m in MODELS.values()},
        "appA1.timeouts_preassigned": float(
            np.sum([count for (mode, _), count in failed.items() if mode == "preassigned"])
        ),
    }


def main() -> int:
    """Print both times and their ratio; 1 if one of the aims is missed."""
    words = [word for word in sys.argv[1:] if word != "--json"]
    folder = Path(words[0]) if words else Path("../shared/paper")
    if not (folder / "events.parquet").is_file():
        print(f"{folder} does not hold the paper's data; nothing was measured.", file=sys.stderr)
        return 0
    ours, theirs = with_polars(folder), with_pandas(folder)
    odd = [name for name in ours if not math.isclose(ours[name], theirs[name], rel_tol=1e-6)]
    if odd or set(ours) != set(theirs):
        print(f"The two do not agree: {odd or set(ours) ^ set(theirs)}", file=sys.stderr)
        return 1
    best = {"polars": math.inf, "pandas": math.inf}
    for _ in range(PASSES):
        for name, compute in (("polars", with_polars), ("pandas", with_pandas)):
            began = time.perf_counter()
            compute(folder)
            best[name] = min(best[name], time.perf_counter() - began)
    ratio = best["pandas"] / best["polars"]
    if "--json" in sys.argv:
        print(json.dumps({f"{name}_seconds": seconds for name, seconds in best.items()} | {"ratio": ratio}))
    else:
        print(
            f"teamtop paper {best['polars']:.3f} s, pandas {best['pandas']:.3f} s: {ratio:.1f} times as fast"
        )
    return 0 if best["polars"] < SECONDS and ratio >= RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
