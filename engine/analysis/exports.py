"""The report of a run in the forms that other programs read: Markdown, JSON, CSV, Parquet.

Texts of a report are raw, so each form cleans them for what reads it. Numbers are unrounded, except in
Markdown, which people read.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from engine.analysis.words import headline
from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.record.files import write_named

Format: TypeAlias = Literal["svg", "md", "json", "csv", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

Report: TypeAlias = dict[str, Any]

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~&!])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that make a spreadsheet take a text for a formula."""

_FIGURES: tuple[tuple[str, str, str], ...] = (
    ("tasks done", "tasks_done", ""),
    ("tasks in all", "tasks_total", ""),
    ("rounds", "rounds", ""),
    ("wall time", "wall_seconds", "s"),
    ("busy time of all agents", "busy_seconds", "s"),
    ("speedup", "speedup", "×"),
    ("Amdahl bound", "amdahl_bound", "×"),
    ("graph bound", "graph_bound", "×"),
    ("input tokens", "input_tokens", ""),
    ("output tokens", "output_tokens", ""),
    ("of input: from a cache", "cached_tokens", ""),
    ("of output: reasoning", "reasoning_tokens", ""),
    ("cost", "cost_usd", "USD"),
    ("messages", "messages", ""),
    ("idle rounds", "idle_rounds", ""),
    ("test failures", "test_failures", ""),
    ("concurrent writes", "concurrent_writes", ""),
    ("rewrites", "rewrites", ""),
    ("claims blocked", "claims_blocked", ""),
)
"""Figures of the Markdown table: words, key of the report, unit."""

_AGENT = ("name", "model", "done", "turns", "input_tokens", "output_tokens", "cost_usd", "busy_seconds")
"""Columns of the table of agents."""


def text_of(report: Report, form: Literal["md", "json", "csv"]) -> str:
    """The report as text of that form."""
    if form == "json":
        return json.dumps(report, indent=2, allow_nan=False) + "\n"
    return _markdown(report) if form == "md" else _csv(report)


def parquet_of(report: Report) -> bytes:
    """The report as a Parquet table of one row; tables of several runs are joined by name of column."""
    import polars as pl

    buffer = io.BytesIO()
    pl.DataFrame({name: [value] for name, value in flat(report)}).write_parquet(buffer)
    return buffer.getvalue()


def flat(report: Report) -> Iterator[tuple[str, str | float | bool | None]]:
    """Every figure with its name, ``config.locks`` for one within another; lists are JSON."""
    for name, value in report.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", found) for inner, found in flat(value))
        elif isinstance(value, list | tuple):
            yield name, json.dumps(value, allow_nan=False)
        else:
            yield name, clean_line(value) if isinstance(value, str) else value


def default_name(run_id: str, form: Format) -> str:
    """``<run-id>-summary.<form>``: no name that teamtop itself gives to a file of a run."""
    return f"{run_id}-summary.{form}"


def write(path: Path, content: str | bytes) -> Path:
    """Write the file whole or not at all, and return it. Raises ``TeamtopError``."""
    data = content.encode(errors="replace") if isinstance(content, str) else content
    try:
        write_named(path, data)
    except OSError as error:
        raise TeamtopError(f"{path} cannot be written: {error.strerror or error}.") from None
    return path


# ---------------------------------------------------------------- forms


def _csv(report: Report) -> str:
    """A line of names and one of values: files of several runs can be put below each other."""
    facts = dict(flat(report))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_safe, facts))
    writer.writerow(
        "" if value is None else _safe(value) if isinstance(value, str) else value for value in facts.values()
    )
    return out.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _markdown(report: Report) -> str:
    agents = report["agents"]
    about = [report["suite"], report["structure"], f"{agents} agent{'' if agents == 1 else 's'}"]
    about += [report["strategy"], report["model"]]
    lines = [f"# {_escaped(report['run_id'])}", "", _escaped(headline(report)), ""]
    lines += [" · ".join(_escaped(part) for part in about), ""]
    lines += [f"> {_escaped(note)}" for note in report["notes"]]
    lines += [""] if report["notes"] else []
    lines += _table(
        ("figure", "value"), [(words, _value(report.get(key), unit)) for words, key, unit in _FIGURES]
    )
    lines += ["## Agents", ""]
    rows = [[_value(agent.get(column), "") for column in _AGENT] for agent in report["agents_table"]]
    lines += _table([column.replace("_", " ") for column in _AGENT], rows)
    account = report.get("accounting")
    if account and account["team_ns"]:
        shares = sorted(account["shares"].items(), key=lambda item: -item[1])
        lines += ["## Where agent time went", "", _escaped(account["sentence"]), ""]
        lines += _table(
            ("cause", "share"), [(_escaped(c.replace("_", " ")), f"{s:.1%}") for c, s in shares if s > 0]
        )
    if report["faults"]:
        lines += ["## Faults", ""]
        faults = [
            (
                _escaped(f["kind"]),
                _escaped(", ".join(f["targets"])),
                _value(f["round"], ""),
                _escaped(f["why"]),
            )
            for f in report["faults"]
        ]
        lines += _table(("kind", "targets", "round", "why"), faults)
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    return [*lines, ""]


def _value(value: str | float | None, unit: str) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, str):
        return _escaped(value)
    text = f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
    return f"{text} {unit}".rstrip() if unit != "×" else f"{text}×"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", clean_line(text))
