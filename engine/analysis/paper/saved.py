"""The paper's runs from a folder of saved runs that they were imported into, as the recording they were.

Rows of runs are in ``run.json`` as they stood in the data; rows of the log are made of the journals, of those
types that figures are computed from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from engine.analysis.paper.recording import EVENT_COLUMNS, RUN_COLUMNS, Recording
from engine.errors import TeamtopError
from engine.record.config import Imported
from engine.record.folder import RunFolder

SOURCE = "paper"

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "ts": pl.Float64,
    "round": pl.Float64,
    "type": pl.String,
    "agent": pl.String,
    "path": pl.String,
    "exit_code": pl.Float64,
    "seconds": pl.Float64,
}
"""Fields of journal lines that the log had as well."""

_TYPES = {
    "round_started": "round_start",
    "replied": "agent_reply",
    "file_edited": "edit_file",
    "task_claimed": "claim_task",
    "action_refused": "claim_blocked",
    "task_completed": "complete_task",
    "tests_finished": "run_tests",
}
"""Our types by those of the log; a refused action of an imported run is a claim that came too early."""

_WANTED = re.compile(rb'^\{"type":"(?:' + "|".join(_TYPES).encode() + rb')",.*\n', re.M)
"""Lines of these types: the type stands first in every line of a journal."""


def read(dirs: Sequence[Path]) -> Recording:
    """Read all imported runs in ``dirs``. Raises ``TeamtopError`` if there are none, or one is damaged."""
    found = {folder.path: row for directory in dirs for folder, row in _imported(directory)}
    if not found:
        places = ", ".join(str(path) for path in dirs)
        raise TeamtopError(
            f"No run of the paper is saved in {places}: `teamtop import paper FOLDER` brings them in, "
            "`teamtop paper FOLDER` reads the two Parquet files themselves."
        )
    names = {str(path / "events.jsonl"): row.name for path, row in found.items()}
    try:
        runs = pl.from_dicts([row.recorded for row in found.values()], schema=dict(RUN_COLUMNS))
        return Recording(runs, _events(names), f"{len(found):,} imported runs")
    except (OSError, TypeError, pl.exceptions.PolarsError) as error:
        raise TeamtopError(
            f"An imported run is damaged ({str(error).splitlines()[0][:120]}): remove its folder and import "
            "it again."
        ) from None


def _imported(directory: Path) -> list[tuple[RunFolder, Imported]]:
    runs: list[tuple[RunFolder, Imported]] = []
    try:
        paths = sorted(directory.iterdir())
    except OSError:
        return []
    for path in paths:
        folder = RunFolder(path)
        try:
            imported = folder.read_meta().imported
        except TeamtopError:
            continue  # not a run, or one that lists complain of
        if imported is not None and imported.source == SOURCE:
            runs.append((folder, imported))
    return runs


def _events(names: dict[str, str]) -> pl.DataFrame:
    """The wanted lines of all journals; the others are never parsed, which is most of the time there was."""
    lines: list[bytes] = []
    counts = []
    for path in names:
        data = Path(path).read_bytes()
        if not data.endswith(b"\n"):
            raise OSError(f"{path} breaks off in the middle of a line")
        found = _WANTED.findall(data)
        counts.append(len(found))
        lines += found
    table = pl.read_ndjson(b"".join(lines), schema=_COLUMNS) if lines else pl.DataFrame(schema=_COLUMNS)
    runs = pl.DataFrame({"run_dir": list(names.values()), "lines": counts})
    return table.select(
        runs.select(pl.col("run_dir").repeat_by("lines").explode().drop_nulls()).to_series(),
        pl.col("type").replace_strict(_TYPES),
        pl.col("ts", "round", "agent", "path"),
        pl.col("exit_code").alias("returncode"),
        pl.col("seconds"),
    ).select(list(EVENT_COLUMNS))
