"""What describes a kind of fault: its seam, its parameters, what it shows and what holds in spite of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Seam: TypeAlias = Literal["model", "mailbox", "locks", "board", "tests", "workspace", "journal", "lifecycle"]


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """A parameter: its ``unit`` is empty for words; ``choices`` are the words it takes."""

    name: str
    default: float | str
    unit: str
    help: str
    choices: tuple[str, ...] = ()
    minimum: float = 0.0
    maximum: float = 1_000_000.0


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """One kind of fault, the seam it is injected at, and what a person should see.

    ``expect`` is what happens, ``guarantee`` what the engine keeps in spite of it. ``once``: it ends by
    itself after it struck once. ``whole_run``: it disturbs no agent but the run, and takes no target.
    ``with_engine``: it is over when the run goes on under a new engine. ``led``: what else to expect in a
    team with a lead.
    """

    kind: str
    seam: Seam
    title: str
    expect: str
    guarantee: str
    params: tuple[ParamSpec, ...] = ()
    once: bool = False
    whole_run: bool = False
    with_engine: bool = False
    led: str = ""


def share(name: str, of: str, default: float = 1.0) -> ParamSpec:
    """A parameter from 0 to 1: how much of something is struck."""
    return ParamSpec(name, default, "", f"share of {of}", maximum=1.0)


def seconds(name: str, default: float, help_: str, maximum: float = 86_400.0) -> ParamSpec:
    """A parameter in run-clock seconds."""
    return ParamSpec(name, default, "s", help_, maximum=maximum)
