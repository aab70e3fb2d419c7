"""Chooses how agents' code is confined: the best rung that passes its probe on this machine, now."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable

from engine.world.sandbox.base import Sandbox
from engine.world.sandbox.linux import Bubblewrap, Landlock
from engine.world.sandbox.probe import Probe, probe

LADDER = {
    "bubblewrap": "bwrap is not installed (the package is called bubblewrap)",
    "landlock": "this system is not Linux",
}
"""The rungs, best first, and why one of them may not be there to be tried."""


def rungs() -> tuple[Sandbox, ...]:
    """The rungs that this system may have, best first."""
    if not sys.platform.startswith("linux"):
        return ()
    found = shutil.which("bwrap")
    return (Bubblewrap(found), Landlock()) if found else (Landlock(),)


def choose(
    given: Iterable[Sandbox] | None = None, try_: Callable[[Sandbox], Probe] = probe
) -> tuple[Sandbox | None, tuple[Probe, ...]]:
    """The first of ``given`` (the rungs of this system) that passes, and what was tried for that."""
    tried = []
    for sandbox in rungs() if given is None else given:
        tried.append(try_(sandbox))
        if tried[-1].passed:
            return sandbox, tuple(tried)
    return None, tuple(tried)
