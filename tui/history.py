"""What a whole journal tells of one task, file, agent or turn. Pure; made in a thread: it reads all events.

What is told is cleaned and bounded: the latest is kept, and what is left out is counted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.record import events as ev
from engine.record.clean import clean, clean_line
from tui.mentions import Mention, Names
from tui.widgets.figures import clock
from tui.widgets.page import Paragraph

ROWS_KEPT = 60
"""Rows of one heading: more is not read, and the journal has it."""

VERSIONS_KEPT = 20
"""Versions of a file that are shown with their difference."""

DIFF_LINES, DIFF_CHARACTERS = 1_500, 60_000
"""Of a file up to which versions are compared: comparing takes time in the square of the lines."""

SHOWN_LINES = 200
"""Lines of one difference."""

TEXT_SHOWN = 60_000
"""Characters of a prompt or a reply on a page."""


@dataclass(slots=True)
class Section:
    """A heading with rows; the latest are kept."""

    heading: str
    rows: list[Paragraph]

    def paragraphs(self) -> list[Paragraph]:
        """The heading, how many rows are left out, and the rows."""
        more = len(self.rows) - ROWS_KEPT
        page = [Paragraph(""), Paragraph(self.heading, "strong")]
        if more > 0:
            page.append(Paragraph(f"{more:,} earlier ones are in the journal", "muted"))
        return [*page, *(self.rows[-ROWS_KEPT:] or [Paragraph("nothing", "muted")])]


def _row(event: ev.Event, text: str, *, bad: bool = False) -> Paragraph:
    return Paragraph(clean_line(text), "bad" if bad else "plain", f"r{event.round} {clock(event.ts)}")


def pages(sections: Iterable[Section]) -> list[Paragraph]:
    """The sections one after the other."""
    return [paragraph for section in sections for paragraph in section.paragraphs()]


# ---------------------------------------------------------------- a task


def task_story(events: Sequence[ev.Event], task: str, names: Names) -> list[Paragraph]:
    """Who had the task, how its tests went, what was said about it, and every version of its files."""
    spec = _spec(events, task)
    nodes = set(spec.tests) if spec is not None else set()
    files = spec.files if spec is not None else ()
    owners, tests, said = Section("Owners", []), Section("Tests over time", []), Section("Messages", [])
    about = {Mention("task", task), *(Mention("path", clean_line(path)) for path in files)}
    for event in events:
        if (text := _owned(event, task)) is not None:
            owners.rows.append(_row(event, text))
        elif isinstance(event, ev.TestsFinished) and (ran := nodes & {*event.passed, *event.failed}):
            passed = len(ran & set(event.passed))
            row = f"{event.agent}: {passed} of {len(nodes)} passed, {event.verdict}"
            tests.rows.append(_row(event, row, bad=passed < len(ran)))
        elif isinstance(event, ev.MessageSent) and not about.isdisjoint(names.in_text(event.text)):
            said.rows.append(_row(event, f"{event.sender} → {', '.join(event.recipients)}: “{event.text}”"))
    versions = [p for path in files for p in _versions(events, clean_line(path))]
    return [*pages((owners, tests, said)), *versions]


def _spec(events: Sequence[ev.Event], task: str) -> ev.TaskSpec | None:
    for event in events:
        if isinstance(event, ev.RunStarted):
            for spec in event.tasks:
                if clean_line(spec.id) == task:
                    return spec
        elif isinstance(event, ev.TaskAdded) and clean_line(event.spec.id) == task:
            return event.spec
    return None


def _owned(event: ev.Event, task: str) -> str | None:
    """What the event says about who has the task."""
    match event:
        case ev.TaskAssigned() if clean_line(event.task) == task:
            return f"{event.agent} gets it from {event.by}"
        case ev.TaskClaimed() if clean_line(event.task) == task:
            return f"{event.agent} claims it"
        case ev.TaskReleased() if clean_line(event.task) == task:
            return f"{event.agent} has it no more: {event.reason}" + (f", to {event.to}" if event.to else "")
        case ev.TaskCompleted() if clean_line(event.task) == task:
            return f"{event.agent} completes it, tests: {event.evidence}"
        case ev.ReviewGiven() if clean_line(event.task) == task:
            verb = "approves it" if event.approved else f"rejects it: {event.reason}"
            return f"{event.agent or 'the engine'} {verb}"
    return None


# ---------------------------------------------------------------- a file


def path_story(events: Sequence[ev.Event], path: str) -> list[Paragraph]:
    """Every version of a file, who locked it and was refused, who read it."""
    locks, readers = Section("Locks", []), Section("Readers", [])
    for event in events:
        match event:
            case ev.LockAcquired() if clean_line(event.path) == path:
                locks.rows.append(_row(event, f"{event.agent} takes it"))
            case ev.LockReleased() if clean_line(event.path) == path:
                locks.rows.append(_row(event, f"{event.agent} lets it go ({event.reason})"))
            case ev.LockDenied() if clean_line(event.path) == path:
                text = f"{event.agent} is refused: {event.holder} holds it {event.age_seconds:.0f} s"
                locks.rows.append(_row(event, text, bad=True))
            case ev.InfoRequested() if event.action == "read_file" and clean_line(event.object) == path:
                readers.rows.append(_row(event, f"{event.agent} asks for it"))
            case ev.TurnStarted():
                shown = [version for name, version in event.seen.files if clean_line(name) == path]
                if shown:
                    readers.rows.append(
                        _row(event, f"{event.agent} is shown v{shown[-1]} in turn {event.turn}")
                    )
    return [*_versions(events, path), *pages((locks, readers))]


def _versions(events: Sequence[ev.Event], path: str) -> list[Paragraph]:
    """Versions of a file, the newest first, each with what is different from the one before."""
    edits = [event for event in events if isinstance(event, ev.FileEdited) and clean_line(event.path) == path]
    page = [Paragraph(""), Paragraph(f"Versions of {path}", "strong")]
    if not edits:
        return [*page, Paragraph("not written yet", "muted")]
    before = _given(events, path)
    first = max(0, len(edits) - VERSIONS_KEPT)
    for place in range(len(edits) - 1, first - 1, -1):
        edit = edits[place]
        over = f", over {edit.previous}'s" if edit.previous and edit.previous != edit.agent else ""
        page.append(_row(edit, f"v{edit.version} by {edit.agent} in turn {edit.turn}{over}"))
        page += diff(edits[place - 1].content if place else before, edit.content)
    if first:
        page.append(Paragraph(f"{first:,} earlier versions are in the journal", "muted"))
    return page


def _given(events: Sequence[ev.Event], path: str) -> str:
    started = next((event for event in events if isinstance(event, ev.RunStarted)), None)
    files = started.files if started is not None else ()
    return next((file.content for file in files if clean_line(file.path) == path), "")


def diff(old: str, new: str) -> list[Paragraph]:
    """What is different, with two lines around; texts that are too large are only counted."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > DIFF_LINES or max(len(old), len(new)) > DIFF_CHARACTERS:
        text = f"too large to compare: {len(before):,} lines became {len(after):,}"
        return [Paragraph(text, "muted", " ")]
    found = list(difflib.unified_diff(before, after, n=2, lineterm=""))[2:]
    if not found:
        return [Paragraph("the same text again", "muted", " ")]
    page: list[Paragraph] = []
    for line in found[:SHOWN_LINES]:
        text = clean(line, 2_000)
        if line.startswith("@@"):
            page.append(Paragraph(text, "muted", " ", verbatim=True))
        else:
            page.append(Paragraph(text, {"+": "good", "-": "bad"}.get(line[:1], "plain"), " ", verbatim=True))  # type: ignore[arg-type]  # all are roles
    if len(found) > SHOWN_LINES:
        page.append(Paragraph(f"{len(found) - SHOWN_LINES:,} more lines differ", "muted", " "))
    return page


# ---------------------------------------------------------------- an agent


def agent_story(events: Sequence[ev.Event], agent: str, names: Names) -> list[Paragraph]:
    """The agent's turns, what it wrote, its test runs, its refusals."""
    turns, wrote = Section("Turns", []), Section("Wrote", [])
    tests, refused = Section("Tests", []), Section("Refused", [])
    for event in events:
        if clean_line(str(getattr(event, "agent", "")), 40) != agent:
            continue
        match event:
            case ev.Replied():
                tokens = "" if event.output_tokens is None else f", {event.output_tokens:,} tokens out"
                turns.rows.append(_row(event, f"turn {event.turn}: {event.latency_seconds:.1f} s{tokens}"))
            case ev.TurnEnded() if event.outcome != "replied":
                turns.rows.append(
                    _row(event, f"turn {event.turn}: {event.outcome}, {event.detail}", bad=True)
                )
            case ev.FileEdited():
                over = f", over {event.previous}'s" if event.previous not in ("", event.agent) else ""
                size = f"{len(event.content.splitlines()):,} lines"
                wrote.rows.append(_row(event, f"{event.path} v{event.version}, {size}{over}"))
            case ev.TestsFinished():
                total = len(event.passed) + len(event.failed)
                text = f"{event.verdict}, {len(event.passed)} of {total} in {event.seconds:.1f} s"
                tests.rows.append(_row(event, text, bad=bool(event.failed)))
            case ev.LockDenied():
                refused.rows.append(_row(event, f"{event.path}: {event.holder} holds it", bad=True))
            case ev.ActionRefused() if event.reason != "locked":
                text = f"{event.action} {event.object}: {event.reason}, {event.detail}"
                refused.rows.append(_row(event, text, bad=True))
    return pages((turns, wrote, tests, refused))


# ---------------------------------------------------------------- a turn


def turns_of(events: Sequence[ev.Event], agent: str) -> list[int]:
    """Numbers of the agent's turns, in order."""
    return [e.turn for e in events if isinstance(e, ev.TurnStarted) and clean_line(e.agent, 40) == agent]


def prompt_story(events: Sequence[ev.Event], turn: int) -> list[Paragraph]:
    """The whole prompt of a turn, rebuilt from the journal, and its whole reply."""
    started = next((e for e in events if isinstance(e, ev.TurnStarted) and e.turn == turn), None)
    if started is None:
        return [Paragraph("There is no such turn in the journal.", "muted")]
    page = [Paragraph("The prompt, as it was asked", "strong"), *_prompt(events, started)]
    reply = next((e for e in events if isinstance(e, ev.Replied) and e.turn == turn), None)
    page += [Paragraph(""), Paragraph("The reply, whole", "strong")]
    if reply is None:
        return [*page, Paragraph("There is none in the journal.", "muted")]
    return [*page, Paragraph(clean(reply.text, TEXT_SHOWN) or "no words", "speech", verbatim=True)]


def _prompt(events: Sequence[ev.Event], started: ev.TurnStarted) -> list[Paragraph]:
    from engine.team.conversation import Conversations

    if not started.request:
        return [Paragraph("Not recorded: the run was imported without prompts.", "muted")]
    fold = Conversations()
    try:
        for event in events:
            fold.apply(event)
            if event is started:
                break
        messages = fold.messages(started.agent)
        known = fold.request(started.agent)
    except Exception as error:  # a journal that no engine wrote may hold anything
        return [Paragraph(f"It cannot be rebuilt from this journal ({type(error).__name__}).", "bad")]
    said = "rebuilt from the journal; its digest is the recorded one"
    if known != started.request:
        said = "rebuilt by another version of teamtop than the one that asked: it may differ"
    page = [Paragraph(said, "muted" if known == started.request else "warn")]
    shown = messages[:1] + messages[-1:] if len(messages) > 1 else messages
    if len(messages) > len(shown):
        between = len(messages) - len(shown)
        page.append(
            Paragraph(f"{between} messages of earlier turns stand between the brief and this one", "muted")
        )
    for message in shown:
        page += [Paragraph(message.role, "accent"), Paragraph(clean(message.text, TEXT_SHOWN), verbatim=True)]
    return page
