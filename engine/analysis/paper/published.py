"""What the paper prints, as data, and whether a recomputed value is the printed one."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from pathlib import Path
from typing import TypeAlias

HERE = Path(__file__).parent

Cell: TypeAlias = tuple[str, str, str, int]
"""Mode, model, structure, agents."""


@cache
def statistics() -> dict[str, str]:
    """Printed values by name (``sec4_1.kruskal_H``), as texts with the digits that are printed."""
    sections = tomllib.loads((HERE / "published.toml").read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": str(text)
        for section, values in sections.items()
        for name, text in values.items()
    }


@cache
def table1() -> dict[Cell, tuple[float, float]]:
    """Printed speedup and token multiplier of every cell of Table 1."""
    lines = (HERE / "table1.csv").read_text(encoding="utf-8").splitlines()[1:]
    return {
        (row["mode"], row["model"], row["structure"], int(row["agents"])): (
            float(row["speedup"]),
            float(row["token_multiplier"]),
        )
        for row in csv.DictReader(lines)
    }


def number(printed: str) -> float | str:
    """The printed value as a number, or as it is if it is a bound."""
    return printed if "<" in printed else float(printed)


def agrees(value: float, printed: str) -> bool:
    """Whether ``value``, rounded as the paper rounds, is what it prints, or keeps the printed bound."""
    if "<" in printed:
        bound = float(printed.rpartition("<")[2].lstrip("="))
        return value <= bound if "=" in printed else value < bound
    decimals = len(printed.partition(".")[2])
    return abs(value - float(printed)) <= 0.5 / 10.0**decimals * (1 + 1e-9)
