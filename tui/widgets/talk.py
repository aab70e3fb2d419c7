"""The talk panel: mail, and what people did to the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tui.search import Words
from tui.widgets.log import LogPanel
from tui.widgets.moment import Moment, stamp
from tui.widgets.spans import Row, Span
from tui.widgets.talk_rows import Entry, entries, entry_rows


class TalkPanel(LogPanel):
    """Everything said and done by agents and people, newest last."""

    EMPTY: ClassVar[str] = (
        "Nobody has said anything yet. Here stand messages between agents, what they ask people, and what "
        "people do to the run."
    )

    def __init__(self) -> None:
        super().__init__("talk")
        self._entries: list[Entry] = []
        self._key: tuple[object, ...] = ()
        self._gone = 0

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """How much was said."""
        mail = moment.state.mail
        right: Row = [Span(f"{mail.delivered} delivered", "muted")]
        if mail.lost:
            right.append(Span(f" · {mail.lost} lost", "bad"))
        return [Span("Talk", "strong")], self.narrowed or right

    def entry_range(self, moment: Moment) -> tuple[int, int]:
        """Entries are counted by the panel: the state keeps mail and acts apart."""
        state = moment.state
        acts, mail = state.run.acts, state.mail
        later = sum(pin.seq <= state.seq for pin in moment.pins)
        key = (id(state), mail.sent, mail.lost, mail.changes, acts[-1].seq if acts else 0, later)
        if key != self._key:
            self._renew(entries(state, moment.pins), same=bool(self._key) and self._key[0] == key[0])
            self._key = key
        return self._gone, self._gone + len(self._entries)

    def _renew(self, new: list[Entry], *, same: bool) -> None:
        """Count the entries that left, so that those that stay keep their numbers."""
        keys = {entry.key for entry in new}
        left = 0
        while same and left < len(self._entries) and self._entries[left].key not in keys:
            left += 1
        kept = self._entries[left:]
        if not same or new[: len(kept)] != kept:
            self._width = 0  # something within changed (a message was lost): wrap all again
        self._gone = self._gone + left if same else 0
        self._entries = new

    def entries(self, moment: Moment, start: int) -> Sequence[list[Row]]:
        """New entries, wrapped."""
        return [
            entry_rows(entry, self.size.width, label=stamp(moment.state, entry.round, entry.ts))
            for entry in self._entries[start - self._gone :]
        ]

    def words(self, moment: Moment, start: int) -> Sequence[Words]:
        """New entries, to search in."""
        return [
            Words(entry.names, entry.kind, entry.round, entry.text)
            for entry in self._entries[start - self._gone :]
        ]

    @property
    def entry(self) -> Entry | None:
        """What the cursor is at."""
        place = -1 if self.cursor is None else self.cursor - self._gone
        return self._entries[place] if 0 <= place < len(self._entries) else None

    def copied(self) -> str:
        """The entry that the cursor is at, or the latest one."""
        entry = self.entry or (self._entries[-1] if self._entries else None)
        if entry is None or self.moment is None:
            return ""
        return f"{stamp(self.moment.state, entry.round, entry.ts)} {entry.who}: {entry.text}"
