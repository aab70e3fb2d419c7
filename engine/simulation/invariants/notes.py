"""How invariants note what they find."""

from __future__ import annotations

from engine.simulation.violation import Violation

TICK = 1e-5
"""Seconds by which computed times may differ: several roundings to a microsecond."""


class Notes(list[Violation]):
    """Violations of one property; the first few are enough."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def wrong(self, seq: int, sentence: str) -> None:
        """Note a violation."""
        if len(self) < 3:
            self.append(Violation(name=self._name, seq=seq, sentence=sentence))
