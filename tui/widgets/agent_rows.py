"""Agents as titles, lines and rows."""

from __future__ import annotations

from engine.record.clean import clean_line
from engine.record.partials import KEPT, Partial
from engine.record.state import AgentState, AgentStatus, Line, LineKind, RunState
from engine.record.state.suspicion import ALARM, WATCH
from tui.widgets.figures import age, count
from tui.widgets.moment import Moment
from tui.widgets.spans import Role, Row, Span, cells_of, pad, shorten, width_of, wrap

STATUS: dict[AgentStatus, tuple[str, str, Role]] = {
    "thinking": ("●", "thinking", "accent"),
    "acting": ("◉", "acting", "accent"),
    "testing": ("◐", "testing", "measured"),
    "waiting": ("◌", "waiting", "muted"),
    "idle": ("○", "idle", "muted"),
    "stalled": ("⊖", "stalled", "warn"),
    "down": ("✖", "down", "bad"),
    "left": ("←", "left the team", "faint"),
}
"""Glyph, word and role of what an agent does."""

_KINDS: dict[LineKind, Role] = {
    "act": "plain",
    "good": "good",
    "bad": "bad",
    "refused": "warn",
    "speech": "speech",
    "mail": "accent",
    "question": "warn",
    "fault": "bad",
    "error": "bad",
}

SHOWN, SHOWN_LONG = 1.0, 0.05
"""φ from which on an agent is called slow: a silence that one reply in ten has; and any at all, with room."""

PERSON_NOTE = " (a person)"
"""What stands behind the sender of mail from people, where there is room."""

LONG_WORD = 8
"""Cells of a word from which on half of it says more than the blank it would leave."""

ACT_MIN = 12
"""Cells from which on the last act of an agent has room in its row."""

NAME_MIN = 12
"""Cells of a name in a title that stay, whatever else it has to say."""

LINE_ROWS = 2
"""Rows that one line may take in a pane of a grid; the whole of it is in the turn, one key away."""


def over_word(moment: Moment) -> str:
    """How the work of a team came to its end, in a word or two."""
    if moment.gone:
        return "cut off"
    return "finished" if moment.state.completed else "stopped"


def status_spans(agent: AgentState, moment: Moment, *, long: bool = False) -> Row:
    """Glyph, word and age of what the agent does, with the reason if it is idle or lost."""
    glyph, word, role = STATUS[agent.status]
    if agent.status == "left":
        return [Span(f"{glyph} {word}", role)]
    if moment.over:
        if agent.status == "down" and not moment.gone:
            return [Span(f"{glyph} {word}", role)]
        return [Span(f"■ {over_word(moment)}", "bad" if moment.gone else "muted")]
    if agent.lease_until is not None and agent.status in ("down", "stalled"):
        left = agent.lease_until - moment.now
        tail = f" lease {age(left)}" if left > 0 else ""
        lost: Row = [Span(f"{glyph} {word}", role), Span(tail, "warn")]
        return lost if agent.status == "down" else [*lost, *phi_spans(agent, moment, long=long)]
    if agent.status == "thinking" and agent.writing is not None:
        word = "writing"
    if long and agent.status == "idle" and not moment.ready and not moment.state.board.owned_by(agent.name):
        word = "idle, nothing ready"
    passed = Span(f" {age(moment.now - agent.since)}", "muted")
    return [Span(f"{glyph} {word}", role), passed, *phi_spans(agent, moment, long=long)]


def phi_spans(agent: AgentState, moment: Moment, *, long: bool) -> Row:
    """``late φ 3.2``: how suspicious the agent's silence is; with little room the word, if it is."""
    phi = agent.suspicion(moment.now)
    if phi < (SHOWN_LONG if long else SHOWN):
        return []
    role: Role = "bad" if phi >= ALARM else "warn" if phi >= WATCH else "muted"
    word = " very late" if phi >= ALARM else " late" if phi >= WATCH else " slow" if phi >= SHOWN else ""
    number = "" if not long else f" φ {phi:.1f}" if phi < 10 else f" φ {phi:.0f}"
    return [Span(word + number, role)]


def agent_title(agent: AgentState, moment: Moment, cells: int = 40) -> tuple[Row, Row]:
    """``Dev1 ● thinking 4 s`` and ``3 done · 12k tok``, for a pane of ``cells``; counts give way."""
    status = status_spans(agent, moment, long=cells >= 56)
    name = shorten(agent.name, max(NAME_MIN, cells - width_of(status) - 17))  # "3 done" and the frame
    left = [Span(name, "strong"), Span(" "), *status]
    tokens = (
        ""
        if "tokens" in moment.state.run.gaps
        else f" · {count(agent.input_tokens + agent.output_tokens)} tok"
    )
    role = " lead" if agent.role == "lead" else ""
    full: Row = [Span(f"{agent.done} done{role}{tokens}", "muted")]
    short: Row = [Span(f"{agent.done} done", "muted")]
    room = cells - width_of(left) - 10  # the lines and blanks around two titles
    right = next((words for words in (full, short) if width_of(words) <= room), [])
    return left, right


def line_rows(
    line: Line, cells: int, limit: int | None = LINE_ROWS, *, first: bool = True, label: str = ""
) -> list[Row]:
    """A line of a pane, wrapped: ``r7 claims 8 normalize``; speech in quotes.

    ``first`` of its round: the round, or ``label``, is written; below, blanks stand in its place.
    """
    label = label or f"r{line.round}"
    text = f"“{line.text}”" if line.kind == "speech" else line.text
    indent = len(label) + 1
    role = _KINDS[line.kind]
    wrapped = wrap(text, max(8, cells - indent), limit) or [""]
    head = Span(label + " " if first else " " * indent, "muted")
    rows: list[Row] = [[head, Span(wrapped[0], role)]]
    rows += [[Span(" " * indent), Span(part, role)] for part in wrapped[1:]]
    return rows


def partial_rows(partial: Partial, cells: int, limit: int) -> list[Row]:
    """The last ``limit`` rows of a reply on its way: ``✎ …of the list first.``"""
    text = clean_line(partial.text, 4 * KEPT)  # longer than it can be: the end is what counts
    rows = wrap(text, max(8, cells - 2))[-limit:]
    marks = ("✎ ", *["  "] * len(rows))
    return [[Span(mark, "accent"), Span(row, "faint")] for mark, row in zip(marks, rows, strict=False)]


def last_act(agent: AgentState) -> Line | None:
    """The latest line, speech only if there is nothing else."""
    for line in reversed(agent.lines):
        if line.kind != "speech":
            return line
    return agent.lines[-1] if agent.lines else None


def brief(line: Line, cells: int) -> str:
    """A line in ``cells``: the reason gives way to what happened, and the last words to whole ones."""
    text = f"“{line.text}”" if line.kind == "speech" else line.text.replace(PERSON_NOTE, "")
    if line.kind in ("refused", "fault") and cells_of(text) > cells:
        text = text.partition(": ")[0]
    if cells_of(text) <= cells:
        return text
    whole = wrap(text, cells, 1)[0]
    return whole if cells_of(whole) > cells - LONG_WORD else shorten(text, cells)


def roster_row(agent: AgentState, moment: Moment, cells: int, shown: Line | None = None) -> Row:
    """An agent in one row: name, state, what it owns, its last act or the line ``shown``, what is done."""
    name = pad(agent.name, _name_cells(moment.state, 18 if cells >= 66 else 10))
    status = status_spans(agent, moment)
    status = [*status, Span(" " * max(0, 17 - width_of(status)))]
    owned = moment.state.board.owned_by(agent.name)
    label = "" if not owned else moment.state.agents.task_label(owned[0].id)
    more = f" +{len(owned) - 1}" if len(owned) > 1 else ""
    task_cells = 18 if cells >= 90 else 15 if cells >= 66 else 0  # the last act says more than the task
    task = pad(shorten(label, task_cells - len(more)) + more, task_cells) + " " if task_cells else ""
    wide = cells >= 100 and "tokens" not in moment.state.run.gaps
    tokens = f" {count(agent.input_tokens + agent.output_tokens):>5} tok" if wide else ""
    right: Row = [Span(f" {agent.done:>2} done{tokens}", "muted")]
    fixed: Row = [Span(name + " ", "strong"), *status, Span(" "), Span(task)]
    room = cells - width_of(fixed) - width_of(right)
    line = shown or last_act(agent)
    act = Span(" " * max(0, room))
    if line is not None and room > ACT_MIN:
        act = Span(pad(brief(line, room), room), _KINDS[line.kind] if line.kind != "act" else "muted")
    return [*fixed, act, *right]


def _name_cells(state: RunState, most: int) -> int:
    return min(most, max((len(name) for name in state.agents.agents), default=4))
