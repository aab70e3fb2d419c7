"""What a whole journal tells of one task, file or agent. Pure; made in a thread: it reads all events.

What is told is cleaned and bounded: the latest is kept, and what is left out is counted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
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


@dataclass(slots=True)
class Section:
    """A heading with rows; the latest are kept. ``none`` stands where there is no row."""

    heading: str
    rows: list[Paragraph]
    none: str = "none"

    def paragraphs(self) -> list[Paragraph]:
        """The heading, how many rows are left out, and the rows."""
        more = len(self.rows) - ROWS_KEPT
        page = [Paragraph(""), Paragraph(self.heading, "strong")]
        if more > 0:
            page.append(Paragraph(f"{more:,} earlier ones are in the journal", "muted"))
        return [*page, *(self.rows[-ROWS_KEPT:] or [Paragraph(self.none, "muted")])]


def _row(event: ev.Event, text: str, *, bad: bool = False) -> Paragraph:
    return Paragraph(clean_line(text), "bad" if bad else "plain", f"r{event.round} {clock(event.ts)}")


def pages(sections: Iterable[Section]) -> list[Paragraph]:
    """The sections one after the other."""
    return [paragraph for section in sections for paragraph in section.paragraphs()]


# ---------------------------------------------------------------- a task


def task_story(events: Sequence[ev.Event], task: str, names: Names) -> list[Paragraph]:
    """Who had the task, how its tests went, what was said about it, and every version of its files."""
    spec = next((spec for spec in _specs(events) if clean_line(spec.id) == task), None)
    files = spec.files if spec is not None else ()
    owners, copies = Section("Owners", [], "nobody has had it"), Section("Copies", [])
    said = Section("Messages", [], "none speaks of it")
    about = {Mention("task", task), *(Mention("path", clean_line(path)) for path in files)}
    for event in events:
        if clean_line(str(getattr(event, "task", ""))) == task:
            if (text := owned(event)) is not None:
                owners.rows.append(_row(event, text))
            elif (text := _copied(event)) is not None:
                copies.rows.append(_row(event, text))
        elif isinstance(event, ev.MessageSent) and not about.isdisjoint(names.in_text(event.text)):
            said.rows.append(_message(event))
    versions = [p for path in files for p in _versions(events, clean_line(path))]
    tests = _tested(events, set(spec.tests) if spec is not None else set())
    shown = (owners, *([copies] if copies.rows else []), tests, said)
    return [*pages(shown), *versions]


def _specs(events: Iterable[ev.Event]) -> Iterator[ev.TaskSpec]:
    """All tasks that the run ever had."""
    for event in events:
        if isinstance(event, ev.RunStarted):
            yield from event.tasks
        elif isinstance(event, ev.TaskAdded):
            yield event.spec


def _tested(events: Iterable[ev.Event], nodes: set[str]) -> Section:
    """How test runs went that covered any of ``nodes``."""
    section = Section("Tests over time", [], "no test run has covered it")
    for event in events:
        if isinstance(event, ev.TestsFinished) and (ran := nodes & {*event.passed, *event.failed}):
            passed = len(ran & set(event.passed))
            elsewhere = event.verdict == "failed" and passed == len(nodes)
            came = "others failed" if elsewhere else event.verdict
            text = f"{event.agent}: {passed} of {len(nodes)} passed, {came}"
            section.rows.append(_row(event, text, bad=passed < len(ran)))
    return section


def _message(event: ev.MessageSent) -> Paragraph:
    return _row(event, f"{event.sender} → {', '.join(event.recipients)}: “{event.text}”")


def _copied(event: ev.Event) -> str | None:
    """What the event, which is about a task, says about copies of it."""
    match event:
        case ev.DraftOpened(kind="backup"):
            return f"{event.agent} backs {event.owner} up, in a copy of its own"
        case ev.DraftOpened():
            return f"{event.agent} begins a version of its own"
        case ev.DraftEdited():
            return f"{event.agent} writes {event.path} in its copy: {len(event.content.splitlines()):,} lines"
        case ev.DraftSubmitted():
            return f"the copy of {event.agent} passes the tests"
        case ev.DraftAccepted():
            return f"the copy of {event.agent} becomes the files"
        case ev.DraftEnded():
            what = "copy" if event.draft else "own work"
            return f"the {what} of {event.agent} is over: {event.reason}"
    return None


def owned(event: ev.Event) -> str | None:
    """What the event, which is about a task, says about who has it."""
    match event:
        case ev.TaskAssigned():
            return f"{event.agent} gets it from {event.by}"
        case ev.TaskClaimed():
            return f"{event.agent} claims it"
        case ev.TaskReleased():
            return f"{event.agent} has it no more: {event.reason}" + (f", to {event.to}" if event.to else "")
        case ev.TaskCompleted():
            return f"{event.agent} completes it, tests: {event.evidence}"
        case ev.ReviewRequested():
            return f"{event.agent} hands it in for review by {event.reviewer}"
        case ev.ReviewAssigned():
            return f"{event.reviewer} is to review it instead"
        case ev.ReviewGiven():
            verb = "approves it" if event.approved else f"rejects it: {event.reason}"
            return f"{event.agent or 'the engine'} {verb}"
    return None


# ---------------------------------------------------------------- a file


def path_story(events: Sequence[ev.Event], path: str, names: Names) -> list[Paragraph]:
    """What a file is for, every version, tests, messages, who locked it and was refused, who read it."""
    locks, readers = (
        Section("Locks", [], "nobody has taken it"),
        Section("Readers", [], "nobody was shown it"),
    )
    tasks, said = Section("Tasks that write it", []), Section("Messages", [], "none speaks of it")
    specs = [spec for spec in _specs(events) if path in map(clean_line, spec.files)]
    tasks.rows += [
        Paragraph(f"{clean_line(s.id)} {clean_line(s.name)}: {clean_line(s.title)}") for s in specs
    ]
    for event in events:
        match event:
            case ev.MessageSent() if Mention("path", path) in names.in_text(event.text):
                said.rows.append(_message(event))
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
    tests = _tested(events, {node for spec in specs for node in spec.tests})
    return [*pages([tasks]), *_versions(events, path), *pages((tests, said, locks, readers))]


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
    """The agent's tasks, turns, what it wrote, its tests, messages from, to and about it, its refusals."""
    turns, wrote = Section("Turns", [], "none yet"), Section("Wrote", [], "no file")
    tests, refused = Section("Tests", [], "none were run"), Section("Refused", [], "nothing was refused")
    tasks, said = Section("Tasks", []), Section("Messages", [])
    for event in events:
        if isinstance(event, ev.MessageSent):
            people = (clean_line(name, 40) for name in (event.sender, *event.recipients))
            if agent in people or Mention("agent", agent) in names.in_text(event.text):
                said.rows.append(_message(event))
            continue
        if clean_line(str(getattr(event, "agent", "")), 40) != agent:
            continue
        if (text := owned(event)) is not None:
            label = names.label(Mention("task", clean_line(str(getattr(event, "task", "")))))
            tasks.rows.append(_row(event, f"{label}: {text}"))
            continue
        match event:
            case ev.PersonAsked():
                said.rows.append(_row(event, f"{event.agent} asks people: “{event.text}”"))
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
    return pages((tasks, turns, wrote, tests, said, refused))
