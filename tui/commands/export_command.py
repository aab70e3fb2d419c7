"""``teamtop export``: runs in the forms of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.options import Command, give_variables, runs_dir_option

if TYPE_CHECKING:
    from engine.record.folder import RunFolder


@click.group("export", no_args_is_help=False, short_help="Export a run for other tools.")
def command() -> None:
    """Export a saved run: OpenTelemetry spans, a team log.

    For tables: `teamtop report RUN --format csv` or parquet.
    """


_out = click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to this file.")
_content = click.option(
    "--content", is_flag=True, help="Also what agents wrote: replies, files, messages. Default: without."
)


@command.command("otel", cls=Command)
@click.argument("run")
@_out
@_content
@runs_dir_option
def otel(run: str, out: Path | None, runs_dir: Path, *, content: bool) -> int:
    """Export RUN as OpenTelemetry spans (OTLP/JSON), with the names of the GenAI conventions (docs/otel.md).

    Without --out they are sent to OTEL_EXPORTER_OTLP_ENDPOINT, with its _HEADERS and _TIMEOUT.
    """
    import json
    import os

    from engine.analysis.exports import write
    from engine.interop.otel.export import Exporter
    from engine.interop.otel.sending import send, target
    from engine.record.journal import saved
    from engine.store import RunsStore

    folder = RunsStore([runs_dir]).find(run)
    service = os.environ.get("OTEL_SERVICE_NAME") or "teamtop"
    exporter = Exporter(folder.run_id, _began(folder), content=content, service=service)
    where = target(os.environ) if out is None else None
    documents = list(exporter.documents(saved(folder.events_path).events))
    count = sum(len(each["resourceSpans"][0]["scopeSpans"][0]["spans"]) for each in documents)
    if where is None:
        assert out is not None
        lines = "".join(json.dumps(document) + "\n" for document in documents)
        click.echo(f"{count:,} spans written to {write(out.expanduser(), lines)}.")
        return 0
    refused = send(where, documents)
    click.echo(f"{count - refused:,} spans sent to {where.url}.")
    if refused:
        click.echo(f"teamtop: {refused:,} spans were refused by the receiver.", err=True)
    return 1 if refused else 0


@command.command("log", cls=Command)
@click.argument("run")
@_out
@_content
@runs_dir_option
def log(run: str, out: Path | None, runs_dir: Path, *, content: bool) -> int:
    """Export RUN as a team log (docs/teamlog.md), to FILE or to the terminal."""
    import msgspec

    from engine.analysis.exports import write
    from engine.interop.teamlog.writing import line_of
    from engine.record.journal import saved
    from engine.store import RunsStore

    folder = RunsStore([runs_dir]).find(run)
    began = _began(folder)
    lines = []
    for event in saved(folder.events_path).events:
        line = line_of(event, content=content)
        if line is not None:
            timed = msgspec.structs.replace(line, ts=round(began + event.ts, 6))
            lines.append(msgspec.json.encode(timed).decode())
    text = "".join(f"{line}\n" for line in lines)
    if out is None:
        click.echo(text, nl=False)
    else:
        click.echo(f"{len(lines):,} lines written to {write(out.expanduser(), text)}.")
    return 0


def _began(folder: RunFolder) -> float:
    """When the run began, in seconds since 1970; of one that does not say, the beginning of the year 2000."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(folder.read_meta().created).timestamp()
    except (ValueError, OverflowError, OSError):
        return 946_684_800.0


give_variables(command)
