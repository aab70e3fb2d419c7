"""What a sandbox has to offer, and the absence of one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Sandbox(Protocol):
    """Confines the processes that run agents' code. It acts at two points, and may use either or both."""

    @property
    def rung(self) -> str:
        """Its short name, for the run's record: how far tests are confined. ``none`` is no confinement."""
        ...

    @property
    def child_script(self) -> Path | None:
        """A Python file whose ``enter(folder: str)`` each test process calls before agents' code, or nothing.

        ``folder`` is the run's workspace. If ``enter`` raises, the run is an error and no test counts. The
        file may import the standard library only.
        """
        ...

    def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
        """The command line that starts ``argv`` confined; ``folder`` writable, open files passed on."""
        ...


class Unsandboxed:
    """No confinement: agents' code can do what the user can. For models whose code is known."""

    rung = "none"
    child_script: Path | None = None

    def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
        """``argv`` as it is."""
        del folder  # nothing is confined to it
        return argv
