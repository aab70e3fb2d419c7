"""What a sandbox has to offer, and the absence of one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

INSIDE = Path(__file__).parent / "inside" / "__init__.py"
"""What test processes do to themselves on Linux, whatever is around them."""


class Sandbox(Protocol):
    """Confines the processes that run agents' code. It acts at two points, and may use either or both."""

    @property
    def rung(self) -> str:
        """Its short name, for the run's record: ``bubblewrap``, ``landlock``; ``none`` confines nothing."""
        ...

    @property
    def child_script(self) -> Path | None:
        """A Python file whose ``enter(folder: str)`` each test process calls before agents' code, or nothing.

        ``folder`` is the run's workspace; its parent is the run's own folder, and may be written, too. If
        ``enter`` raises, the run is an error and no test counts. The file (with an ``__init__.py``: its
        package) may import the standard library only.
        """
        ...

    @property
    def by_path(self) -> bool:
        """Whether open files cannot be passed on, so that a server has to be told the path of a socket."""
        ...

    def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
        """The command line that starts ``argv`` confined; ``folder`` writable. Raises ``OSError``."""
        ...


class Unsandboxed:
    """No confinement: agents' code can do what the user can."""

    rung = "none"
    child_script: Path | None = None
    by_path = False

    def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
        """``argv`` as it is."""
        del folder  # nothing is confined to it
        return argv
