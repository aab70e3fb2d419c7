"""Imports the paper's recorded runs into a folder of runs: one run folder each, journal and ``run.json``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from engine.analysis.paper.recording import MODES, STRUCTURES, Recording
from engine.errors import TeamtopError
from engine.interop.translate import GAPS, SOURCE, TASKS, Translator
from engine.record import events as ev
from engine.record.codec import encode
from engine.record.config import Imported, RunConfig, RunMeta
from engine.record.folder import RunFolder
from engine.setup import teamtop_version

AGENTS_MAX = 1_000
"""Members of a team that an import believes in; the paper's have five."""

SHORT = {"dataanalysis": "data", "mathutilities20": "math", "svgutils": "svg"}
"""Names of suites as run ids have them; others stand as they are."""


@dataclass(slots=True)
class Progress:
    """How far an import is: runs written, runs that were there already, log rows that fit no run's course."""

    total: int
    written: int = 0
    kept: int = 0
    left_out: int = 0


def import_runs(
    recording: Recording, runs_dir: Path, tell: Callable[[Progress], None] = lambda _: None
) -> Progress:
    """Write every run of ``recording`` that is not in ``runs_dir`` yet; ``tell`` is called after each.

    A run's ``run.json`` is written last, so that a run that has one is whole: an import that was broken off
    goes on where it was. Raises ``TeamtopError`` if a folder cannot be written, or is of another run.
    """
    progress = Progress(recording.runs.height)
    _refuse(recording.runs)
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        for run, rows in _runs(recording):
            folder = RunFolder(runs_dir / run_id(run))
            if _is_there(folder, run):
                progress.kept += 1
            else:
                progress.left_out += _write(folder, run, rows)
                progress.written += 1
            tell(progress)
    except OSError as error:
        raise TeamtopError(f"{error.filename or runs_dir} cannot be written: {error.strerror}.") from None
    return progress


def run_id(run: Mapping[str, Any]) -> str:
    """The name of a run's folder: ``paper-<when>-<suite>-<structure>-<mode>-<model>-n<N>-r<rep>``."""
    when = re.search(r"\d{8}_\d{6}", run["exp_dir"] or "")
    mode = MODES.get(run["mode"], run["mode"] or "")
    words = (
        when.group() if when else "",
        SHORT.get(run["task_type"], run["task_type"] or ""),
        STRUCTURES.get(run["p_label"], run["p_label"] or ""),
        {"preassigned": "pre", "decentralized": "dec"}.get(mode, mode),
        (run["model_dir"] or "").partition("_")[2].split("-")[0] or run["model_dir"] or "",
        f"n{run['n_teammates']}",
        f"r{run['rep']}",
    )
    plain = (re.sub(r"[^A-Za-z0-9.]+", "-", word).strip("-.")[:24] for word in words)
    return "-".join([SOURCE, *(word for word in plain if word)])


def _refuse(runs: pl.DataFrame) -> None:
    names = runs["run_dir"]
    if names.null_count() or names.n_unique() != len(names):
        raise TeamtopError("runs.parquet names a run twice, or not at all (column run_dir); get it anew.")
    if runs.height and not runs["n_teammates"].is_between(1, AGENTS_MAX).fill_null(value=False).all():
        raise TeamtopError(
            f"runs.parquet has a run whose n_teammates is not 1 to {AGENTS_MAX}: is this the file you meant?"
        )


def _runs(recording: Recording) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Every run with the rows of its log, one run in memory at a time."""
    runs = recording.runs.with_row_index("number")
    numbers = runs.select("run_dir", "number")
    events = recording.events.join(numbers, on="run_dir").sort("number", maintain_order=True).drop("run_dir")
    sizes = dict(events.group_by("number").len().iter_rows())
    events, begin = events.drop("number"), 0
    for run in runs.iter_rows(named=True):
        size = sizes.get(run.pop("number"), 0)
        yield run, events.slice(begin, size).to_dicts()
        begin += size


def _is_there(folder: RunFolder, run: Mapping[str, Any]) -> bool:
    if not folder.exists():
        return False
    imported = folder.read_meta().imported
    if imported is None or imported.name != run["run_dir"]:
        raise TeamtopError(f"{folder.path} is another run: move it away, or import elsewhere (--runs-dir).")
    return True


def _write(folder: RunFolder, run: Mapping[str, Any], rows: list[dict[str, Any]]) -> int:
    """Write the run's folder and return how many rows of its log were left out."""
    start = _start(run, rows)
    times = [row["ts"] for row in rows if row["ts"] is not None]
    translator = Translator(start, times[0] if times else None)
    translator.take(rows)
    translator.end(_end(run), times[-1] if times else None)
    folder.path.mkdir(exist_ok=True)
    folder.events_path.write_bytes(b"".join(map(encode, translator.events)))
    folder.write_meta(_meta(folder, run, start, times[0] if times else None))
    return translator.left_out


def _model(run: Mapping[str, Any]) -> str:
    return str(run["model_dir"] or "unknown").replace("_", "/", 1)


def _start(run: Mapping[str, Any], rows: list[dict[str, Any]]) -> ev.RunStarted:
    seen = {row["agent"] for row in rows if row["agent"]}
    spare = (name for n in range(1, 10_000) if (name := f"Dev{n}") not in seen)
    names = sorted(seen) + [next(spare) for _ in range((run["n_teammates"] or 0) - len(seen))]
    return ev.RunStarted(
        suite=run["task_type"] or "unknown",
        structure=STRUCTURES.get(run["p_label"], run["p_label"] or "unknown"),
        suite_hash=f"{SOURCE}:{run['task_type']}:{run['p_label']}",
        brief="",
        p=run["p_true"] or 0.0,
        tasks=tuple(
            ev.TaskSpec(id=str(number), name="", title="", description="", files=())
            for number in range(1, TASKS + 1)
        ),
        files=(),
        team=tuple(ev.AgentSpec(name=name, model=_model(run)) for name in sorted(names)),
        strategy=MODES.get(run["mode"], run["mode"] or "unknown"),
        seed=0,
        locks="none",
        completion="reported",
        tests="real",
        clock="wall",
        speed=1.0,
        max_rounds=0,
        lease_seconds=0.0,
        template=0,
        source=SOURCE,
        gaps=GAPS if run["p_true"] is not None else (*GAPS, "dependencies"),
    )


def _end(run: Mapping[str, Any]) -> ev.RunEnded:
    return ev.RunEnded(
        outcome="completed" if run["success"] else "unknown",
        wall_seconds=run["wall_clock_seconds"] or 0.0,
        detail="" if run["success"] else "recorded as not successful",
        input_tokens=run["total_input_tokens"],
        output_tokens=run["total_output_tokens"],
    )


def _sum(sent: int | None, made: int | None) -> int | None:
    return None if sent is None or made is None else sent + made


def _when(began: float | None) -> str:
    try:
        return "" if began is None else datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return ""


def _meta(folder: RunFolder, run: Mapping[str, Any], start: ev.RunStarted, began: float | None) -> RunMeta:
    config = RunConfig(
        suite=start.suite,
        structure=start.structure,
        agents=len(start.team),
        strategy=start.strategy,
        model=_model(run),
        seed=0,
        speed=1.0,
        clock="wall",
        max_rounds=0,
        locks="none",
    )
    return RunMeta(
        run_id=folder.run_id,
        created=_when(began),
        teamtop=teamtop_version(),
        python="unknown",
        config=config,
        suite_hash=start.suite_hash,
        sandbox="unknown",
        imported=Imported(
            source=SOURCE,
            name=run["run_dir"],
            tasks=TASKS,
            completed=bool(run["success"]),
            rounds=run["total_rounds"],
            wall_seconds=run["wall_clock_seconds"],
            tokens=_sum(run["total_input_tokens"], run["total_output_tokens"]),
            recorded=dict(run),
        ),
    )
