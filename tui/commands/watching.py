"""Following a journal: of a run folder, of a bare file, or from a pipe; on the screen or in lines."""

from __future__ import annotations

import math
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import click

from engine.analysis.report import build
from engine.errors import TeamtopError, UsageError
from engine.interop.detect import form_of
from engine.interop.feed import Feed, Following, Reader
from engine.interop.teamlog.reader import LogReader
from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import Tail
from tui import displays
from tui.commands.options import choose_display
from tui.commands.running import after_screen, show

LOOK_SECONDS = 0.1
"""Between two looks at a journal that grows: as often as the screen paints at most."""

PATIENCE_SECONDS = 60.0
"""How long the closing tests of a bare journal are waited for after the end of its run."""

CHUNK = 1 << 16
"""Bytes taken from a pipe at once: what a pipe holds."""


def watch_run(folder: RunFolder, display: str) -> int:
    """Watch a saved or running run, to its end if there is no screen."""
    if display == "full":
        from tui.app import run_watch
        from tui.source import TailSource

        code = run_watch(TailSource(folder, meta=folder.read_meta()), folder)
        after_screen(folder)
        return code
    follow(folder.events_path, display, over=lambda: folder.alive() is None)
    show(build(folder), as_json=False, quiet=display == "none", folder=folder)
    return 0


def reader_of(path: Path) -> Reader | None:
    """What reads the folder at ``path``, if it is one that another tool keeps its teams in."""
    if not path.is_dir() or (path / "run.json").exists():
        return None
    if (path / "teams").is_dir() or (path.parent.name == "teams" and (path / "config.json").is_file()):
        from engine.interop.claude.reader import ClaudeReader

        return ClaudeReader(path)
    return None


def watch_file(path: Path, display: str) -> int:
    """Watch a journal without its folder, a team log or spans; without a screen until the run in it ends."""
    if (reader := _foreign(path)) is not None:
        return watch_feed(Feed(reader), display)
    return _watch_journal(path, display)


def _foreign(path: Path, name: str = "") -> Reader | None:
    """What reads the file at ``path``, if it is no journal of ours."""
    match form_of(path):
        case "log":
            return LogReader(path, name)
        case "otel":
            from engine.interop.otel.reader import OtelReader

            return OtelReader(path, name)
        case "inspect":
            from engine.interop.inspect.reader import InspectReader

            return InspectReader(path)
        case "journal":
            return None


def watch_feed(feed: Feed, display: str, ended: Callable[[], bool] = lambda: False) -> int:
    """Watch what another program records, as it comes; without a screen until its run ends.

    ``ended`` says that nothing more will come. What had to be left out is told at the end.
    """
    with tempfile.TemporaryDirectory(prefix="teamtop-watch-") as folder:
        path = Path(folder) / "events.jsonl"
        with Following(feed, path, ended) as following:
            if display == "full":
                code = _watch_journal(path, display)
            else:
                code = 0
                follow(path, display, over=following.finished.is_set, patience_seconds=0.0)
        if isinstance(following.error, TeamtopError):
            raise following.error
        if following.error is not None:
            raise TeamtopError(f"{feed.reader.name} cannot be followed: {following.error}.")
        if feed.tally.note:
            click.echo(f"teamtop: {feed.tally.note}", err=True)
    return code


def watch_otlp(port: int, wanted: str | None) -> int:
    """Watch the spans that programs send to ``port`` of this machine, until somebody ends it."""
    from engine.interop.otel.receiver import OtlpReader

    display = choose_display(wanted)
    with OtlpReader(port) as reader:
        click.echo(
            f"teamtop: listening at {reader.address}; in the program to watch, set "
            f"OTEL_EXPORTER_OTLP_ENDPOINT={reader.address} and OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.",
            err=True,
        )
        return watch_feed(Feed(reader), display)


def _watch_journal(path: Path, display: str) -> int:
    if display == "full":
        from tui.app import run_watch
        from tui.source import TailSource

        return run_watch(TailSource(path=path))
    follow(path, display, over=lambda: False)
    return 0


def watch_stdin(wanted: str | None) -> int:
    """Watch a journal that comes through a pipe; keys then come from the terminal itself."""
    if sys.stdin.isatty():
        raise UsageError("`teamtop watch -` reads a journal from a pipe: cat events.jsonl | teamtop watch -")
    with Spool() as spool:
        if wanted in {None, "full"} and sys.stdout.isatty():
            _take_keyboard()
        display = choose_display(wanted)
        spool.begun.wait()
        if (reader := _foreign(spool.path, "stdin")) is not None:
            return watch_feed(Feed(reader), display, spool.ended.is_set)
        if display == "full":
            return _watch_journal(spool.path, display)
        follow(spool.path, display, over=spool.ended.is_set, name="What came through the pipe")
    return 0


class Spool:
    """Copies stdin to a file, in a thread, so that it can be followed as any journal."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="teamtop-watch-")
        self.path = Path(self._folder.name) / "events.jsonl"
        self.begun = threading.Event()
        """Set with the first whole line, or the end: from then on the form can be told."""
        self.ended = threading.Event()
        self._source = os.dup(sys.stdin.fileno())

    def __enter__(self) -> Spool:
        self.path.touch()
        threading.Thread(target=self._copy, name="spool", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def _copy(self) -> None:
        try:
            with self.path.open("ab", buffering=0) as file:
                while chunk := os.read(self._source, CHUNK):
                    file.write(chunk)
                    if b"\n" in chunk:
                        self.begun.set()
        except OSError as error:
            click.echo(f"teamtop: stdin cannot be kept for watching: {error.strerror or error}.", err=True)
        self.ended.set()
        self.begun.set()


def follow(
    path: Path,
    display: str,
    over: Callable[[], bool],
    patience_seconds: float = PATIENCE_SECONDS,
    name: str = "",
) -> None:
    """Print a journal as it grows, until ``over`` says that no more will come, or it is damaged.

    Where nobody can say so, it ends with the closing tests, or ``patience_seconds`` after the end of the run.
    ``name`` is what the file is called in messages, instead of its path.
    """
    shown = displays.make(display, sys.stdout)
    tail = Tail(path)
    patience = math.inf
    try:
        while patience > 0:
            last = over()  # asked before reading, so that nothing written meanwhile is missed
            events = tail.poll()
            for event in events:
                shown.on_event(event)
                if isinstance(event, ev.RunEnded):
                    patience = patience_seconds
                elif isinstance(event, ev.RunVerified):
                    patience = 0
            if not events:
                if last or tail.note:
                    break
                time.sleep(LOOK_SECONDS)
                patience -= LOOK_SECONDS
    finally:
        shown.close()
    if tail.note:
        click.echo(f"teamtop: {tail.note}", err=True)
    elif tail.torn:
        note = f"the last record, line {tail.seq + 1}, is torn after {tail.torn:,} bytes and was dropped."
        click.echo(f"teamtop: {note}", err=True)
    if not tail.seq:
        raise TeamtopError(f"{name or path} holds no event that can be read.")


def _take_keyboard() -> None:
    """Make the terminal's keyboard our stdin, if there is one."""
    try:
        keyboard = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return
    os.dup2(keyboard, 0)
    os.close(keyboard)
