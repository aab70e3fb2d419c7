"""Checkers of copies and reviews: drafts are private and verified, and nobody reviews its own work."""

from __future__ import annotations

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History
from engine.record import events as ev

_NO_DRAFTS = "No draft was opened."


@predicate(
    "draft_privacy",
    "engine",
    holds="Every draft was seen and written by its own agent only, while it was open.",
    unknown=_NO_DRAFTS,
)
def draft_privacy(history: History, tally: Tally) -> None:
    """A prompt shows a draft of another agent, or one that is not open; a draft is written, submitted or
    accepted by another agent than its own, or when it is not open."""
    owner: dict[int, str] = {}
    for event in history.events:
        match event:
            case ev.DraftOpened():
                tally.look()
                owner[event.draft] = event.agent
            case ev.TurnStarted():
                foreign = [draft for draft in event.seen.drafts if owner.get(draft) != event.agent]
                if foreign:
                    tally.found(event.seq, "{} was shown draft {}, not its own.", event.agent, foreign[0])
            case ev.DraftEdited() | ev.DraftSubmitted() | ev.DraftAccepted():
                if owner.get(event.draft) != event.agent:
                    text = "{} worked on draft {}, which is not an open one of its own."
                    tally.found(event.seq, text, event.agent, event.draft)
                if isinstance(event, ev.DraftAccepted):
                    owner.pop(event.draft, None)
            case ev.DraftEnded():
                owner.pop(event.draft, None)


@predicate(
    "draft_verified",
    "engine",
    holds="Every draft that became a task's files had passed its tests as it was, one per task.",
    unknown="No draft was accepted.",
)
def draft_verified(history: History, tally: Tally) -> None:
    """An accepted draft without a passing run of its task's tests begun after its last edit; a second one for
    its task; fewer agreeing drafts than were needed; a file that becomes something else than it held."""
    passed: dict[int, dict[int, tuple[str, ...]]] = {}
    written: dict[int, int] = {}
    runs: dict[int, ev.TestsStarted] = {}
    held: dict[int, dict[str, str]] = {}
    taken: set[str] = set()
    for event in history.events:
        match event:
            case ev.TestsStarted():
                runs[event.run] = event
            case ev.TestsFinished(verdict="passed") if event.run in runs:
                run = runs[event.run]
                for draft in run.drafts:
                    if run.seq > written.get(draft, 0):
                        passed.setdefault(draft, {})[event.run] = run.tasks
            case ev.DraftEdited():
                passed.pop(event.draft, None)
                written[event.draft] = event.seq
                held.setdefault(event.draft, {})[event.path] = event.hash
            case ev.DraftAccepted():
                tally.look()
                tested = passed.get(event.draft, {}).get(event.run)
                if tested is None or (tested and event.task not in tested):
                    text = "Draft {} of task {} was taken without having passed its tests as it was."
                    tally.found(event.seq, text, event.draft, event.task)
                elif event.task in taken or event.task in _done_before(history, event):
                    tally.found(event.seq, "A second copy of task {} was taken.", event.task)
                elif len(event.agreeing) < event.needed:
                    text = "Task {} needed {} versions to agree, and {} did."
                    tally.found(event.seq, text, event.task, event.needed, len(event.agreeing))
                elif other := _not_written(history, event, held.get(event.draft, {})):
                    text = "Draft {} was taken for task {}, but {} became something else."
                    tally.found(event.seq, text, event.draft, event.task, other)
                taken.add(event.task)


def _done_before(history: History, accepted: ev.DraftAccepted) -> set[str]:
    done = history.done_at.get(accepted.task)
    return {accepted.task} if done is not None and done.seq < accepted.seq else set()


def _not_written(history: History, accepted: ev.DraftAccepted, files: dict[str, str]) -> str:
    """A file that was not what the draft held when the task was completed; empty if there is none."""
    done = history.done_at.get(accepted.task)
    if done is None:
        return ""  # the journal ends here
    for path, hashed in files.items():
        edit = history.file_at(path, done.seq)
        if edit is None or edit.hash != hashed:
            return path
    return ""


@predicate(
    "own_review",
    "engine",
    holds="Nobody reviewed its own work, and every approval was of what was handed in.",
    unknown="Nothing was reviewed.",
)
def own_review(history: History, tally: Tally) -> None:
    """An author who is asked to review, or reviews, its own task; a review of a task that is not handed in;
    a completion by review without an approval just before."""
    waiting: dict[str, str] = {}
    approved: dict[str, str] = {}
    for event in history.events:
        match event:
            case ev.ReviewRequested():
                tally.look()
                waiting[event.task] = event.agent
                approved.pop(event.task, None)
                if event.reviewer == event.agent:
                    tally.found(event.seq, "{} was to review its own task {}.", event.agent, event.task)
            case ev.ReviewAssigned() if event.reviewer == event.author:
                tally.found(event.seq, "{} was to review its own task {}.", event.author, event.task)
            case ev.ReviewGiven():
                author = waiting.pop(event.task, None)
                approved.pop(event.task, None)
                if author is None:
                    tally.found(event.seq, "Task {} was reviewed without being handed in.", event.task)
                elif event.agent == author:
                    tally.found(event.seq, "{} reviewed its own task {}.", event.agent, event.task)
                elif event.approved:
                    approved[event.task] = event.agent
            case ev.TaskCompleted() if event.reviewer:
                if approved.pop(event.task, None) != event.reviewer:
                    text = "Task {} was done by a review that {} did not give."
                    tally.found(event.seq, text, event.task, event.reviewer)
            case ev.TaskReleased():
                waiting.pop(event.task, None)
                approved.pop(event.task, None)
