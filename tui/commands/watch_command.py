"""``teamtop watch``: follow a run that an engine elsewhere writes."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.options import Command, choose_display, display_option, runs_dir_option


@click.command("watch", cls=Command, short_help="Watch a run that goes on elsewhere.")
@click.argument("run", metavar="RUN|FILE|-", required=False)
@click.option(
    "--otlp",
    is_flag=False,
    flag_value=4318,
    default=None,
    type=click.IntRange(0, 65535),
    metavar="[PORT]",
    help="Watch the spans that a program sends to this port (default 4318; 0: any that is free).",
)
@runs_dir_option
@display_option
def command(run: str | None, otlp: int | None, runs_dir: Path, display: str | None) -> int:
    """Watch a run: by id, by the path of its folder, by a bare journal FILE, or - for a journal on stdin.

    FILE and - may also be a team log, which any program can write about its team (docs/teamlog.md), or
    OpenTelemetry spans of agents (docs/otel.md); --otlp takes those that programs send. A folder
    like ~/.claude, or that of a team in its teams/, shows an agent team of Claude Code.

    If its engine lives on this machine, the keys steer it as they do in `teamtop run`.
    """
    from engine.errors import UsageError
    from engine.interop.feed import Feed
    from tui.commands import watching

    if otlp is not None:
        if run is not None:
            raise UsageError(f"--otlp watches what programs send, not {run!r}: give one of them.")
        return watching.watch_otlp(otlp, display)
    if run is None:
        raise UsageError("Say what to watch: a run, a file, a folder, - or --otlp.")
    if run == "-":
        return watching.watch_stdin(display)
    chosen = choose_display(display)
    if (reader := watching.reader_of(Path(run).expanduser())) is not None:
        return watching.watch_feed(Feed(reader), chosen)
    if (path := Path(run)).is_file() and not (path.parent / "run.json").is_file():
        return watching.watch_file(path, chosen)
    from engine.store import RunsStore

    return watching.watch_run(RunsStore([runs_dir]).find(run), chosen)
