"""The keys of the browser: those of its list, and those while a filter is typed."""

from __future__ import annotations

from tui.keys import Key

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
    Key(
        "runs.export",
        "e",
        "export",
        "export",
        "Save the summary of the run as SVG, Markdown, JSON, CSV or Parquet",
        "runs",
        True,
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
