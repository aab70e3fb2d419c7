"""The sandbox of a run: chosen when its first test is to run, in the thread that runs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from engine.world.sandbox.base import Sandbox, Unsandboxed
from engine.world.sandbox.ladder import choose
from engine.world.sandbox.probe import Probe

Choice = tuple[Sandbox | None, tuple[Probe, ...]]


@lru_cache(maxsize=1)
def best() -> Choice:
    """The rung for this machine and what was tried; probes once per process (about 0.3 s)."""
    return choose()


def refusal(probes: Sequence[Probe]) -> str:
    """Why no rung can be had, in words."""
    tried = "; ".join(f"{probe.rung}: {probe.verdict}" for probe in probes)
    return tried or "this system has none that teamtop knows"


class Chosen:
    """The best rung that passes, and if none does: no confinement, or where that is ``required`` no test.

    ``tell`` is called once it is chosen, in the thread that needed it: with the rung's name, and what the
    probe said of each rung that was tried.
    """

    def __init__(
        self,
        *,
        required: bool,
        tell: Callable[[str, dict[str, str]], None] = lambda *_: None,
        choose: Callable[[], Choice] = best,
    ) -> None:
        self.known = ""
        """The rung, once chosen; empty before."""
        self.verdicts: dict[str, str] = {}
        """What came of probing each rung that was tried."""
        self.required = required
        self._tell = tell
        self._choose = choose
        self._lock = threading.Lock()
        self._sandbox: Sandbox | None = None

    def _get(self) -> Sandbox:
        with self._lock:
            if self._sandbox is None:
                sandbox, probes = self._choose()
                if sandbox is None and self.required:
                    raise OSError(f"no sandbox passes its probe: {refusal(probes)}")
                self._sandbox = sandbox or Unsandboxed()
                self.known = self._sandbox.rung
                self.verdicts = {probe.rung: probe.verdict for probe in probes}
                self._tell(self.known, self.verdicts)
            return self._sandbox

    @property
    def rung(self) -> str:
        """Its name. Raises ``OSError`` if there has to be one and none can be had, as do the others."""
        return self._get().rung

    @property
    def child_script(self) -> Path | None:
        """As ``Sandbox.child_script``."""
        return self._get().child_script

    @property
    def by_path(self) -> bool:
        """As ``Sandbox.by_path``."""
        return self._get().by_path

    def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
        """As ``Sandbox.command``."""
        return self._get().command(argv, folder)
