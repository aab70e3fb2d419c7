"""Words for what the record of an imported run does not hold."""

from __future__ import annotations

from collections.abc import Iterable

from engine.record.events import Gap

MISSING: dict[Gap, str] = {
    "graph": "titles and files of tasks",
    "dependencies": "what waits for what",
    "tasks": "which task was claimed or completed",
    "prompts": "prompts",
    "replies": "replies",
    "contents": "contents of files",
    "nodes": "which tests passed",
    "tokens": "tokens per reply",
    "locks": "locks",
    "refusals": "refusals but claims too early",
    "blocked": "",
    "rounds": "rounds",
    "settings": "seed",
}


def missing(gaps: Iterable[Gap]) -> str:
    """Name the gaps in words, in the order of the table."""
    given = set(gaps)
    words = {**MISSING, "refusals": "refusals"} if "blocked" in given else MISSING
    return ", ".join(said for gap, said in words.items() if gap in given and said)
