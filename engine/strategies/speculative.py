"""Speculative: preassigned, and whoever is idle makes a backup copy of what is late.

MapReduce's backup tasks (Dean & Ghemawat), LATE (Zaharia et al. 2008), Spark's speculation. It builds on
preassigned because there a task has an owner before anybody works on it, so that one can be late with it; who
claims in the same reply as it writes is never seen to be late.
"""

from __future__ import annotations

from engine.record.events import Role
from engine.strategies.preassigned import Preassigned


class Speculative(Preassigned):
    """The first copy that passes its tests wins; the others are given up."""

    name = "speculative"
    title = "preassigned, with backup copies of late tasks by idle agents"
    backups = True

    def rules(self, role: Role) -> str:
        """See ``Strategy.rules``."""
        return (
            super().rules(role)
            + "\n- A task whose owner takes much longer than usual gets a backup: a teammate who is idle is\n"
            "  given a copy of it, under “Your copies of tasks”. Do that first, and complete the task.\n"
            "- The first copy that passes its tests is taken, whoever wrote it; the other one is dropped."
        )
