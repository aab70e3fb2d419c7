"""Finding, jumping and copying on the screen of a run: what live and replay have in common."""

from __future__ import annotations

from typing import cast

from textual.screen import Screen
from textual.widget import Widget

from engine.record.clean import clean_line
from engine.record.state import RunState, Turn
from tui.clipboard import copy
from tui.jumps import NAMES, What, next_place
from tui.mentions import Mention, Names, key_of
from tui.search import Query
from tui.source import RunSource
from tui.widgets.agents import AgentPane
from tui.widgets.log import LogPanel
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.runview import RunView, zoom_key
from tui.widgets.searchline import SearchLine
from tui.widgets.talk import TalkPanel


class Reading(Screen[None]):
    """A screen with a ``view`` of a run that can be searched in; ``moment`` is what it shows."""

    source: RunSource
    view: RunView
    search_line: SearchLine
    _names: Names | None = None
    _jumped: float | None = None
    _reader: Widget | None = None

    @property
    def moment(self) -> Moment:
        """What is painted."""
        raise NotImplementedError

    # ------------------------------------------------------------ searching

    def names(self, state: RunState) -> Names:
        """What the run's tasks, files and agents are called by now."""
        if self._names is None or self._names.key != key_of(state):
            self._names = Names(state)
        return self._names

    def action_search(self) -> None:
        """Write what to search for."""
        self._reader = self.focused if isinstance(self.focused, Panel) else None
        self.search_line.open()
        self.tell_found()

    def on_search_line_sought(self, event: SearchLine.Sought) -> None:
        """Narrow the panels to what is searched for."""
        self.apply_search(event.query)

    def apply_search(self, query: Query) -> None:
        """Show only what has all terms; without any, everything."""
        self.view.search(query.matcher(self.names(self.source.state)) if query else None)
        self.tell_found()

    def on_search_line_kept(self, event: SearchLine.Kept) -> None:
        """The search stays; keys go to the panel again that they came from."""
        self._give_back()
        self.tell_found()

    def _give_back(self) -> None:
        if self._reader is not None and self._reader.display:
            self._reader.focus(scroll_visible=False)
        else:
            self.view.take_keyboard()

    def end_search(self) -> bool:
        """Show everything again; whether there was a search to end."""
        if not self.search_line.opened:
            return False
        typing = self.search_line.typing
        self.search_line.close()
        if typing:
            self._give_back()
        return True

    def tell_found(self) -> None:
        """How much was found in the panels that are seen."""
        if self.search_line.opened:
            self.search_line.tell(*self.view.found)

    # ------------------------------------------------------------ jumping

    def action_jump(self, what: What, direction: int) -> None:
        """Put the cursor on the next line of any agent that tells of a fault, a conflict or a failure."""
        state = self.view.moment.state if self.view.moment is not None else self.source.state
        checks = self.source.checks
        known = checks.verdicts.anomalies if checks is not None and checks.verdicts is not None else ()
        place = next_place(state, what, self._from_where(direction), direction, known)
        if place is None:
            side = "after" if direction > 0 else "before"
            other = "capital" if direction > 0 else "small"
            self.inform(f"No {NAMES[what]} {side} this line; the {other} letter goes the other way.")
            return
        self.end_search()
        self._jumped = place.seq
        pane = self.view.panel(f"agent:{place.agent}")
        if not isinstance(pane, AgentPane):
            return
        if not pane.display:
            self.view.zoom(pane.key)
        pane.focus(scroll_visible=False)
        self.call_after_refresh(self._put_cursor, pane, place.seq)

    def _put_cursor(self, pane: AgentPane, seq: int) -> None:
        moment = self.view.moment
        if moment is not None and (number := pane.number_of(moment, seq)) is not None:
            pane.choose(pane.VIEWS[0])  # the line stands in the conversation
            pane.show(moment)  # which the pane may not have taken in while nobody saw it
            pane.go_to(number)

    def _from_where(self, direction: int) -> float:
        """The event of the line that the cursor is on; without one, the present."""
        pane, moment = self.focused, self.view.moment
        if isinstance(pane, AgentPane) and moment is not None:
            line = pane.line(moment)
            if line is not None:
                return line.seq
            if (
                pane.follow
                and self._jumped is not None
                and pane.number_of(moment, int(self._jumped)) is not None
            ):
                last = pane.agent(moment)
                if last is not None and last.lines and last.lines[-1].seq == self._jumped:
                    return self._jumped  # the jump led to the last line, which has no cursor
        return float("inf")

    # ------------------------------------------------------------ links

    def open_line(self, panel: LogPanel) -> bool:
        """Offer what the line under the cursor speaks of; whether it speaks of anything."""
        from tui.screens.links import offer

        moment, agent, text = self.view.moment, "", ""
        found: list[Mention] = []
        names = self.names(self.source.state)
        if isinstance(panel, AgentPane) and moment is not None and (line := panel.line(moment)) is not None:
            agent, text = panel.agent_name, f"{line.text}\n{line.detail}"
            found = [Mention("agent", agent)]
        elif isinstance(panel, TalkPanel) and (entry := panel.entry) is not None:
            found = [Mention("agent", name) for name in entry.names if name in names.agents]
            text = entry.text
        found = list(dict.fromkeys([*found, *names.in_text(text)]))
        if not found:
            return False
        turn = turn_at(panel, moment)
        offer(self.app, self.source, found, turn=agent, number=None if turn is None else turn.turn)
        return True

    def open_mentioned(self, panel: Panel, at: tuple[int, int] | None = None) -> bool:
        """Open what the words at cell ``at`` of a panel without a cursor speak of; without a cell, or where
        it is on no name, offer all that the panel names. Whether it names anything.
        """
        from tui.screens.links import dialog_for, offer

        if not panel.LINKED:
            return False
        names = self.names(self.source.state)
        if at is not None and (here := names.at(*panel.place_at(*at))) is not None:
            self.app.push_screen(dialog_for(here, self.source))
            return True
        found = names.in_rows(panel.texts)
        if found:
            offer(self.app, self.source, found, about=zoom_key(panel))
        return bool(found)

    # ------------------------------------------------------------ copying

    def action_copy(self) -> None:
        """Copy what is selected, or the line that the cursor is on."""
        text = self.get_selected_text()
        if not text and isinstance(self.focused, Panel):
            text = self.focused.copied()
        self.inform(copy(self.app, text or ""), "information")

    def action_copy_turn(self) -> None:
        """Copy the turn that the cursor is on, as it was replied, with what came of it."""
        pane = self.focused
        turn = turn_at(pane, self.view.moment) if isinstance(pane, LogPanel) else None
        if turn is None:
            self.inform("Go to an agent's pane (tab) and to a line of the turn; then Y copies it.")
            return
        self.inform(copy(self.app, turn_text(turn)), "information")

    def inform(self, sentence: str, severity: str = "warning") -> None:
        """A short message at the corner."""
        from tui.app import TeamtopApp

        cast(TeamtopApp, self.app).say(clean_line(sentence), severity)


def turn_at(pane: Widget | None, moment: Moment | None) -> Turn | None:
    """The turn that the line under the cursor belongs to; without a cursor the agent's latest."""
    if not isinstance(pane, AgentPane) or moment is None or (agent := pane.agent(moment)) is None:
        return None
    line = pane.line(moment)
    if line is None:
        return agent.turn
    began = [turn for turn in agent.turns if line in turn.lines]
    if began:
        return began[-1]
    before = [turn for turn in agent.turns if turn.started <= line.ts]
    return before[-1] if before else None


def turn_text(turn: Turn) -> str:
    """A turn as text: the reply, then what came of it."""
    lines = [f"turn {turn.turn}, round {turn.round}", "", turn.reply or "(no reply)", ""]
    for line in turn.lines:
        if line.kind != "speech":
            lines.append(f"· {line.text}")
            lines += [f"  {each}" for each in line.detail.splitlines()]
    return "\n".join(lines)
