"""All subjects, and the predicates that none of them is about."""

from __future__ import annotations

from engine.analysis.consistency import Class
from tests.helpers.small import board, course, drafts, effort, evidence, files, lives, locks, mail

SUBJECTS = [
    *board.SUBJECTS,
    *files.SUBJECTS,
    *locks.SUBJECTS,
    *mail.SUBJECTS,
    *evidence.SUBJECTS,
    *drafts.SUBJECTS,
    *lives.SUBJECTS,
    *course.SUBJECTS,
    *effort.SUBJECTS,
]

_GRAMMAR = (
    "It is a grammar of the whole journal, of which the checker is a plain automaton: a definition by brute "
    "force would be the same automaton again. Hand-made cases, planted events and simulated runs judge it."
)

WITHOUT: dict[tuple[str, Class], str] = {
    ("turn_nesting", "engine"): _GRAMMAR,
    ("act_in_turn", "engine"): _GRAMMAR,
}
"""Why a predicate has no definition here."""
