"""The three ways to run a prepared team: detached, under the live screen, or in lines in this process."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from engine.analysis import report as reports
from engine.errors import TeamtopError
from engine.launch import Prepared, run_here, spawn
from engine.record import events as ev
from engine.record.clean import clean_line
from engine.record.folder import RunFolder
from engine.record.journal import Journal, Tail
from engine.store import samples_dir

ENDED_OPEN, FAILURE, INTERRUPTED = 3, 1, 130

START_SECONDS = 120.0
"""How long an engine may take to its first event: on a slow disk that has other work, many seconds.

One that fails ends, which is seen at once; this is for one that hangs.
"""

END_SECONDS = 120.0
"""How long the closing run of all tests may keep an engine that was asked to end."""

LOOK_SECONDS = 0.02
"""Between two looks at a file that another process writes."""

NOTHING = Journal([], "", damaged=False, newer=False, valid_bytes=0)
"""The past of a run that begins."""


def warn(prepared: Prepared) -> None:
    """Say beforehand what a person would wonder about later."""
    for text in (*prepared.suite.warnings, *prepared.start.notes):
        click.echo(f"teamtop: {clean_line(text)}", err=True)
    config = prepared.meta.config
    if config.tests == "simulated" and not config.unsafe_tests:
        real = next((s.model for s in prepared.start.team if not s.model.startswith("sim/")), "")
        if real:
            click.echo(
                f"teamtop: code of {clean_line(real)} is not run: simulated tests know only the code of "
                "simulated models, and count any other as failing.",
                err=True,
            )
    if any(spec.model.startswith("sim/") for spec in prepared.start.team):
        from engine.models.simulated.knowledge import knows

        if not knows(config.suite, config.structure):
            click.echo(
                f"teamtop: simulated models do not know every task of {clean_line(prepared.suite.name)}; "
                "they will write stubs for the others and say so.",
                err=True,
            )


def detach(prepared: Prepared, *, as_json: bool, past: Journal = NOTHING) -> int:
    """Start the engine and say how to watch it."""
    pid = start_engine(prepared, past)
    folder = prepared.folder
    if as_json:
        click.echo(json.dumps({"run_id": folder.run_id, "path": str(folder.path), "pid": pid}))
    else:
        click.echo(f"{folder.run_id} is running (process {pid}).\nWatch it: {_watch(folder)}")
    return 0


def on_screen(prepared: Prepared, *, as_json: bool, past: Journal = NOTHING) -> int:
    """Start the engine, attach the live screen, and report when the screen is left."""
    from tui.app import run_live

    start_engine(prepared, past)
    folder = prepared.folder
    # What the screen says on leaving must not spoil the one object on stdout.
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        code = run_live(folder)
    report = after_screen(folder, as_json=as_json)
    return code if report is None or code == INTERRUPTED else exit_code(report)


def after_screen(folder: RunFolder, *, as_json: bool = False) -> dict[str, Any] | None:
    """Print the report of a run whose screen was left, if its team has stopped; null if it goes on."""
    if not _ending(folder):
        click.echo(f"{folder.run_id} goes on.\nWatch it: {_watch(folder)}", err=True)
        return None
    wait_until(lambda: folder.alive() is None, END_SECONDS)
    report = reports.build(folder)
    show(report, as_json=as_json, folder=folder)
    return report


def in_lines(
    prepared: Prepared, environ: Mapping[str, str], display: str, *, as_json: bool, past: Journal = NOTHING
) -> int:
    """Run the team in this process, with a display of lines, and report."""
    from tui import displays

    shown = displays.make(display, sys.stderr if as_json else sys.stdout, past.events)
    interrupted = False

    def on_event(event: ev.AnyEvent) -> None:
        nonlocal interrupted
        interrupted = interrupted or (isinstance(event, ev.StopRequested) and event.why == "signal")
        shown.on_event(event)

    try:
        # Libraries that print would spoil the one object on stdout.
        with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
            run_here(prepared, environ, on_event)
    finally:
        shown.close()
    report = _keep_report(prepared.folder)
    show(report, as_json=as_json, quiet=display == "none", folder=prepared.folder)
    return INTERRUPTED if interrupted else exit_code(report)


def _keep_report(folder: RunFolder) -> dict[str, Any]:
    try:
        return reports.write_caches(folder)
    except TeamtopError as error:  # the run itself went well; only its caches could not be written
        click.echo(f"teamtop: {error}", err=True)
        return reports.build(folder)


def show(
    report: dict[str, Any], *, as_json: bool, quiet: bool = False, folder: RunFolder | None = None
) -> None:
    """Print a report: as one object for scripts (all beyond ASCII escaped), or for people.

    With ``folder`` the command to replay it names the run so that it is found from here.
    """
    if as_json:
        click.echo(json.dumps(report, indent=2, allow_nan=False))
    elif not quiet:
        from tui.printing import print_summary

        print_summary(report if folder is None else {**report, "address": address(folder)})


def exit_code(report: dict[str, Any]) -> int:
    """0 if all tasks are done, 1 if the engine failed, 3 if the run ended otherwise."""
    if report["completed"]:
        return 0
    return FAILURE if report["outcome"] in {None, "failed"} else ENDED_OPEN


def start_engine(prepared: Prepared, past: Journal = NOTHING) -> int:
    """Start the engine process and return its pid once its journal has begun, or goes on after ``past``.

    Raises ``TeamtopError``.
    """
    pid = spawn(prepared)
    folder = prepared.folder

    def begun() -> bool:
        return folder.events_path.exists() and folder.events_path.stat().st_size > past.valid_bytes

    if wait_until(lambda: begun() or _gone(pid), START_SECONDS) and begun():
        return pid
    raise TeamtopError(f"The engine did not start: {_last_words(folder)}")


def wait_until(what: Callable[[], bool], seconds: float) -> bool:
    """Look until it is so; false if it was not within the time."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _gone(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _last_words(folder: RunFolder) -> str:
    try:
        lines = folder.log_path.read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return clean_line(lines[-1]) if lines else f"it said nothing; see {folder.log_path}."


def _ending(folder: RunFolder) -> bool:
    """Whether the run has ended or was asked to, or its engine is gone."""
    if folder.alive() is None:
        return True
    tail = Tail(folder.events_path)
    ending = False
    while batch := tail.poll():
        for event in batch:
            if isinstance(event, ev.StopRequested | ev.RunEnded | ev.RunResumed):
                ending = not isinstance(event, ev.RunResumed)
    return ending


def address(folder: RunFolder) -> str:
    """What finds the run again from here: its id if it is where runs are looked for, else its path."""
    usual = (Path(os.environ.get("TEAMTOP_RUNS_DIR", "runs")).resolve(), samples_dir())
    return folder.run_id if folder.path.resolve().parent in usual else str(folder.path)


def _watch(folder: RunFolder) -> str:
    return f"teamtop watch {shlex.quote(str(folder.path))}"
