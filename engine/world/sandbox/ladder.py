"""Chooses how agents' code is confined: the best rung that passes its probe on this machine, now."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator

from engine.world.sandbox.base import Sandbox
from engine.world.sandbox.container import Container, daemon
from engine.world.sandbox.linux import Bubblewrap, Landlock
from engine.world.sandbox.probe import Probe, probe
from engine.world.sandbox.seatbelt import Seatbelt

LADDER = {
    "bubblewrap": "bwrap is not installed (the package is called bubblewrap)",
    "landlock": "this system is not Linux",
    "seatbelt": "this system is not macOS (and the rung is untested)",
    "container": "no daemon of docker or podman answers",
}
"""The rungs, best first, and why one of them may not be there to be tried."""


def rungs() -> tuple[Sandbox, ...]:
    """The rungs that this system may have, best first."""
    found: list[Sandbox] = []
    if sys.platform.startswith("linux"):
        if bwrap := shutil.which("bwrap"):
            found.append(Bubblewrap(bwrap))
        found.append(Landlock())
    if sys.platform == "darwin":
        found.append(Seatbelt())
    return tuple(found)


def last() -> Sandbox | None:
    """The rung that is asked for only if no other passes, for the asking takes a while; null without one."""
    program = daemon()
    return Container(program) if program else None


def choose(
    given: Iterable[Sandbox] | None = None, try_: Callable[[Sandbox], Probe] = probe
) -> tuple[Sandbox | None, tuple[Probe, ...]]:
    """The first of ``given`` (the rungs of this system) that passes, and what was tried for that."""
    tried = []
    for sandbox in _ladder() if given is None else given:
        tried.append(try_(sandbox))
        if tried[-1].passed:
            return sandbox, tuple(tried)
    return None, tuple(tried)


def _ladder() -> Iterator[Sandbox]:
    yield from rungs()
    if (container := last()) is not None:
        yield container
