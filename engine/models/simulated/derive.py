"""Derive the parameter table of the simulated models from the recorded runs.

``python -m engine.models.simulated.derive ../shared/paper`` rewrites ``profiles.json`` beside this file.

Input: the folder of the recordings published with Mieczkowski et al. 2026 (arXiv 2603.12229):
``runs.parquet``, ``events.parquet``, and ``profiles.json``, the generative parameters fitted to them.
Behaviour, latency and tokens are taken from the fitted parameters; what a team's code is worth is measured
here:

- ``wrong``: per file. If a share s of the preassigned runs ends with all twenty files right and files go
  wrong independently, a file is wrong with 1 - s^(1/20). Preassigned runs end after one or two rounds, so
  next to nothing was mended in them.
- ``repair``: the same figure of decentralized runs, which do test and mend, is what was left; the rest was
  mended: 1 - wrong(decentralized) / wrong(preassigned). Kept within 0.25 (so that a run in which completion
  needs passing tests can end) and 0.95.
- ``claims``: claims (granted or blocked) per edit in the first replies of preassigned runs, at most 1.

The recorded engine did no more for an agent than show it titles; with whole specifications real models will
do better. The recordings cannot tell by how much.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.models.simulated.profile import TABLE

if TYPE_CHECKING:
    import polars

MODELS = {
    "claude": ("claude-sonnet-4-6", "anthropic_claude-sonnet-4-6"),
    "gemini": ("gemini-3-flash", "google_gemini-3-flash-preview"),
    "gpt": ("gpt-5.2", "openai_gpt-5.2"),
}
SUITES = {
    "math": ("mathutils", "mathutilities20"),
    "data": ("dataanalysis", "dataanalysis"),
    "svg": ("svg", "svgutils"),
}
FILES = 20  # of every recorded suite
REGIMES = ("pre_first", "pre_edit", "pre_plain", "dec_first", "dec_edit", "dec_plain")
ABOUT = (
    "Parameters of the simulated models, derived from recorded runs by engine/models/simulated/derive.py; "
    "meanings in engine/models/simulated/profile.py."
)
SOURCE = (
    "Recorded runs published with Mieczkowski et al. 2026, Language Model Teams as Distributed Systems, "
    "arXiv 2603.12229 (MIT licence)."
)


def derive(folder: Path) -> dict[str, Any]:
    """Return the table as plain data. Raises ``OSError`` if a recording is missing."""
    recorded = json.loads((folder / "profiles.json").read_text(encoding="utf-8"))
    passing = _passing(folder)
    models: dict[str, Any] = {}
    for short, (model, model_folder) in MODELS.items():
        claims = _claims(recorded["facts"][short]["pre"]["per_reply_by_round"]["1"])
        models[model] = {}
        for key, (suite, kind) in SUITES.items():
            fitted = recorded["profiles"][short][key]
            given = _wrong(passing[model_folder, kind, "preassign_nolead"])
            left = _wrong(passing[model_folder, kind, "decentralized"])
            models[model][suite] = {
                "latency": {
                    "cap": fitted["latency"]["cap"],
                    **{
                        name: {k: v for k, v in fitted["latency"][name].items() if k != "n"}
                        for name in REGIMES
                    },
                },
                "given": _given(fitted["pre"], claims),
                "claiming": {name: _claiming(fitted["dec"][name]) for name in ("chain", "flat")},
                "tokens": _tokens(fitted["tokens"]),
                "wrong": round(given, 4),
                "repair": round(min(0.95, max(0.25, 1 - left / given)), 4),
            }
    return {"about": ABOUT, "source": SOURCE, "models": models}


def render(table: dict[str, Any]) -> str:
    """The table as JSON with one line per model, suite and part, so that a change shows where it is."""
    lines = [f'{{"about": {json.dumps(table["about"])},', f'"source": {json.dumps(table["source"])},']
    models = []
    for model, suites in table["models"].items():
        blocks = []
        for suite, parts in suites.items():
            body = ",\n".join(f"  {json.dumps(name)}: {json.dumps(part)}" for name, part in parts.items())
            blocks.append(f" {json.dumps(suite)}: {{\n{body}}}")
        models.append(f"{json.dumps(model)}: {{\n" + ",\n".join(blocks) + "}")
    return "\n".join(lines) + '\n"models": {\n' + ",\n".join(models) + "}}\n"


def _passing(folder: Path) -> dict[tuple[str, str, str], tuple[int, int]]:
    """(runs that end with passing tests, runs whose end was tested), per model folder, suite and mode.

    An end counts as tested if the last run of the tests came after the last edit; successful runs only.
    """
    import polars as pl

    runs = pl.read_parquet(folder / "runs.parquet").filter(pl.col("success"))
    events = pl.read_parquet(folder / "events.parquet", columns=["type", "run_dir", "returncode"])
    events = events.with_row_index("row")
    last_edit = (
        events.filter(pl.col("type") == "edit_file")
        .group_by("run_dir")
        .agg(pl.col("row").max().alias("edit"))
    )
    last_test = (
        events.filter(pl.col("type") == "run_tests")
        .group_by("run_dir")
        .agg(pl.col("row").max().alias("test"), pl.col("returncode").last())
    )
    ends = runs.join(last_test, on="run_dir").join(last_edit, on="run_dir")
    tested: polars.DataFrame = ends.filter(pl.col("test") > pl.col("edit"))
    counts = tested.group_by("model_dir", "task_type", "mode").agg(
        (pl.col("returncode") == 0).sum().alias("passed"), pl.len().alias("runs")
    )
    return {(m, s, mode): (int(passed), int(total)) for m, s, mode, passed, total in counts.iter_rows()}


def _wrong(counts: tuple[int, int]) -> float:
    passed, total = counts
    # Half a run more on either side keeps the share off 0, where no file could ever be right.
    share = (passed + 0.5) / (total + 1)
    return 1.0 - float(share ** (1 / FILES))


def _claims(first: dict[str, float]) -> float:
    return round(min(1.0, (first["claim_task"] + first["claim_blocked"]) / first["edit_file"]), 4)


def _sketch(counts: dict[str, Any]) -> list[float]:
    values = [float(value) for value in counts["q"]]
    return [counts["p0"], *(values[:1] if len(set(values)) == 1 else values)]


def _given(pre: dict[str, Any], claims: float) -> dict[str, Any]:
    def styles(by_size: dict[str, Any]) -> dict[str, Any]:
        return {
            size: {"hold": v["hold"], "step": v["step"], "edits": v["edits_when_hold"]}
            for size, v in by_size.items()
        }

    def going(turn: dict[str, Any]) -> dict[str, Any]:
        return {"all": turn["all"], "one": turn["one"], "edits": turn["edits_mean"]}

    idle = pre["done_idle"]
    return {
        "chain": styles(pre["turn1_chain"]),
        "flat": styles(pre["turn1_flat"]),
        "batch": _sketch(pre["batch_cap_K"]),
        "turn2": going(pre["turn2"]),
        "turn3": going(pre["turn3_6"]),
        "turn7": going(pre["turn7plus"]),
        "idle": {"talks": idle["p_noact"], "edits": idle["edits_mean"], "tests": idle["tests"]},
        "p_test": pre["p_test"],
        "claims": claims,
    }


def _claiming(dec: dict[str, Any]) -> dict[str, Any]:
    listed = dec["scope"] == "listed"
    rates = [
        *("turn1_complete_same", "attempt_p", "attempt_p_turn2", "complete_same", "open_complete_p"),
        *("attempt_p_when_open", "second_reply_claim_p", "p_test_solo", "p_test_team"),
    ]
    sketches = [
        *("turn1_attempts", "turn1_edits", "attempts_turn2", "edits_turn2_3", "edits_turn2_3_solo"),
        *("edits_solo", "edits_team"),
    ]
    return {
        **{name: dec[name] for name in rates},
        **{name: _sketch(dec[name]) for name in sketches},
        "attempts": _sketch(dec["attempts_listed" if listed else "attempts_available"]),
        "phases": dec["phases"] > 0,
        "listed": listed,
    }


def _tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    output, read = tokens["output"], tokens["input"]
    return {
        "per_reply": output["per_reply"],
        "per_edit": output["per_edit"],
        "per_tag": output["per_tag"],
        # The median of |x| of a normal x is 0.6745 sigma.
        "sigma": round(output["median_rel_err"] / 0.6745, 4),
        "cap": output["cap"],
        "base": read["base"],
        "per_past_turn": read["per_past_turn"],
        "past_factor": read["past_output_factor"],
        "window": read["window_turns"],
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m engine.models.simulated.derive FOLDER_OF_THE_RECORDINGS")
    try:
        TABLE.write_text(render(derive(Path(sys.argv[1]))), encoding="utf-8")
    except OSError as error:
        sys.exit(f"{error.filename or sys.argv[1]}: {error.strerror or error}")
