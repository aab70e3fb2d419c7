"""What every screen, page and dialog shows, how it is computed, and which law or section that is from.

One entry for each class that a person can have in front; its ``ABOUT`` names it. Panels have theirs in
``tui.help``.
"""

from __future__ import annotations

VIEW_HELP: dict[str, tuple[str, str]] = {
    "live": (
        "The live screen",
        "A team at work, as its journal has it: looked at eight times a second, so a slow terminal never "
        "slows the team. The first line says what runs, the round and the most there may be, the run's "
        "clock, whether team or view stand still, cost and tokens; ⚡2 are active faults, ?1 is a question "
        "to you. p pauses the team; space only holds the view, and the team goes on. The last line has the "
        "keys that apply now.",
    ),
    "replay": (
        "The replay",
        "The same panels, folded from the journal up to one event: what stood there live at that moment. "
        "The transport shows where that is: ⚡ faults, ◆ here, │ rounds; a click on it goes there. Times "
        "are the run's own clock, which pauses and test runs of this machine do not stretch. F lets the "
        "run live on from here as a new one.",
    ),
    "tour": (
        "The tour",
        "A recorded run of four simulated agents on mathutils, with one crash, played to the places that "
        "say most. Nothing is invented for it: teamtop replay sample-team shows the same run.",
    ),
    "runs": (
        "Saved runs",
        "A line for each run folder, newest first. Speedup is T(1)/T(N), against the mean wall time of "
        "completed, undisturbed one-agent runs with the same suite, structure, model and strategy, or, "
        "where none is saved, estimated from the team's own busy time (the summary says which). Folders "
        "that are damaged or no runs say so. D moves a run to the trash (.trash in its folder), u brings "
        "it back, T shows the trash and empties it. e saves the summary of the run in any form.",
    ),
    "trash": (
        "The trash",
        "Deleted runs, the latest first, and the space that they take. They stay until somebody empties "
        "the trash: teamtop does so only when told, here or by teamtop trash --empty. What is emptied is "
        "gone.",
    ),
    "summary": (
        "The summary",
        "The first sentence is the finding. Speedup is S = T(1)/T(N); Amdahl's bound 1/((1−p)+p/N) "
        "(Amdahl 1967), p being the share of tasks off the longest chain (Mieczkowski et al. 2026, "
        "section 3); the graph bound is min(N, tasks / longest chain). Where the time went: every moment "
        "of every agent has one cause, so that the shares add up to N × wall time. Conflicts, messages, "
        "idle rounds and straggler gap are counted as in section 4 of the paper. Cost is reported, or "
        "notional (the list price of a simulated model's namesake), or unknown. e saves all of it as SVG, "
        "Markdown, JSON, CSV or Parquet.",
    ),
    "compare": (
        "The comparison",
        "Two runs, aligned by tasks done: when each had as many done, and what it had spent by then. They "
        "part, ×, at the first thing that an agent did otherwise: each agent is held against itself in the "
        "other run, deed by deed, whatever the time and the words. The table holds their "
        "figures against each other; what is unknown in one of them stays unknown. f and s replay the first "
        "and the second from where they part.",
    ),
    "findings": (
        "The findings",
        "What the checker found in the journal so far. Engine: a promise of teamtop itself is broken, "
        "which is a bug. Team: an anomaly of working together, such as a lost update or an edit on an old "
        "version, after the isolation anomalies of databases (Adya 1999). Prevented: it was tried, and a "
        "lock, a version or a gate refused it. Each finding has witnesses: enter replays the run at one.",
    ),
    "turn": (
        "A turn",
        "One prompt and one reply of an agent: what it was shown, what it asked for, what came of each "
        "action, tokens as the model reported them, and seconds on the run's clock from prompt to reply. "
        "p has the whole prompt, left and right go to the agent's other turns.",
    ),
    "task": (
        "A task",
        "Its specification, who had it and when, its test runs in order, messages that name it, and its "
        "files. All of that is read from the whole journal, not only from what panels keep.",
    ),
    "file": (
        "A file",
        "Every version with its author and the difference to the version before, who was refused its lock "
        "and who read it. A rewrite is an edit of a file last written by somebody else in an earlier "
        "round.",
    ),
    "agent": (
        "An agent",
        "Its figures, its turns, what it wrote and tested, and what it was refused, over the whole run. φ "
        "is the suspicion that it is gone: −log10 of the chance of so long a silence, given its own reply "
        "times (the accrual detector of Hayashibara et al. 2004). It decides nothing; leases do.",
    ),
    "prompt": (
        "A prompt",
        "The conversation that the model was sent, byte for byte, rebuilt from the journal, and its "
        "reply. The digest under which it was recorded is checked: if it differs, that is said.",
    ),
    "help": (
        "Help",
        "What is in front comes first, then all keys, then the signs. F1 says what a dialog is about.",
    ),
    "fault": (
        "Faults",
        "Disturbances at the seams of the engine: models, locks, files, mail, tests, lives of agents. "
        "Each says what it does and how it ends. A fault is an event of the journal with your name, so "
        "replays and forks have it; its cost is in the summary, and a fork without it measures the "
        "difference.",
    ),
    "fork": (
        "A fork",
        "A new run that begins as a copy of this one up to the end of a round, and lives on with what you "
        "change. What is recorded is not asked again; with a simulated model and no change it equals its "
        "parent.",
    ),
    "message": (
        "A message",
        "It stands in the next prompt of whom it goes to, under your name, and in the journal. It answers "
        "all that the agent has asked people.",
    ),
    "quit": (
        "Leaving",
        "The engine is a process of its own: left running it goes on without a screen, also when ssh or "
        "this terminal is gone. teamtop watch shows it again. A stopped run can be resumed.",
    ),
    "member": (
        "Team and graph",
        "Members come and go, and tasks and dependencies are added, while the team works. Bounds then "
        "count the mean number of developers, and the graph as it became. A task that is added has no "
        "tests of its own.",
    ),
    "layout": (
        "Layouts",
        "Which panels stand together. Space shows or hides one at once; a name keeps panels, views and "
        "what has the whole screen. The layout chosen last is there the next time.",
    ),
    "goto": (
        "Go to",
        "seq:120 is an event, round:5 a round, 1:30 a time on the run's clock, task:7 where that task was "
        "begun.",
    ),
    "links": (
        "What a line speaks of",
        "Tasks, files and agents that the line names; enter opens the page about one.",
    ),
    "export": (
        "Export",
        "The summary as a picture (SVG), text (Markdown), all figures (JSON), or tables (CSV, Parquet). "
        "The same as teamtop report --format.",
    ),
    "notes": (
        "Tags and notes",
        "Words of yours about a run, kept beside its journal (notes.json); the filter of the list finds "
        "them.",
    ),
    "pin": (
        "A note on a moment",
        "Words of yours about this very moment of the run. While the team works they become an event of "
        "the journal, under your name; of a run that is over they are kept beside it. Agents never read "
        "them.",
    ),
    "deeds": (
        "Who did what",
        "Every act upon the run that its journal records, by author: people, fault plans, the engine "
        "itself. Then the notes that were pinned to moments.",
    ),
    "small": (
        "Too small",
        "The terminal has less room than any panel needs. The team goes on meanwhile.",
    ),
}
"""Title and text, by what ``ABOUT`` of a screen says."""
