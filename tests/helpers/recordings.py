"""The paper's recorded runs beside the project, whole or in part, for tests that need them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from engine.calibration.replies import RecordedRun

SERIAL = RecordedRun(
    name="a run",
    model="gpt-5.2",
    suite="svg",
    structure="serial",
    mode="decentralized",
    agents=1,
    success=True,
    wall=60.0,
    read=1000,
    written=100,
    ended_right=None,
)
"""A run such as was recorded, for tests that make recordings of their own (``replace``)."""

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "paper"


def recordings() -> Path:
    """The folder of the data; the test is skipped if it is not there."""
    if not (FOLDER / "events.parquet").is_file():
        pytest.skip("the paper's data is not beside the project (../shared/paper), nothing to compute from")
    return FOLDER


def part(folder: Path, chosen: pl.Expr, rename: dict[str, str] | None = None) -> Path:
    """Write the runs that ``chosen`` picks, with their events, as a recording of its own into ``folder``."""
    source = recordings()
    runs = pl.read_parquet(source / "runs.parquet").filter(chosen)
    events = pl.scan_parquet(source / "events.parquet")
    events = events.filter(pl.col("run_dir").is_in(runs["run_dir"].to_list()))
    folder.mkdir(parents=True, exist_ok=True)
    runs.rename(rename or {}).write_parquet(folder / "runs.parquet")
    events.collect().write_parquet(folder / "events.parquet")
    return folder
