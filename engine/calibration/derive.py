"""Derive the parameter table of the simulated models from the recorded runs.

``python -m engine.calibration.derive ../shared/paper`` rewrites ``engine/models/simulated/profiles.json``.

Input: the folder of the recordings published with Mieczkowski et al. 2026 (arXiv 2603.12229), of which
``runs.parquet`` and ``events.parquet`` are read. What replies hold is counted (``behaviour``), their seconds
and tokens are fitted (``costs``). What a team's code is worth is measured here:

- ``wrong``: per file. If a share s of the preassigned runs ends with all twenty files right and files go
  wrong independently, a file is wrong with 1 - s^(1/20). Preassigned runs end after one or two rounds, so
  next to nothing was mended in them.
- ``repair``: the same figure of decentralized runs, which do test and mend, is what was left; the rest was
  mended: 1 - wrong(decentralized) / wrong(preassigned). Kept within 0.25 (so that a run in which completion
  needs passing tests can end) and 0.95.

``pace`` is what is left between the runs that such models play and the recorded ones (``pace``): it is fitted
to walls of whole runs, kept in ``paces.json`` and only taken over here.

The recorded engine did no more for an agent than show it titles; with whole specifications real models will
do better. The recordings cannot tell by how much.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.calibration import behaviour, costs
from engine.calibration.replies import MODELS, SUITES, RecordedRun, Recordings, read
from engine.models.simulated.profile import TABLE

FILES = 20  # of every recorded suite
PACES = Path(__file__).with_name("paces.json")
KINDS = tuple(f"{mode}_{shape}" for mode in ("pre", "dec") for shape in ("parallel", "mixed", "serial"))
NEUTRAL = {kind: {"alone": 1.0, "crowding": 0.0} for kind in KINDS}
"""Paces that change nothing."""

ABOUT = (
    "Parameters of the simulated models, derived from recorded runs by engine/calibration/derive.py; "
    "meanings in engine/models/simulated/profile.py."
)
SOURCE = (
    "Recorded runs published with Mieczkowski et al. 2026, Language Model Teams as Distributed Systems, "
    "arXiv 2603.12229 (MIT licence)."
)

Paces = Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]
"""By model, suite and kind (``NEUTRAL``)."""


def derive(recorded: Recordings, paces: Paces | None = None, *, common: bool = False) -> dict[str, Any]:
    """Return the table as plain data. A suite without runs of a model gets what its others have in common;
    with ``common``, every suite does."""
    models: dict[str, Any] = {}
    for model in MODELS.values():
        models[model] = {}
        growths = behaviour.growth(recorded.only(_of(model)), common=common)
        for suite in SUITES.values():
            here = recorded.only(_of(model, suite))
            if common or not here.runs:
                here = recorded.only(_of(model))
            given = _wrong(_passing(here, "preassigned"))
            left = _wrong(_passing(here, "decentralized"))
            models[model][suite] = {
                "latency": costs.latency(here),
                "pace": paces[model][suite] if paces else NEUTRAL,
                "forgets": behaviour.forgets(here, growths),
                "given": behaviour.given(here),
                "claiming": behaviour.claiming(here),
                "tokens": costs.tokens(here),
                "wrong": round(given, 4),
                "repair": round(min(0.95, max(0.25, 1 - left / given)), 4),
            }
    return {"about": ABOUT, "source": SOURCE, "models": models}


def _of(model: str, suite: str = "") -> Callable[[RecordedRun], bool]:
    return lambda run: run.model == model and suite in ("", run.suite)


def without_failures(table: dict[str, Any]) -> dict[str, Any]:
    """The same models, none of which ever loses sight of a task: walls are those of runs that ended."""
    for suites in table["models"].values():
        for parts in suites.values():
            parts["forgets"] |= {kind: 0.0 for kind in parts["forgets"] if not kind.endswith("growth")}
    return table


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


def _passing(recorded: Recordings, mode: str) -> tuple[int, int]:
    """Successful runs that ended with passing tests, and those whose end was tested at all."""
    tested = [
        run for run in recorded.runs if run.mode == mode and run.success and run.ended_right is not None
    ]
    return sum(run.ended_right is True for run in tested), len(tested)


def _wrong(counts: tuple[int, int]) -> float:
    passed, total = counts
    # Half a run more on either side keeps the share off 0, where no file could ever be right.
    share = (passed + 0.5) / (total + 1)
    return 1.0 - float(share ** (1 / FILES))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m engine.calibration.derive FOLDER_OF_THE_RECORDINGS")
    try:
        paces = json.loads(PACES.read_text(encoding="utf-8"))
        TABLE.write_text(render(derive(read(Path(sys.argv[1])), paces)), encoding="utf-8")
    except OSError as error:
        sys.exit(f"{error.filename or sys.argv[1]}: {error.strerror or error}")
