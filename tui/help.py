"""What the help says: keys from their table, signs, and what every panel shows and how it is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.screen import Screen

from tui.keys import GROUPS, MOVE, TIMELINE, VIEWED, Key, bindings_of, key_name
from tui.viewhelp import VIEW_HELP
from tui.widgets.agent_rows import STATUS
from tui.widgets.page import Paragraph
from tui.widgets.panel import Panel

PANEL_HELP: dict[str, tuple[str, str]] = {
    "tasks": (
        "Tasks",
        "The board as the agents see it, in the suite's order. ✔ done, ▶ in work, ◇ assigned but not begun, "
        "○ free, ◌ waits for the tasks named. At the right: the round of the last change, and tests passed "
        "of those expected in the last test run that covered the task (a dash before one). A lease counts "
        "down while the owner is lost; then the task is free again. ◎ handed in, and who "
        "reviews it. ⧉ copies: who backs up a late task, or how many versions passed. Enter opens a task. "
        "g shows the same by status (what is in review stands with what is in progress), and again as graph: "
        "a column per level, which is the number of tasks on the longest chain that leads to a task; lines "
        "join a task to the deepest one that it waits for, and the last row names all of them. ━ is the "
        "critical path, a longest chain of dependencies: no team finishes before it (the graph bound of the "
        "speedup panel). Of several longest chains the first in listing order is marked.",
    ),
    "agents": (
        "Agents",
        "A pane, or a row, for each agent: what it does and for how long, tasks done, tokens. “slow”, “late” "
        "and “very late” stand behind a silence that one reply in ten, a thousand, a hundred million has "
        "at that agent's pace (φ 1, 3, 8; Hayashibara 2004). Lines are "
        "“round, act, object, outcome”, newest last; what it says is in quotes. A pane follows new lines "
        "only while its end is seen; “+N new ↓” says what came meanwhile, End follows again. Enter opens the "
        "whole turn. g in a pane (z: full screen) shows what the agent wrote, each version against the one "
        "before it, and again how its test runs went, newest first.",
    ),
    "locks": (
        "Locks",
        "Who holds which file and for how long; who was denied it, newest first; hot paths with requests "
        "per round over the last rounds. An edit takes the lock on its file until every turn that began "
        "before it has ended. A rewrite is an edit of a file last written by somebody else in an earlier "
        "round; concurrent counts files written by two agents in one round. In full screen: holders, oldest "
        "first, with those who were denied it since (there is no queue: who is denied tries again in a "
        "later turn); paths by agents, ● who holds, a number how often somebody was denied it since the run "
        "began; and denials round by round.",
    ),
    "speedup": (
        "Speedup",
        "Measured speedup over completed tasks, S = T(1)/T(N). With saved one-agent runs of the same suite, "
        "structure, model and strategy: their mean time of the k-th completion over the team's, which stands "
        "still until the next one and says how old it is. Without: "
        "“estimated”, the team's busy time in turns with effects over the time that passed. Amdahl's bound "
        "is 1/((1−p)+p/N), with p the share of tasks off the longest chain (Mieczkowski et al. 2026, "
        "section 3), as if all others waited while the chain is worked off. What does not wait for it can be "
        "done meanwhile, so a team can beat Amdahl: 20 tasks with a chain of 10 take two agents half the "
        "time, where Amdahl allows 1.33×. On a graph that bound is rather a floor: whoever never idles "
        "beside ready work is at least as fast (Graham 1966). The graph bound, min(N, tasks/longest chain), "
        "is the ceiling; both suppose equal tasks, one per turn, so agents that do several in one reply can "
        "pass them. ⚡ marks where a fault began. "
        "While the team works, the title says whether one more or one less would help with what is left: "
        "“keep”, “add one”, or “without Dev3”, who would be missed least, and what that changes on average. "
        "The other views and the report say it in a sentence, with how far off four of five single runs "
        "were (± 30 %). "
        "g shows the waterfall, from the ideal N down to the measured speedup, with what each cause cost: "
        "N·T(N) − T(1), split by where agent time went (as in the report; estimated while the team works); "
        "and again speedup over N, from saved runs like this one: ratios of mean wall times, and the "
        "Universal Scalability Law N/(1+σ(N−1)+κN(N−1)) fitted to them (Gunther 2008).",
    ),
    "rounds": (
        "Rounds",
        "What went wrong, was said, or came to nothing in every round, as it happens: the costs of "
        "coordination that Mieczkowski et al. 2026 plot in figures 3B, 3C and 4. Failed tests: test runs "
        "with a verdict other than passed. Conflicts: denied locks, plus rewrites (an edit of a file last "
        "written by somebody else in an earlier round), plus files written by two agents in one round. "
        "Messages: deliveries, so a broadcast to three counts three. Idle rounds, in which nobody completed "
        "a task: █, in a column of several rounds ▄ if only some were; … is not over yet. Bars are as high "
        "as the highest of their own chart.",
    ),
    "cost": (
        "Cost",
        "What the team has spent, and what it got for that. Tokens are prompt and reply as the model "
        "reported them; replies that nobody counted are named, never guessed. Money is as reported, or "
        "“notional”: the list price of a simulated model's namesake. The rate is that of replies in the last "
        "minute on the run's clock. “× the tokens of one agent” compares with the mean of saved one-agent "
        "runs of the same suite, structure, model and strategy; speedup is as in its panel. Below: the same "
        "when a quarter, half, … of the work was done, and by agent; chatter is replies without effect.",
    ),
    "timeline": (
        "Timeline",
        "A lane for each agent over the run's clock: what most of each cell's time went into. Under the "
        "lanes: a band for every fault, and where rounds begin. Marks: ! an anomaly that the checker found "
        "(c tells which), ✘ tests failed, ⊘ an action refused, ✔ a task done. i and o zoom in time, h and l "
        "move, End follows the present. “barrier” is waiting after a turn that had effects, “nothing to do” "
        "after one that had none.",
    ),
    "talk": (
        "Talk",
        "Messages between agents, what they ask people, and what people did to the run, in order. A message "
        "counts once for each agent that it was delivered to. What an agent asks stands below the header "
        "(?1) until somebody writes to it (m), or it leaves; silent = true in config.toml stops the bell.",
    ),
}
"""Title and text by panel."""


LAYOUT_HELP = (
    "A digit gives a panel the whole screen, and takes it back. v chooses which panels stand together, and "
    "keeps that under a name, with the view of each panel and what has the whole screen; V takes the next "
    "one that was saved. The layout chosen last is there the next time (layouts.toml, beside config.toml). "
    "If the terminal is too small for all of them, those that come last are left out."
)
"""How to choose what is seen."""

SEARCH_HELP = (
    "/ narrows agents and talk to lines that have all words; ! before a word turns it round, quotes keep "
    "words together. agent:Dev1, round:5; task:7 and path:add.py find lines that name them; kind: is one of "
    "act, refused, failed, passed, said, question, fault, person; faults alone is kind:fault. A title says "
    "how much was found, “12 of 340”. Enter keeps the search while you go about, esc ends it. In a replay "
    "n, x, e and b move the replay to the next fault, conflict, failure, anomaly; live they move the "
    "cursor to its line. y copies through the terminal (OSC 52), which some terminals have to be told to "
    "allow."
)
"""How to search, jump and copy."""


TRANSPORT_HELP = (
    "Buttons, speed (run-clock seconds per second), and a slider over the run's time that the mouse can "
    "drag: ━ what was played, ┼ rounds, ⚡ where a fault began, ! where an anomaly of the team or a broken "
    "promise of the engine was complete (b goes to the next; beyond a million events they are left to "
    "teamtop check), ✎ notes (M pins one to the moment, . and , go to them), ◆ where the replay stands. "
    "space holds the view, never the team. While the run goes on "
    "the journal is read on, the header says what the team does, and L goes to the present and on with it."
)
"""What the line below the panels of a replay shows."""


def help_page(
    keys: Iterable[Key], first: Sequence[tuple[str, str]] = (), *, panels: bool = True
) -> list[Paragraph]:
    """What is in front (``first``: titles and texts), all keys of a screen by group, signs and ``panels``."""
    page: list[Paragraph] = []
    for title, text in first:
        page += [Paragraph(title, "strong"), Paragraph(text), Paragraph("")]
    more = (*VIEWED, *MOVE, *TIMELINE) if panels else MOVE
    known = list(dict.fromkeys([*keys, *more]))
    for group, heading in GROUPS.items():
        members = [key for key in known if key.group == group]
        if not members:
            continue
        page.append(Paragraph(heading, "strong"))
        page += [Paragraph(key.tooltip, label=f"{key.name:>9} ") for key in members]
        page.append(Paragraph(""))
    if not panels:
        return page
    page += [Paragraph("Layouts", "strong"), Paragraph(LAYOUT_HELP), Paragraph("")]
    if any(key.group == "replay" for key in known):
        page += [Paragraph("The line of a replay", "strong"), Paragraph(TRANSPORT_HELP), Paragraph("")]
    page += [Paragraph("Searching", "strong"), Paragraph(SEARCH_HELP), Paragraph("")]
    page.append(Paragraph("What an agent does", "strong"))
    for glyph, word, role in STATUS.values():
        page.append(Paragraph(f"{glyph} {word}: {_STATUS_HELP[word]}", role))
    page.append(Paragraph(""))
    for title, text in PANEL_HELP.values():
        if (title, text) not in first:
            page += [Paragraph(title, "strong"), Paragraph(text), Paragraph("")]
    return page


def panel_page(key: str) -> list[Paragraph]:
    """What one panel shows."""
    title, text = PANEL_HELP[key]
    return [Paragraph(title, "strong"), Paragraph(text)]


def dialog_page(dialog: Screen[Any]) -> list[Paragraph]:
    """What a dialog is about, and the keys that it has."""
    title, text = VIEW_HELP[about(dialog)]
    page = [Paragraph(title, "strong"), Paragraph(text), Paragraph("")]
    within = bindings_of(type(dialog.focused)) if isinstance(dialog.focused, Panel) else []
    own = [binding for binding in (*bindings_of(type(dialog)), *within) if binding.tooltip]
    return page + [Paragraph(each.tooltip, label=f"{key_name(each):>9} ") for each in own]


def about(screen: Screen[Any]) -> str:
    """The entry of ``VIEW_HELP`` that tells of the screen."""
    return str(getattr(screen, "ABOUT", ""))


def front_page(screen: Screen[Any], keys: Iterable[Key]) -> list[Paragraph]:
    """The help of a screen: the panel with the keyboard first, if there is one, then the screen, then all."""
    first = [VIEW_HELP[about(screen)]] if about(screen) in VIEW_HELP else []
    focused = getattr(screen.focused, "key", "")
    panels = about(screen) in ("live", "replay", "tour")
    panel = "agents" if focused.startswith("agent:") or focused == "roster" else focused
    if panels and panel in PANEL_HELP:
        first.insert(0, PANEL_HELP[panel])
    return help_page(keys, first, panels=panels)


_STATUS_HELP = {
    "thinking": "the model was asked and has not answered yet",
    "acting": "its reply is being carried out",
    "testing": "it waits for a test run",
    "waiting": "its turn had effects and is over; the round is still open for others",
    "idle": "its turn changed nothing, or it has not had one",
    "stalled": "it gave no sign of life; its tasks return when the lease runs out",
    "down": "it crashed; heal the fault to revive it",
    "left the team": "a person took it out of the team; its tasks went back",
}
