"""What an agent wrote, version by version, and how its tests went, as rows. Pure."""

from __future__ import annotations

from tui.widgets.spans import Role, Row, Span, crop_row
from tui.works import Edit, Tested, Work

_ROLES: dict[str, Role] = {"+": "good", "-": "bad", "@": "accent"}


def diff_rows(work: Work, cells: int) -> list[Row]:
    """Every edit: which file, from which version, and the difference."""
    if not work.edits:
        return [[Span("It has written no file.", "muted")]]
    rows: list[Row] = []
    for edit in work.edits:
        rows += [_heading(edit), *([Span(line, _ROLES.get(line[:1], "muted"))] for line in edit.diff)]
        if not edit.diff:
            rows.append([Span("nothing changed", "muted")])
        rows.append([])
    return [crop_row(row, cells) for row in rows]


def _heading(edit: Edit) -> Row:
    origin = f"v{edit.version - 1} by {edit.previous}" if edit.previous else "a new file"
    return [
        Span(f"r{edit.round} ", "muted"),
        Span(edit.path, "strong"),
        Span(f"  v{edit.version}, from {origin}", "muted"),
    ]


def verdict_rows(work: Work, cells: int) -> list[Row]:
    """Every test run: verdict, how many passed, which did not."""
    if not work.tests:
        return [[Span("It has run no tests.", "muted")]]
    return [crop_row(row, cells) for tested in work.tests for row in _tested(tested)]


def _tested(tested: Tested) -> list[Row]:
    good = tested.verdict == "passed"
    head: Row = [
        Span(f"r{tested.round} ", "muted"),
        Span(f"{'✔' if good else '✘'} {tested.verdict}", "good" if good else "bad"),
        Span(f"  {tested.passed} of {tested.passed + len(tested.failed)} passed, {tested.seconds:.1f} s"),
    ]
    return [head, *([Span(f"     ✘ {node}", "bad")] for node in tested.failed)]
