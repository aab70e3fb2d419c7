"""What a test process does to itself before it runs what agents wrote. It cannot be undone from within.

These modules run in the test processes: they import the standard library only, and each other by relative
names. What takes time is made ready when they are loaded, once per server, so that a run pays microseconds.

In order: as root, become a user that owns nothing but the workspace; a bound on processes; Landlock, which
confines files, TCP, abstract sockets and signals; a seccomp filter for what Landlock leaves open. Raises
``OSError`` if any of it cannot be had: the run then counts as broken, and nothing was run.
"""

from __future__ import annotations

import os
from pathlib import Path

from . import identity, landlock, seccomp

_FILTER = seccomp.program()
_READABLE = landlock.readable()


def enter(folder: str) -> None:
    """Confine this process to the run's folder, the parent of its workspace ``folder``."""
    run = str(Path(folder).parent)
    if os.geteuid() == 0:
        identity.become_nobody(run)
    identity.bound_processes()
    landlock.confine(run, _READABLE)
    seccomp.load(_FILTER)
