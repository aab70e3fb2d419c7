"""The browser: every saved run in a list that keeps itself up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from engine import trash
from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.rows import RunRow
from engine.runnotes import NOTE_MAX
from tui.keys import Key
from tui.runlist import RunList
from tui.screens import keeping
from tui.screens.going import LEAVE, app_of, below, go_back, go_to_replay
from tui.screens.notes import NoteDialog, TagsDialog
from tui.widgets.figures import storage
from tui.widgets.lines import FooterLine
from tui.widgets.page import EMPTY
from tui.widgets.runcolumns import Column, problem_text, tags_text
from tui.widgets.runtable import RunTable
from tui.widgets.spans import Row, Span
from tui.widgets.titleline import DetailLines, TitleLine

if TYPE_CHECKING:
    from tui.screens.trashing import Emptied

LOOK_SECONDS = 2.0
"""Between two looks at the folders: a run that begins or ends shows while one still looks for it."""

UNDO_MAX = 100
"""Deletions that are remembered as one step each; older ones come back run by run."""

FILTER_MAX = 80
"""Characters of a filter."""

RUNS: tuple[Key, ...] = (
    Key("runs.open", "enter", "open", "open", "The summary of a run; a live one as it goes", "runs", True),
    Key("runs.replay", "r", "replay", "replay", "Replay the run from its beginning", "runs", True),
    Key("runs.watch", "w", "watch", "watch", "Show the run as it goes, or as it ended", "runs", True),
    Key(
        "runs.filter",
        "slash",
        "filter",
        "filter",
        "Show only some: words, !word for none of",
        "runs",
        True,
        show="/",
    ),
    Key("runs.mark", "space", "mark", "mark", "Mark a run; two marked runs can be compared", "runs"),
    Key("runs.compare", "c", "compare", "compare", "Compare the two marked runs", "runs", True),
    Key("runs.sort", "s", "sort(1)", "sort", "Sort by the next column", "runs", True),
    Key("runs.sort_back", "S", "sort(-1)", "sort back", "Sort by the column before", "runs"),
    Key("runs.reverse", "o", "reverse", "order", "Turn the order round", "runs", True),
    Key(
        "runs.group", "v", "group", "group", "Group by suite, by strategy, by model, not at all", "runs", True
    ),
    Key("runs.tags", "t", "tags", "tags", "Write tags on the run, or on all marked ones", "runs"),
    Key("runs.note", "n", "note", "note", "Write a note on the run", "runs"),
    Key(
        "runs.delete",
        "D,delete",
        "delete",
        "delete",
        "Move the run, or all marked ones, to the trash",
        "runs",
    ),
    Key("runs.undo", "u", "undo", "undo", "Bring back what was deleted last", "runs"),
    Key("runs.trash", "T", "trash", "trash", "What was deleted: bring it back, or empty the trash", "runs"),
    Key("runs.clear", "escape", "clear", "clear", "Clear the filter; then back", "runs"),
)
"""Keys of the browser."""

FILTERING: tuple[Key, ...] = (
    Key("filter.keep", "enter", "keep", "keep", "Keep the filter and go on in the list", "runs", True),
    Key("filter.clear", "escape", "clear", "clear", "Show all runs", "runs", True, show="esc"),
)
"""Keys while a filter is typed; all others are letters then."""


class BrowserScreen(Screen[None]):
    """Saved runs in ``dirs``, and the samples that ship with teamtop."""

    ABOUT: ClassVar[str] = "runs"
    KEYS: ClassVar[tuple[Key, ...]] = (*RUNS, *LEAVE)
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in RUNS]
    CSS = """
    BrowserScreen Input { border: none; height: 1; padding: 0 1; background: $panel; display: none; }
    BrowserScreen Input.open { display: block; }
    """

    class Listed(Message):
        """A look at the folders is done."""

        def __init__(self, rows: list[RunRow], trash_bytes: int) -> None:
            super().__init__()
            self.rows = rows
            self.trash_bytes = trash_bytes

    def __init__(self, dirs: Sequence[Path]) -> None:
        super().__init__()
        self._dirs = tuple(dirs)
        self._runs = RunList(self._dirs)
        self._busy = False
        self._changed = False
        self._trash_bytes = 0
        self._deleted: list[tuple[Path, ...]] = []
        self._title = TitleLine()
        self.table = RunTable()
        self._detail = DetailLines()
        self._input = Input(
            placeholder="words to look for · !word for runs without it", max_length=FILTER_MAX
        )
        self._footer = FooterLine(lambda: FILTERING if self._input.has_focus else self.KEYS)

    def compose(self) -> ComposeResult:
        """Title, runs, what the cursor is on, filter, keys."""
        yield self._title
        yield self.table
        yield self._detail
        yield self._input
        yield self._footer

    def on_mount(self) -> None:
        """Begin to look."""
        where = clean_line(str(self._dirs[0])) if self._dirs else "runs"
        self.table.hint = (
            f"No run is saved in {where} yet.",
            "",
            "teamtop demo             is a tour of two minutes, over a recorded team",
            "teamtop run              starts a team of simulated agents, and shows it here",
            "teamtop run --help       says what can be chosen: suite, structure, agents, strategy, model",
        )
        self.table.show(EMPTY)
        self.table.focus()
        self._footer.show(EMPTY)
        self._tell()
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    # ------------------------------------------------------------ the list

    def _look(self) -> None:
        """Look at the folders, unless the last look is still on its way or nobody sees the list."""
        if not self._busy and self.is_current:
            self._busy = True
            self.run_worker(self._read, group="list", thread=True, exit_on_error=False)

    def _look_anew(self) -> None:
        """Look at the folders as they are from now on: a look that is on its way may have missed a change."""
        self._changed = True
        self._look()

    def _read(self) -> None:
        """In a thread: first the list, then what it takes on the disk, which takes longer."""
        try:
            self._changed = True
            while self._changed:
                self._changed = False
                self.post_message(self.Listed(self._runs.look(), self._trash_bytes))
                self.post_message(self.Listed(self._runs.measure(), self._runs.trash_bytes()))
        finally:
            self._busy = False

    def on_browser_screen_listed(self, event: Listed) -> None:
        """Show what there is."""
        self._trash_bytes = event.trash_bytes
        self.table.list_runs(event.rows)

    def on_resize(self, event: Resize) -> None:
        """What the cursor is on takes two lines where one is too short."""
        self._detail.set_class(event.size.width < DetailLines.ROOMY, "low")

    def on_screen_resume(self) -> None:
        """Somebody is back: what is shown may be old."""
        self._look()

    def on_run_table_moved(self, event: RunTable.Moved) -> None:
        """Say what the cursor is on."""
        self._tell()

    def _tell(self) -> None:
        table = self.table
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
        trashed = f" · {storage(self._trash_bytes)} in the trash (T)"
        left += [Span(trashed, "muted")] if self._trash_bytes else []
        first: Row = [Span("teamtop demo", "accent"), Span(" is a tour, ", "muted")]
        first += [Span("teamtop run", "accent"), Span(" a team", "muted")]
        self._title.say(left, [] if own else first)
        self._detail.say(_about(table.selected, table.hidden))

    # ------------------------------------------------------------ keys

    def action_open(self) -> None:
        """Open what the cursor is on."""
        self.table.action_choose()

    def on_run_table_chosen(self, event: RunTable.Chosen) -> None:
        """A live run as it goes, an ended one by its summary."""
        row = event.row
        if row.status == "running":
            self.action_watch()
        elif self._readable(row):
            from tui.screens.summary import SummaryScreen

            self.app.push_screen(SummaryScreen(row.folder, self._runs.dirs))

    def action_replay(self) -> None:
        """Replay the run."""
        if (row := self.table.selected) is not None and self._readable(row):
            go_to_replay(self, row.folder)

    def action_watch(self) -> None:
        """Show the run as it goes, or as it ended."""
        row = self.table.selected
        if row is None or not self._readable(row):
            return
        self._try(lambda: app_of(self).push_live(row.folder))

    def action_mark(self) -> None:
        """Mark the run that the cursor is on, or take its mark away."""
        self.table.pick()

    def action_compare(self) -> None:
        """Compare the two marked runs, or the marked one with the one that the cursor is on."""
        chosen = list(self.table.picked.values())
        if len(chosen) == 1 and (row := self.table.selected) is not None and row.folder not in chosen:
            chosen.append(row.folder)
        bad = [row for row in self.table.listed if row.folder in chosen and row.status == "problem"]
        if bad:
            self._readable(bad[0])
            return
        if len(chosen) != 2:
            app_of(self).say("Mark two runs with space, then compare them.", "warning")
            return
        from tui.screens.compare import CompareScreen

        self.app.push_screen(CompareScreen((chosen[0], chosen[1]), self._runs.dirs))

    def _readable(self, row: RunRow) -> bool:
        """Whether anything of the run can be shown; if not, say why."""
        if row.status == "problem":
            app_of(self).say(row.problem, "warning")
            return False
        return True

    def _try(self, act: Callable[[], None]) -> None:
        """Do it, or say what is wrong: a folder can change between two looks."""
        try:
            act()
        except TeamtopError as error:
            app_of(self).say(str(error), "error")

    def action_group(self) -> None:
        """Group by the next thing."""
        self.table.group_next()

    @property
    def _meant(self) -> list[RunRow]:
        """The marked runs, or the one that the cursor is on."""
        table = self.table
        marked = [row for row in table.listed if row.folder.path in table.picked]
        return marked or ([table.selected] if table.selected is not None else [])

    def action_tags(self) -> None:
        """Ask for the tags of what is meant."""
        if rows := self._meant:
            name = clean_line(rows[0].run_id, 50) if len(rows) == 1 else f"{len(rows)} runs"
            before = tuple(sorted({clean_line(tag) for row in rows for tag in row.tags}))
            self.app.push_screen(TagsDialog(name, before), partial(self._tag, rows))

    async def _tag(self, rows: list[RunRow], tags: tuple[str, ...] | None) -> None:
        if tags is not None:
            self._report(await keeping.tag(rows, tags))

    def action_note(self) -> None:
        """Ask for the note on the run that the cursor is on."""
        if (row := self.table.selected) is not None:
            dialog = NoteDialog(clean_line(row.run_id, 50), clean_line(row.note, NOTE_MAX))
            self.app.push_screen(dialog, partial(self._note, row))

    async def _note(self, row: RunRow, text: str | None) -> None:
        if text is not None:
            self._report(await keeping.note(row, text))

    async def action_delete(self) -> None:
        """Move what is meant to the trash."""
        if rows := self._meant:
            said = await keeping.discard(rows)
            self._deleted = [*self._deleted[1 - UNDO_MAX :], said.gone] if said.gone else self._deleted
            self._report(said)

    async def action_undo(self) -> None:
        """Bring back what was deleted last, here or by an earlier teamtop."""
        places = self._deleted.pop() if self._deleted else ()
        if not places:
            found = await asyncio.to_thread(trash.last, self._dirs)
            places = (found,) if found is not None else ()
        if places:
            self._report(await keeping.restore(places))
        else:
            app_of(self).say("There is nothing in the trash.", "warning")

    def action_trash(self) -> None:
        """Show the trash."""
        from tui.screens.trashing import TrashDialog

        self.app.push_screen(TrashDialog(self._dirs), self._sort_out)

    async def _sort_out(self, chosen: Emptied | None) -> None:
        if chosen is not None:
            act = keeping.remove if chosen.for_good else keeping.restore
            self._report(await act(chosen.places))

    def _report(self, said: keeping.Said) -> None:
        """Say what came of it, and look at the folders again."""
        app_of(self).say(said.text, "information" if said.good else "warning")
        self._look_anew()

    def action_sort(self, step: int) -> None:
        """Sort by another column."""
        self.table.sort_next(step)

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.table.sort_by(self.table.sort)

    def action_filter(self) -> None:
        """Ask for words."""
        self._input.add_class("open")
        self._input.focus()

    def action_keep(self) -> None:
        """Keep the filter, go on in the list."""
        self._close_input()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Other keys apply while a filter is typed."""
        self._footer.show(EMPTY)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as it is typed."""
        self.table.set_filter(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter, go on in the list."""
        self._close_input()

    def action_clear(self) -> None:
        """Clear the filter; without one, back to where the person came from, if it was anywhere."""
        if self._input.value or self._input.has_focus:
            self._input.value = ""
            self._close_input()
        elif below(self.app) is not None:
            go_back(self)
        else:
            app_of(self).say("No filter is set that Escape would clear; q quits.", "warning")

    def _close_input(self) -> None:
        if not self._input.value:
            self._input.remove_class("open")
        self.table.focus()

    def action_request_quit(self) -> None:
        """Back, or out."""
        go_back(self)


def _about(row: RunRow | None, hidden: Sequence[Column]) -> Row:
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
