"""``teamtop doctor``: what this machine has for teamtop."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.options import Command, runs_dir_option

if TYPE_CHECKING:
    from engine.doctor import Examination

VARIABLES = ("TERM", "COLORTERM", "TERM_PROGRAM", "TMUX", "SSH_TTY", "LANG", "LC_ALL", "NO_COLOR")
"""What the screen goes by."""


@click.command("doctor", cls=Command, short_help="Show sandbox, terminal, versions and keys of this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@runs_dir_option
def command(as_json: bool, runs_dir: Path) -> int:
    """Try how code of agents can be confined here, and show what else a run depends on.

    Every rung of the ladder is probed: what code must not be able to do is attempted inside it. Exit code 1
    if no rung passes; real models then need --unsafe-tests or --tests simulated.
    """
    from engine.doctor import examine
    from engine.models.environment import environment

    found = examine(environment(), runs_dir)
    if as_json:
        click.echo(json.dumps(_object(found), indent=2))
    else:
        _print(found)
    return 0 if found.rung else 1


def _terminal() -> dict[str, str]:
    size = shutil.get_terminal_size()
    shown = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    return {"size": f"{size.columns}×{size.lines}", "encoding": sys.stdout.encoding or "unknown", **shown}


def _object(found: Examination) -> dict[str, object]:
    return {
        "sandbox": found.rung or None,
        "rungs": [
            {
                "rung": probe.rung,
                "passed": probe.passed,
                "verdict": probe.verdict,
                "attacks": {name: not got for name, got in probe.found.items()},
                "seconds": round(probe.seconds, 3),
            }
            for probe in found.rungs
        ],
        "terminal": _terminal(),
        "versions": found.versions,
        "keys": list(found.keys),
        "runs_dir": str(found.runs_dir),
        "free_bytes": found.free_bytes,
    }


def _print(found: Examination) -> None:
    from engine.record.clean import clean_line
    from tui.printing import print_table

    click.echo(f"Code of agents runs in: {found.rung or 'no sandbox: real models are refused'}")
    rows = [(f"  {p.rung}", "passes" if p.passed else "no", clean_line(p.verdict)) for p in found.rungs]
    print_table(("  RUNG", "PROBE", "WHAT CAME OF IT"), rows)
    click.echo("\nTerminal")
    for name, value in _terminal().items():
        click.echo(f"  {name}: {clean_line(value)}")
    click.echo("\nVersions")
    for name, value in found.versions.items():
        click.echo(f"  {name}: {clean_line(value)}")
    click.echo(f"\nKeys set: {', '.join(found.keys) or 'none; simulated models need none'}")
    free = "unknown" if found.free_bytes is None else f"{found.free_bytes / 2**30:.1f} GiB free"
    click.echo(f"Runs are kept in {clean_line(str(found.runs_dir))} ({free})")
