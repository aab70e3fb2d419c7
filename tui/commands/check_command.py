"""``teamtop check``: what went wrong in a saved run, and whose doing it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.options import Command, runs_dir_option

if TYPE_CHECKING:
    from engine.analysis.consistency import Finding, Report

BROKEN = 1
"""Exit code if the engine itself broke a promise."""

SHOWN = 3
"""Witnesses per row of the table; ``--json`` names more."""


@click.command("check", cls=Command, short_help="Check a saved run for anomalies and broken promises.")
@click.argument("run")
@runs_dir_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(run: str, runs_dir: Path, as_json: bool) -> int:
    """Check RUN (its id, the beginning of it, or the path of its folder) against all predicates.

    Findings are the team's own anomalies, attempts that the engine prevented, and bugs of the engine; only
    the last make the exit code 1. Each witness can be looked at: teamtop replay RUN --at seq:N.
    """
    from engine.analysis.consistency import check
    from engine.errors import TeamtopError
    from engine.record import journal
    from engine.record.clean import clean_line
    from engine.store import RunsStore

    folder = RunsStore([runs_dir]).find(run)
    read = journal.saved(folder.events_path)
    if not read.events:
        raise TeamtopError(f"{folder.events_path} holds no event to check. {read.note}".rstrip())
    if read.note:
        click.echo(f"teamtop: {clean_line(read.note)}", err=True)
    report = check(read.events)
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2, allow_nan=False))
    else:
        _print(report)
    return BROKEN if report.verdict == "false" else 0


def _print(report: Report) -> None:
    """Print what was violated, row by row, and in a line each what holds and what nothing was seen of."""
    from tui.printing import print_table

    click.echo(_headline(report))
    violated = [finding for finding in report.findings if finding.verdict == "false"]
    violated.sort(key=lambda finding: ("engine", "team", "prevented").index(finding.class_))
    if violated:
        click.echo()
        header = ("CLASS", "COUNT", "FINDING", "WITNESSES", "FIRST")
        print_table(header, [_cells(finding) for finding in violated])
    for verdict, title in (("true", "Holds"), ("unknown", "Nothing seen")):
        names = [f"{f.name} ({f.class_})" for f in report.findings if f.verdict == verdict]
        if names:
            click.echo(f"\n{title}: {', '.join(names)}")


def _headline(report: Report) -> str:
    if report.source:
        return "Another engine made this run: judged is the team, as far as its record tells."
    engine = [finding for finding in report.findings if finding.class_ == "engine"]
    kept = sum(finding.verdict == "true" for finding in engine)
    broken = sum(finding.verdict == "false" for finding in engine)
    if broken:
        return f"The engine broke {broken} of its {len(engine)} promises: that is a bug of teamtop."
    return f"The engine kept its promises: {kept} of {len(engine)} were put to the test, none broke."


def _cells(finding: Finding) -> tuple[str, ...]:
    witnesses = [f"seq:{seq}" for seq in finding.witnesses[:SHOWN]]
    if finding.count > SHOWN:
        witnesses.append(f"+{finding.count - SHOWN:,}")
    return finding.class_, f"{finding.count:,}", finding.name, " ".join(witnesses), finding.sentence
