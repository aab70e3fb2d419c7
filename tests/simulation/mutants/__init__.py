"""Bugs planted in the real engine, each a small change of one method; the simulation must find every one."""

from __future__ import annotations

from tests.simulation.mutants import board, calls, copies, files, journal, lost, mail, members, pace
from tests.simulation.planted import MUTANTS

__all__ = ["MUTANTS", "board", "calls", "copies", "files", "journal", "lost", "mail", "members", "pace"]
