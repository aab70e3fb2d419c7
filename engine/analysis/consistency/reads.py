"""Checkers of reads: what prompts showed against what stood in the workspace and on the board (A4)."""

from __future__ import annotations

from bisect import bisect_left

from engine.analysis.consistency.findings import Class, Tally, predicate
from engine.analysis.consistency.history import History
from engine.analysis.consistency.spans import Turn
from engine.record import events as ev
from engine.record.barrier import slack

_NO_TURN = "No prompt was built."

STALE = ("stale_board", "partition")
"""Kinds of faults that show an agent what is not so any more."""


def _shown(turn: Turn) -> dict[str, int]:
    seen = turn.started.seen
    return {**dict(seen.changes), **dict(seen.files)}


def _stale(history: History, tally: Tally, class_: Class) -> None:
    changes = sorted(event.seq for event in (*history.steps, *history.growth))
    board = [history.start.seq if history.start else 0, *changes]
    for turn in history.turns:
        start = turn.started
        injected = history.faulty(start.seq, start.seq, start.agent, kinds=STALE)
        if injected != (class_ == "team"):
            continue
        tally.look()
        current = board[max(0, bisect_left(board, start.seq) - 1)]
        if start.seen.board != current:
            text = "{} was shown the board as of seq {}; it had last changed at seq {}."
            tally.found(start.seq, text, start.agent, start.seen.board, current)
            continue
        for path, version in _shown(turn).items():
            edit = history.file_at(path, start.seq)
            standing = edit.version if edit else 0
            if version != standing:
                age = start.ts - edit.ts if edit else 0.0
                text = "{} was shown {} v{}, where v{} had stood for {:.3f} s."
                tally.found(start.seq, text, start.agent, path, version, standing, age)
                break


@predicate(
    "stale_read",
    "engine",
    holds="Every prompt showed board and files as they stood when it was built.",
    unknown=_NO_TURN,
)
def stale_read_engine(history: History, tally: Tally) -> None:
    """A4: a prompt showed another version of the board or of a file than the one that stood. At most one
    violation per prompt."""
    _stale(history, tally, "engine")


@predicate(
    "stale_read",
    "team",
    holds="Prompts under a fault that serves stale views were up to date all the same.",
    unknown="No fault served stale views.",
)
def stale_read_injected(history: History, tally: Tally) -> None:
    """A4 while a fault of one of the kinds ``STALE`` disturbs the agent: asked for, so no bug."""
    _stale(history, tally, "team")


@predicate(
    "missed_change",
    "engine",
    holds="Every prompt named all files that others had changed since the agent's last one.",
    unknown="Nobody was prompted after a teammate's edit.",
)
def missed_change(history: History, tally: Tally) -> None:
    """A4 by omission: a file that somebody else wrote since the agent's last prompt is not in this one.

    Not judged for the first prompt after a new epoch, whose memory may have been wiped.
    """
    place = dict.fromkeys(history.team, 0)
    epochs: dict[str, int] = {}
    for turn in history.turns:
        start, agent = turn.started, turn.agent
        shown = _shown(turn)
        end = place.get(agent, 0)
        others: set[str] = set()
        while end < len(history.edits) and history.edits[end].seq < start.seq:
            edit = history.edits[end]
            if edit.agent == agent:
                others.discard(edit.path)  # its own write is the newest, and it knows that
            else:
                others.add(edit.path)
            end += 1
        place[agent] = end
        before, epochs[agent] = epochs.get(agent, start.epoch), start.epoch
        if not others or before != start.epoch or history.faulty(start.seq, start.seq, agent, kinds=STALE):
            continue
        tally.look()
        missing = sorted(others.difference(shown))
        if missing:
            tally.found(start.seq, "{} was not told that {} had changed.", agent, missing[0])


@predicate(
    "intermediate_read",
    "engine",
    holds="No prompt showed a version that was written in the round for which it was built.",
    unknown="No prompt showed a file that an agent had written.",
)
def intermediate_read(history: History, tally: Tally) -> None:
    """A4b: all prompts of a round come from the state at its start, so none may show the round's own edits.
    Where agents run ahead, prompts come from the state as their own turn begins, and nothing is promised.

    Versions that were later rolled back (G1a) are not decidable: the journal has no rollback, and no engine
    of this schema makes one.
    """
    if history.start is not None and slack(history.start.barrier) != 0:
        tally.excuse("Prompts are built while others write: the barrier lets agents run ahead.")
        return
    for turn in history.turns:
        if turn.started.backup:
            continue  # it begins in the middle of a round, for a late task as it is then
        for path, version in _shown(turn).items():
            edit = history.file_at(path, turn.start)
            if edit is None or edit.version != version:
                continue
            tally.look()
            if edit.round == turn.started.round and edit.agent != turn.agent:
                text = "{} was shown {} v{}, written by {} in the same round."
                tally.found(turn.start, text, turn.agent, path, version, edit.agent)


@predicate(
    "unseen_base",
    "engine",
    holds="No recorded base is newer than what the agent had been shown or had written.",
    unknown="No write names a base (with optimistic locks agents name their own).",
)
def unseen_base(history: History, tally: Tally) -> None:
    """The base of a write, on which lost updates rest, is at most the last version shown or written."""
    if history.start is None or history.start.locks == "optimistic":
        return
    known: dict[tuple[str, str], int] = {}
    for event in history.events:
        if isinstance(event, ev.TurnStarted):
            for path, version in (*event.seen.changes, *event.seen.files):
                key = (event.agent, path)
                known[key] = max(known.get(key, 0), version)
        elif isinstance(event, ev.FileEdited):
            tally.look()
            key = (event.agent, event.path)
            if event.base > known.get(key, 0):
                text = "{} is said to have written {} from v{}, having been shown v{} at most."
                tally.found(event.seq, text, event.agent, event.path, event.base, known.get(key, 0))
            known[key] = max(known.get(key, 0), event.version)


@predicate(
    "aged_read",
    "team",
    holds="No agent wrote a file that a teammate had changed since its prompt was built.",
    unknown="No file was written.",
)
def aged_read(history: History, tally: Tally) -> None:
    """A4, aged: somebody else's write landed inside the turn, before the turn's own write to the file."""
    for edit in history.edits:
        tally.look()
        start, _ = history.span(edit)
        before = history.file_at(edit.path, edit.seq)
        if before is not None and before.agent != edit.agent and before.seq > start:
            text = "{} wrote {} from a prompt that was older than v{} of {}."
            tally.found(edit.seq, text, edit.agent, edit.path, before.version, before.agent)


@predicate(
    "aged_read",
    "prevented",
    holds="No write had to be refused because its file had changed or was held.",
    unknown="No file was written or refused.",
)
def aged_read_prevented(history: History, tally: Tally) -> None:
    """Writes refused as ``stale`` (versions) or ``locked`` (a teammate holds the file)."""
    tally.look(len(history.edits))
    for refusal in history.refused:
        if refusal.action == "edit_file" and refusal.reason in ("stale", "locked"):
            why = "it had changed" if refusal.reason == "stale" else f"{refusal.holder or 'another'} held it"
            tally.found(
                refusal.seq, "A write of {} to {} was refused: {}.", refusal.agent, refusal.object, why
            )
