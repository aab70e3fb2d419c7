"""``teamtop faults``: what a team can be disturbed with."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tui.commands.options import Command

if TYPE_CHECKING:
    from engine.faults.catalogue import FaultSpec


@click.command("faults", cls=Command, short_help="List the faults that a team can be disturbed with.")
@click.argument("kind", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(kind: str | None, as_json: bool) -> int:
    """List all faults, or tell everything about KIND: its seam, parameters, what to expect, what holds.

    Faults are injected by key (f) on the live screen, and by plan: teamtop run --faults PLAN, where PLAN is
    one of the ready plans listed here, or a TOML file.
    """
    from engine.faults import library, selectors
    from engine.faults.catalogue import FAULTS
    from engine.faults.plan import TRIGGERS, spec_of

    chosen = FAULTS if kind is None else (spec_of(kind, "faults"),)
    if as_json:
        listed: dict[str, Any] = {
            "faults": [_described(spec) for spec in chosen],
            "selectors": list(selectors.FORMS),
            "triggers": list(TRIGGERS),
            "plans": [{"name": name, "title": library.title(name)} for name in library.names()],
        }
        click.echo(json.dumps(listed, indent=2, allow_nan=False))
        return 0
    if kind is None:
        _table()
    else:
        _one(kind)
    return 0


def _described(spec: FaultSpec) -> dict[str, Any]:
    """A fault under the names that people know its parts by: what a plan calls its kind is its name."""
    parts = asdict(spec)
    return {"name": parts.pop("kind"), "parameters": parts.pop("params"), **parts}


def _table() -> None:
    from engine.faults import library, selectors
    from engine.faults.catalogue import FAULTS
    from engine.faults.plan import TRIGGERS
    from tui.printing import print_table

    rows = [(spec.kind, spec.seam, ", ".join(p.name for p in spec.params), spec.title) for spec in FAULTS]
    print_table(("FAULT", "SEAM", "PARAMETERS", "WHAT IT DOES"), rows)
    click.echo("")
    print_table(("PLAN", "WHAT HAPPENS"), [(name, library.title(name)) for name in library.names()])
    click.echo(f"\nTargets: an agent's name, {', '.join(selectors.FORMS)} (k agents, or as many as are up).")
    click.echo(f"Triggers: {', '.join(TRIGGERS)}.")
    click.echo("What to expect of a fault, and what the engine guarantees: teamtop faults NAME.")


def _one(kind: str) -> None:
    from engine.faults.catalogue import BY_KIND

    spec = BY_KIND[kind]
    click.echo(f"{spec.kind} (seam: {spec.seam}): {spec.title}")
    click.echo(f"Expect: {spec.expect}")
    if spec.led:
        click.echo(f"In a team with a lead: {spec.led}")
    click.echo(f"Guaranteed: {spec.guarantee}")
    for param in spec.params:
        default = param.default if isinstance(param.default, str) else f"{param.default:g}{param.unit}"
        words = f" ({' | '.join(param.choices)})" if param.choices else ""
        click.echo(f"  {param.name} = {default}: {param.help}{words}")
