"""Defects of another engine that a run can be asked to have, so that its runs can be compared with ours.

``paper`` is the engine that the runs of Mieczkowski et al. 2026 (arXiv 2603.12229) were recorded with:

- Tests run in the middle of everything: while a reply is carried out, its tests included, no other reply is
  (``Team.desk``, in ``engine.team.turn``).
- The actions of a reply are carried out by kind, not in the order of its text (``regrouped``).
- An edit, a claim or a completion that is refused is not mentioned to its agent (``SILENT``, in
  ``engine.team.conversation``; the brief says so).
- Where work is given out beforehand, a completion does not wait for what the task builds on
  (``engine.team.acts.board``). ``teamtop check`` finds that, and says that it was asked for.

That its locks never excluded anybody is ``--locks none``. What is refused is in the journal all the same, and
nothing here makes a journal that cannot be read, resumed or judged.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.team.actions import Action, Malformed

SILENT = frozenset({"edit_file", "claim_task", "complete_task"})
"""Actions whose refusals were silent."""

_ORDER = {"edit_file": 0, "claim_task": 1, "complete_task": 2, "run_tests": 3}


def regrouped(items: Sequence[Action | Malformed]) -> list[Action | Malformed]:
    """Edits, then claims, completions, tests, and all else; each kind in the order of the text."""
    return sorted(items, key=_place)


def _place(item: Action | Malformed) -> int:
    return _ORDER.get(item.name, len(_ORDER)) if isinstance(item, Action) else len(_ORDER)
