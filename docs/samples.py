"""Records the sample runs that ship in ``runs/``: ``make samples``.

They are runs like any user's, of the simulated models, with real files, locks and tests, on a scaled clock:

- ``sample-solo``: one agent, the baseline that the team samples are measured against;
- ``sample-team``: four agents claim for themselves; one crashes and comes back, another is slow for a while;
- ``sample-lead``: a lead and four developers draw SVG.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = Path(__file__).parent.parent / "runs"

PLAN = """
[[fault]]
kind = "crash"
target = "Dev3"
at_round = 2
duration_seconds = 25
why = "to see the others go on without it"

[[fault]]
kind = "slow"
target = "Dev1"
at_round = 4
duration_seconds = 20
factor = 2.5
why = "to see the others wait at the barrier"
"""

COMMON = ["--tests", "real", "--display", "none", "--runs-dir", str(RUNS)]
SAMPLES: dict[str, list[str]] = {
    "sample-solo": ["mathutils", "--structure", "mixed", "-n", "1", "--strategy", "decentralized"],
    "sample-team": ["mathutils", "--structure", "mixed", "-n", "4", "--strategy", "decentralized"],
    "sample-lead": ["svg", "--structure", "parallel", "-n", "4", "--strategy", "lead"],
}
EXTRA: dict[str, list[str]] = {
    "sample-solo": ["--speed", "40", "--seed", "8"],
    "sample-team": ["--speed", "10", "--seed", "8"],
    "sample-lead": ["--speed", "10", "--seed", "3", "--model", "sim/gemini-3-flash"],
}


def main() -> None:
    """Record all samples anew."""
    with tempfile.TemporaryDirectory() as folder:
        plan = (
            Path(folder) / "crash-and-slow.toml"
        )  # a run keeps the name that it was given: no machine's path
        plan.write_text(PLAN)
        for name, words in SAMPLES.items():
            shutil.rmtree(RUNS / name, ignore_errors=True)
            faults = ["--faults", plan.name] if name == "sample-team" else []
            command = [sys.executable, "-m", "tui", "run", *words, *EXTRA[name], *faults, *COMMON]
            subprocess.run([*command, "--run-id", name], cwd=folder, check=True)  # noqa: S603 - our own command
            for cache in ("repo", "locks"):
                shutil.rmtree(RUNS / name / cache, ignore_errors=True)
            for left in ("run.lock", "engine.log", "control.sock"):
                (RUNS / name / left).unlink(missing_ok=True)
            print(name, (RUNS / name / "events.jsonl").stat().st_size, "bytes of journal")


if __name__ == "__main__":
    main()
