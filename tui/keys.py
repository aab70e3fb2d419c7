"""Every key in one table: bindings, footer (``tui.footer``), palette and help are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from textual.binding import Binding

from tui.hindrances import no_agents, no_faults, no_team, nothing, nothing_moves, unchecked
from tui.widgets.moment import Moment

Group: TypeAlias = Literal["team", "replay", "runs", "view", "read", "move", "app"]

GROUPS: dict[Group, str] = {
    "team": "The team",
    "replay": "The replay",
    "runs": "Saved runs",
    "view": "Panels",
    "read": "Reading",
    "move": "Moving about",
    "app": "The application",
}
"""Headings in the help."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key and what it does. ``id`` names it in a keymap; ``keys`` are alternatives, the first is shown.

    ``hindrance`` says why it does nothing now, or nothing; ``footer`` puts it at the bottom of the screen
    while it ``applies``; ``show`` is how the key is written.
    ``spare`` does so, too, but only where there is room behind all others.
    """

    id: str
    keys: str
    action: str
    label: str
    tooltip: str
    group: Group
    footer: bool = False
    hindrance: Callable[[Moment], str] = nothing
    show: str = ""
    spare: bool = False

    @property
    def name(self) -> str:
        """The key as people read it."""
        chosen = _chosen.get(self.id)
        return (self.show or self.keys.split(",")[0]) if chosen is None else chosen.split(",")[0]

    def applies(self, moment: Moment) -> bool:
        """Whether it does anything now."""
        return not self.hindrance(moment)

    def binding(self) -> Binding:
        """The same for Textual."""
        return Binding(self.keys, self.action, self.label, id=self.id, tooltip=self.tooltip, show=False)


_chosen: dict[str, str] = {}
"""Keys that the person at this terminal has instead, by id."""


def remap(keymap: Mapping[str, str]) -> None:
    """Show these keys from now on wherever keys are named."""
    _chosen.clear()
    _chosen.update(keymap)


TEAM: tuple[Key, ...] = (
    Key("team.pause", "p", "pause", "pause", "Let the team stand still, or go on", "team", True, no_team),
    Key("team.step", "s", "step", "step", "Go on to the end of the round, then pause", "team", True, no_team),
    Key(
        "team.fault",
        "f",
        "fault",
        "fault",
        "Disturb the team: crash, stall, slow, …",
        "team",
        True,
        no_team,
    ),
    Key("team.message", "m", "message", "message", "Say something to an agent or all", "team", True, no_team),
    Key("team.pin", "M", "pin", "note", "Pin a note to this moment, for people", "team", False, no_team),
    Key(
        "team.heal",
        "H",
        "heal",
        "heal all",
        "End every fault and revive who is down",
        "team",
        True,
        no_faults,
    ),
    Key(
        "team.join",
        "plus",
        "join",
        "add agent",
        "Take an agent into the team",
        "team",
        hindrance=no_team,
        show="+",
        spare=True,
    ),
    Key(
        "team.leave",
        "minus",
        "leave",
        "remove agent",
        "Take one out",
        "team",
        hindrance=no_team,
        show="-",
        spare=True,
    ),
    Key(
        "team.task",
        "a",
        "add_task",
        "add task",
        "Put a task on the board",
        "team",
        hindrance=no_team,
        spare=True,
    ),
    Key(
        "team.dependency",
        "d",
        "add_dependency",
        "add dependency",
        "Have a task wait for another one",
        "team",
        hindrance=no_team,
        spare=True,
    ),
    Key(
        "team.limits",
        "dollar_sign",
        "limits",
        "limits",
        "Limit tokens, money and time, or raise what holds the team",
        "team",
        hindrance=no_team,
        show="$",
    ),
)
"""Keys that steer a live team."""

VIEW: tuple[Key, ...] = (
    Key("view.panel1", "1", "panel('tasks')", "tasks", "The task board, full screen and back", "view"),
    Key("view.panel2", "2", "panel('agents')", "agents", "The agents, full screen and back", "view"),
    Key("view.panel3", "3", "panel('locks')", "locks", "The locks, full screen and back", "view"),
    Key("view.panel4", "4", "panel('speedup')", "speedup", "The speedup chart, full screen and back", "view"),
    Key("view.panel5", "5", "panel('talk')", "talk", "What was said and done, full screen and back", "view"),
    Key(
        "view.panel6",
        "6",
        "panel('rounds')",
        "rounds",
        "Failed tests, conflicts, messages by round, full screen and back",
        "view",
    ),
    Key(
        "view.panel7",
        "7",
        "panel('cost')",
        "cost",
        "Tokens and money, in all and by agent, full screen and back",
        "view",
    ),
    Key(
        "view.timeline",
        "t",
        "panel('timeline')",
        "timeline",
        "What every agent did when, full screen and back",
        "view",
        True,
        no_agents,
    ),
    Key(
        "view.layout",
        "v",
        "layout",
        "layout",
        "Choose which panels stand together; keep that under a name",
        "view",
    ),
    Key(
        "view.next_layout",
        "V",
        "next_layout",
        "next layout",
        "Take the next saved layout; after the last one the standard one",
        "view",
    ),
    Key("view.zoom", "z", "zoom", "zoom", "The panel with the keyboard, full screen and back", "view"),
    Key("view.detail", "enter", "detail", "open", "Open the whole turn or task", "view", True, no_agents),
    Key(
        "view.findings",
        "c",
        "findings",
        "findings",
        "What the checker found: broken promises, anomalies, prevented attempts",
        "view",
        True,
        unchecked,
    ),
    Key("view.deeds", "P", "deeds", "people", "Who did what to the run, and all notes", "view"),
    Key("view.back", "escape", "back", "back", "Back to all panels", "view"),
)
"""Keys that choose what is seen."""

READ: tuple[Key, ...] = (
    Key(
        "read.search",
        "slash",
        "search",
        "search",
        "Show only lines with words, !without, agent: task: path: kind: round: or faults; esc ends it",
        "read",
        True,
        no_agents,
        "/",
    ),
    Key("read.copy", "y", "copy", "copy", "Copy what is selected, or the line that the cursor is on", "read"),
    Key("read.copy_turn", "Y", "copy_turn", "copy turn", "Copy the whole turn that the cursor is on", "read"),
    Key("read.fault", "n", "jump('fault', 1)", "fault", "To the next fault", "read", True, no_agents, "nN"),
    Key("read.fault_back", "N", "jump('fault', -1)", "fault before", "To the fault before", "read"),
    Key(
        "read.conflict", "x", "jump('conflict', 1)", "next conflict", "To the next refusal or rewrite", "read"
    ),
    Key("read.conflict_back", "X", "jump('conflict', -1)", "conflict before", "To the one before", "read"),
    Key("read.failure", "e", "jump('failure', 1)", "next failure", "To the next failed test or call", "read"),
    Key("read.failure_back", "E", "jump('failure', -1)", "failure before", "To the one before", "read"),
    Key("read.anomaly", "b", "jump('anomaly', 1)", "next anomaly", "To the next of the findings", "read"),
    Key("read.anomaly_back", "B", "jump('anomaly', -1)", "anomaly before", "To the one before", "read"),
)
"""Keys that find, follow and copy what was said and done."""

HOLD: tuple[Key, ...] = (
    Key(
        "view.hold",
        "space",
        "hold",
        "hold view",
        "Hold the view still while the team goes on; again to go on from the present",
        "read",
        True,
        nothing_moves,
    ),
    Key(
        "view.present",
        "L",
        "present",
        "live",
        "Back to the present: let the view go on, and every panel follow its end",
        "read",
    ),
    Key("view.rewind", "R", "rewind", "replay", "Replay what has happened so far, from here back", "read"),
)
"""Keys of a view of what goes on by itself; in a replay the first one plays and pauses."""

MOVE: tuple[Key, ...] = (
    Key("move.next", "tab", "app.focus_next", "next", "To the next panel", "move"),
    Key("move.previous", "shift+tab", "app.focus_previous", "previous", "To the panel before", "move"),
    Key("move.up", "up,k", "move(-1)", "up", "One line up", "move", show="↑"),
    Key("move.down", "down,j", "move(1)", "down", "One line down", "move", show="↓"),
    Key("move.page_up", "pageup", "page(-1)", "page up", "One page up", "move", show="PgUp"),
    Key("move.page_down", "pagedown", "page(1)", "page down", "One page down", "move", show="PgDn"),
    Key("move.home", "home,g", "home", "top", "To the beginning", "move", show="Home"),
    Key("move.end", "end,G", "end", "follow", "To the end, and follow what comes", "move", show="End"),
)
"""Keys within a panel; panels bind them."""

TIMELINE: tuple[Key, ...] = (
    Key("time.in", "i", "zoom_time(1)", "zoom in", "Timeline: half as much time", "move"),
    Key("time.out", "o", "zoom_time(-1)", "zoom out", "Timeline: twice as much time", "move"),
    Key("time.earlier", "h", "pan(-1)", "earlier", "Timeline: earlier", "move"),
    Key("time.later", "l", "pan(1)", "later", "Timeline: later", "move"),
)
"""Keys of the timeline; it binds them itself."""

VIEWED: tuple[Key, ...] = (
    Key(
        "view.next",
        "g",
        "next_view",
        "next view",
        "Another view: of tasks, of speedup, of what an agent did",
        "view",
    ),
)
"""The key of panels that show the same in several ways; they bind it themselves."""

APP: tuple[Key, ...] = (
    Key(
        "app.help",
        "question_mark,f1",
        "help",
        "help",
        "All keys, and what the panels show",
        "app",
        True,
        show="?",
    ),
    Key("app.palette", "ctrl+p", "command_palette", "palette", "Every action by name", "app", show="^p"),
    Key(
        "app.suspend", "ctrl+z", "suspend_process", "suspend", "To the shell; fg comes back", "app", show="^z"
    ),
    Key("app.quit", "q", "request_quit", "quit", "Quit; asks once if the team is running", "app", True),
)
"""Keys that every screen has."""


def bindings_of(kind: type) -> list[Binding]:
    """The bindings of a screen or dialog that are our own, its own before those it inherits."""
    found: dict[str, Binding] = {}
    for base in kind.__mro__:
        for binding in vars(base).get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.id and base.__module__.startswith("tui."):
                found.setdefault(binding.id, binding)
    return list(found.values())


_SHOWN = {"question_mark": "?", "slash": "/", "escape": "esc", "space": "space", "plus": "+", "minus": "-"}


def key_name(binding: Binding) -> str:
    """The first key of a binding as people read it."""
    first = _chosen.get(binding.id or "", binding.key).split(",")[0]
    return _SHOWN.get(first, first)
