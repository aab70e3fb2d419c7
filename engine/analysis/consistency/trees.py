"""The checker of phantom writes: trees that tests saw against the fold of journalled edits (A19)."""

from __future__ import annotations

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History
from engine.record import events as ev
from engine.world.treehash import TreeHash, content_hash


@predicate(
    "phantom_write",
    "engine",
    holds="Every tree that was tested is exactly what the journalled edits make.",
    unknown="No tests were run, or the journal does not begin with the start of the run.",
)
def phantom_write(history: History, tally: Tally) -> None:
    """A19: the hash of a tested tree differs from the fold of the edits before it, or the recorded hash of an
    edit from that of its content. A difference that stays is told once.

    The tree is the engine's own table of contents, so this finds writes that were not journalled; what a test
    process does to its copy of the tree never comes back into it and is not in the journal.
    """
    if history.start is None:
        return
    tree = TreeHash()
    for file in history.start.files:
        tree.put(file.path, content_hash(file.content))
    known = ""
    drafts: dict[int, dict[str, str]] = {}
    for event in history.events:
        if isinstance(event, ev.FileEdited):
            hashed = content_hash(event.content)
            tree.put(event.path, hashed)
            if event.hash != hashed:
                text = "The recorded hash of {} v{} is not that of its content."
                tally.found(event.seq, text, event.path, event.version)
        elif isinstance(event, ev.DraftEdited):
            hashed = content_hash(event.content)
            drafts.setdefault(event.draft, {})[event.path] = hashed
            if event.hash != hashed:
                text = "The recorded hash of {} in draft {} is not that of its content."
                tally.found(event.seq, text, event.path, event.draft)
        elif isinstance(event, ev.TestsStarted) and event.drafts:
            tally.look()
            laid: dict[str, str] = {}
            for draft in event.drafts:
                laid |= drafts.get(draft, {})
            if event.tree != tree.value_with(laid):
                text = "Test run {} saw a tree that is not the workspace under its drafts."
                tally.found(event.seq, text, event.run)
        elif isinstance(event, ev.TestsStarted):
            tally.look()
            folded = tree.value()
            if event.tree not in (folded, known):
                text = "Test run {} saw a tree that no journalled edits make."
                tally.found(event.seq, text, event.run)
            known = event.tree if event.tree != folded else ""
