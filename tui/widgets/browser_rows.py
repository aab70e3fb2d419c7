"""What the browser says above its list, and of the run that the cursor is on."""

from __future__ import annotations

from collections.abc import Sequence

from engine.record.clean import clean_line
from engine.rows import RunRow
from engine.runnotes import NOTE_MAX
from tui.widgets.figures import storage
from tui.widgets.runcolumns import Column, problem_text, tags_text
from tui.widgets.runtable import RunTable
from tui.widgets.spans import Row, Span


def heading(table: RunTable, trash_bytes: int) -> tuple[Row, Row]:
    """How many runs there are and what they take on the disk; at the right, ways to get some."""
    live = sum(row.status == "running" for row in table.listed)
    own = any(not row.sample for row in table.listed)
    what = "run" if own or not table.listed else "sample"
    count = f"{len(table.listed)} {what}{'' if len(table.listed) == 1 else 's'}"
    left: Row = [Span("saved runs", "strong"), Span(f" · {count}")]
    left += [Span(f" · {live} live", "accent")] if live else []
    if table.words:
        left += [Span(f" · {len(table.shown)} match “{clean_line(table.words, 40)}”", "warn")]
    left += [Span(f" · {len(table.picked)} marked", "accent")] if table.picked else []
    left += [Span(f" · by {table.group}", "accent")] if table.group else []
    space = [row.space_bytes for row in table.listed if row.space_bytes is not None]
    left += [Span(f" · {storage(sum(space))}", "muted")] if space and own else []
    trashed = f" · {storage(trash_bytes)} in the trash (T)"
    left += [Span(trashed, "muted")] if trash_bytes else []
    first: Row = [Span("teamtop demo", "accent"), Span(" is a tour, ", "muted")]
    first += [Span("teamtop run", "accent"), Span(" a team", "muted")]
    return left, [] if own else first


def about(row: RunRow | None, hidden: Sequence[Column]) -> Row:
    """What the columns have no room for, or what is wrong with the folder."""
    if row is None:
        return []
    name = Span(clean_line(row.run_id), "strong")
    if row.problem:
        return [name, Span(f" · {problem_text(row)}", "bad")]
    parts = [f"seed {row.seed}"] if row.seed is not None else []
    parts += [f"fork of {clean_line(row.parent)}"] if row.parent else []
    parts += ["shipped sample"] if row.sample else []
    parts += [tags_text(row)] if row.tags else []
    parts += [f"“{clean_line(row.note, NOTE_MAX)}”"] if row.note else []
    for column in hidden:
        text = column.text(row)
        if column.key not in ("run", "tags") and text not in ("", "–"):
            parts.append(f"{column.heading} {text}" if column.number else text)
    return [name, *(Span(f" · {part}", "muted") for part in parts)]
