"""All subjects."""

from __future__ import annotations

from tests.helpers.small import (
    board,
    course,
    drafts,
    effort,
    evidence,
    files,
    leads,
    lives,
    locks,
    mail,
    turns,
)

SUBJECTS = [
    *board.SUBJECTS,
    *files.SUBJECTS,
    *locks.SUBJECTS,
    *mail.SUBJECTS,
    *evidence.SUBJECTS,
    *drafts.SUBJECTS,
    *lives.SUBJECTS,
    *leads.SUBJECTS,
    *turns.SUBJECTS,
    *course.SUBJECTS,
    *effort.SUBJECTS,
]
