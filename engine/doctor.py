"""What this machine has for teamtop: how agents' code can be confined, versions, which keys are set."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.models.providers import NEEDS
from engine.world.sandbox.base import Sandbox
from engine.world.sandbox.ladder import LADDER, last, rungs
from engine.world.sandbox.probe import Probe, probe

PACKAGES = ("teamtop", "textual", "rich", "litellm", "polars", "pytest")
"""Whose versions matter when something is wrong."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found. ``rungs`` has every rung of the ladder, tried or with the reason why it was not.

    ``keys`` are the names of variables that are set, never their values; ``free_bytes`` is the room where
    runs are kept.
    """

    rungs: tuple[Probe, ...]
    versions: dict[str, str]
    keys: tuple[str, ...]
    runs_dir: Path
    free_bytes: int | None

    @property
    def rung(self) -> str:
        """The rung that runs get; empty if none passes."""
        return next((probe.rung for probe in self.rungs if probe.passed), "")


def examine(
    environ: Mapping[str, str], runs_dir: Path, try_: Callable[[Sandbox], Probe] = probe
) -> Examination:
    """Look at all of it; blocks for about half a second, for every rung is probed."""
    container = last()
    known = (*rungs(), *((container,) if container else ()))
    tried = {sandbox.rung: try_(sandbox) for sandbox in known}
    ladder = [tried.get(rung) or Probe(rung, {}, problem) for rung, problem in LADDER.items()]
    names = {name for need in NEEDS.values() for group in need for name in group}
    return Examination(
        rungs=tuple(ladder),
        versions=_versions(),
        keys=tuple(sorted(name for name in names if environ.get(name))),
        runs_dir=runs_dir,
        free_bytes=_free(runs_dir),
    )


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "system": f"{platform.system()} {platform.release()}"}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    found["executable"] = sys.executable
    return found


def _free(folder: Path) -> int | None:
    for place in (folder.absolute(), *folder.absolute().parents):
        if place.exists():
            return shutil.disk_usage(place).free
    return None
