"""Recorded runs as the paper publishes them: a table of runs, and one of events in the order of the log.

Columns of ``runs``: ``run_dir`` names the run; ``model_dir``, ``exp_dir``, ``mode``, ``task_type``,
``p_label``, ``p_true``, ``n_teammates``, ``rep`` say what it was; ``success``, ``wall_clock_seconds``,
``total_rounds``, ``concurrent_writes``, ``claims_blocked`` and tokens how it went. Columns of ``events``:
``run_dir``, ``type``, ``ts`` (seconds since 1970), ``round``, ``agent``, ``path``, ``returncode``,
``seconds``; null where a type does not have it. The rows of a run stand together, in the order of its log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from engine.errors import TeamtopError

RUNS, EVENTS = "runs.parquet", "events.parquet"

Schema = Mapping[str, pl.DataType | type[pl.DataType]]

RUN_COLUMNS: Schema = {
    "run_dir": pl.String,
    "model_dir": pl.String,
    "exp_dir": pl.String,
    "mode": pl.String,
    "task_type": pl.String,
    "p_label": pl.String,
    "p_true": pl.Float64,
    "n_teammates": pl.Int64,
    "rep": pl.Int64,
    "success": pl.Boolean,
    "wall_clock_seconds": pl.Float64,
    "total_rounds": pl.Int64,
    "concurrent_writes": pl.Int64,
    "claims_blocked": pl.Int64,
    "total_input_tokens": pl.Int64,
    "total_output_tokens": pl.Int64,
}
EVENT_COLUMNS: Schema = {
    "run_dir": pl.String,
    "type": pl.String,
    "ts": pl.Float64,
    "round": pl.Float64,
    "agent": pl.String,
    "path": pl.String,
    "returncode": pl.Float64,
    "seconds": pl.Float64,
}

MODES = {"preassign": "preassigned", "preassign_nolead": "preassigned", "decentralized": "decentralized"}
"""The release's modes by the paper's names. Its notebook takes the first two together; one has no rows."""

STRUCTURES = {"p09": "parallel", "p05": "mixed", "p02": "serial"}
"""The release's labels of structures, the most parallel first (the digits are the share of parallel work)."""

MODELS = {
    "anthropic_claude-sonnet-4-6": "claude",
    "google_gemini-3-flash-preview": "gemini",
    "openai_gpt-5.2": "gpt",
}
"""The paper's models by short names; others keep their own."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The two tables; ``source`` says for people where they are from."""

    runs: pl.DataFrame
    events: pl.DataFrame
    source: str


def read(folder: Path) -> Recording:
    """Read the two Parquet files of ``folder``. Raises ``TeamtopError``: what is wrong with which."""
    if folder.is_file():
        raise TeamtopError(f"{folder} is a file: name the folder that holds {RUNS} and {EVENTS}.")
    return Recording(
        read_table(folder / RUNS, RUN_COLUMNS), read_table(folder / EVENTS, EVENT_COLUMNS), str(folder)
    )


def read_table(path: Path, columns: Schema) -> pl.DataFrame:
    """Read these columns of a Parquet file. Raises ``TeamtopError``: missing, damaged, or of another kind."""
    try:
        found = pl.read_parquet_schema(path)
        _demand(path, found, columns)
        table = pl.read_parquet(path, columns=list(columns))
        return table.select(_column(name, kind) for name, kind in columns.items())
    except FileNotFoundError:
        raise TeamtopError(
            f"{path} is missing: the folder of the paper's data holds {RUNS} and {EVENTS}."
        ) from None
    except OSError as error:
        raise TeamtopError(f"{path} cannot be read: {error.strerror or 'it is no Parquet file'}.") from None
    except pl.exceptions.PolarsError as error:
        raise TeamtopError(
            f"{path} is damaged or no Parquet file ({str(error).splitlines()[0][:100]}); get it anew."
        ) from None


def _column(name: str, kind: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """The column as we want it; a number that is none (NaN, infinite) is unknown."""
    column = pl.col(name).cast(kind)
    return pl.when(column.is_finite()).then(column).alias(name) if kind == pl.Float64 else column


def _demand(path: Path, found: Mapping[str, pl.DataType], columns: Schema) -> None:
    if missing := [name for name in columns if name not in found]:
        raise TeamtopError(
            f"{path} has no column {', '.join(missing)}; the paper's data has. Is this the file you meant?"
        )
    for name, kind in columns.items():
        if found[name] == pl.Null:
            continue  # part of the data may hold no value of a column, and its type with it
        texts = found[name] in (pl.String, pl.Categorical, pl.Enum), kind == pl.String
        flags = found[name] == pl.Boolean, kind == pl.Boolean
        if texts[0] != texts[1] or flags[0] != flags[1] or found[name].is_nested():
            raise TeamtopError(
                f"Column {name} of {path} holds {found[name]} where {kind} belongs. "
                "Is this the file you meant?"
            )
