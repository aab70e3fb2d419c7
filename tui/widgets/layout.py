"""Where each panel stands, for any size of terminal and team. Pure arithmetic.

Neighbouring tiles share the line between them: a tile's first and last rows and columns are frame.
"""

from __future__ import annotations

from dataclasses import dataclass

MIN_WIDTH, MIN_HEIGHT = 60, 16
"""The smallest terminal in which the live screen says anything: below, it says so."""

PANE_WIDTH, PANE_HEIGHT = 26, 5
"""Smallest interior of an agent's pane: a title with state and age, a few lines of some words."""

STANDARD_WIDTH, STANDARD_HEIGHT = 100, 26
"""From here on the panels stand side by side; below, agents are rows and the rest is a strip."""

CROWD = 8
"""Agents beyond which a low screen gives them half of its rows."""

WIDE_WIDTH, WIDE_HEIGHT = 160, 40
"""From here on there is room for the talk panel and a strip of rounds as well."""

PANELS = ("tasks", "agents", "locks", "speedup", "talk", "rounds", "cost")
"""Panels in the order of their digits, from 1 on."""

CHOICES = (*PANELS, "timeline")
"""Panels that a person can choose to stand together."""

COLUMN_WIDTH = 40
"""A chosen panel below tasks and agents has at least so many cells, or stands in a row of its own."""

ROW_HEIGHT, LOW_HEIGHT = 9, 6
"""Rows of a chosen panel with its frame, at least; the second on low screens."""

ROUNDS_HEIGHT = 7
"""Rows of the strip of rounds with its frame: a line for each measure and the numbers of the rounds."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle with its frame. ``key`` is a panel, ``roster``, ``strip``, or ``agent:NAME``."""

    key: str
    x: int
    y: int
    width: int
    height: int

    @property
    def inner(self) -> tuple[int, int, int, int]:
        """x, y, width, height of what is inside the frame, a blank cell away from its sides."""
        return self.x + 2, self.y + 1, max(0, self.width - 4), max(0, self.height - 2)


def arrange(
    width: int,
    height: int,
    agents: tuple[str, ...],
    full: str | None = None,
    chosen: tuple[str, ...] | None = None,
) -> list[Tile]:
    """Tiles that cover ``width`` × ``height`` for a team of ``agents``.

    ``full`` is a panel that has the whole area to itself, or ``agent:NAME``; ``chosen`` are panels that a
    person wants to stand together instead of those that the size suggests. If there is no room for all of
    them, those that come last are left out.
    """
    if full == "agents":
        return agent_tiles(0, 0, width, height, agents)
    if full is not None:
        return [Tile(full, 0, 0, width, height)]
    if chosen:
        return _chosen(width, height, agents, chosen)
    if width < STANDARD_WIDTH or height < STANDARD_HEIGHT:
        return _compact(width, height, agents)
    return _standard(width, height, agents)


def _compact(width: int, height: int, agents: tuple[str, ...]) -> list[Tile]:
    strip = 4  # two lines and their frame
    # Agents and tasks share what is left, agents first: a third of the screen, or half of it for a crowd.
    share = (height - 2) // 3 if len(agents) <= CROWD else (height - strip) // 2
    rows = min(max(1, len(agents)), max(2, share))
    roster = rows + 2
    return [
        Tile("roster", 0, 0, width, roster),
        Tile("tasks", 0, roster - 1, width, height - roster - strip + 2),
        Tile("strip", 0, height - strip, width, strip),
    ]


def _standard(width: int, height: int, agents: tuple[str, ...]) -> list[Tile]:
    left = min(64, max(42, round(width * 0.35)))
    bottom = min(16, max(9, round(height * 0.31)))
    top = height - bottom + 1
    tiles = [
        Tile("tasks", 0, 0, left, top),
        *agent_tiles(left - 1, 0, width - left + 1, top, agents),
        Tile("locks", 0, top - 1, left, bottom),
    ]
    rest = width - left + 1
    if width >= WIDE_WIDTH and height >= WIDE_HEIGHT:
        chart = round(rest * 0.58)
        tiles.append(Tile("speedup", left - 1, top - 1, chart, bottom))
        x, talk = left + chart - 2, bottom - ROUNDS_HEIGHT + 1
        tiles.append(Tile("talk", x, top - 1, rest - chart + 1, talk))
        tiles.append(Tile("rounds", x, top + talk - 2, rest - chart + 1, ROUNDS_HEIGHT))
    else:
        tiles.append(Tile("speedup", left - 1, top - 1, rest, bottom))
    return tiles


def _chosen(width: int, height: int, agents: tuple[str, ...], panels: tuple[str, ...]) -> list[Tile]:
    """Tasks and agents side by side above, the others in rows below; one below the other if it is narrow."""
    narrow = width < STANDARD_WIDTH
    above = tuple(panel for panel in panels if panel in ("tasks", "agents"))
    per_row = 1 if narrow else max(1, width // COLUMN_WIDTH)
    rows: list[tuple[str, ...]] = [(panel,) for panel in above] if narrow else [above] if above else []
    smaller = [panel for panel in panels if panel not in ("tasks", "agents", "timeline")]
    rows += [tuple(smaller[at : at + per_row]) for at in range(0, len(smaller), per_row)]
    rows += [("timeline",)] if "timeline" in panels else []
    least = LOW_HEIGHT if height < STANDARD_HEIGHT else ROW_HEIGHT
    rows = rows[: max(1, (height - 1) // (least - 1))]
    # Rows of the same weight; the first, with tasks and agents, has twice that if there is room.
    weights = [2 if "tasks" in row or "agents" in row else 1 for row in rows]
    if (height - 1) // sum(weights) < least - 1:
        weights = [1] * len(rows)
    tiles: list[Tile] = []
    for number, row in enumerate(rows):
        top = _cut(height, sum(weights), sum(weights[:number]))
        end = _cut(height, sum(weights), sum(weights[: number + 1]))
        for place, panel in enumerate(row):
            start, stop = _across(width, row, place), _across(width, row, place + 1)
            if panel == "agents":
                tiles += agent_tiles(start, top, stop - start + 1, end - top + 1, agents)
            else:
                tiles.append(Tile(panel, start, top, stop - start + 1, end - top + 1))
    return tiles


def _across(width: int, row: tuple[str, ...], place: int) -> int:
    """Where the line before a panel of a row stands; tasks leave agents the greater part."""
    if row == ("tasks", "agents") and place == 1:
        return min(64, max(42, round(width * 0.35))) - 1
    return _cut(width, len(row), place)


def agent_tiles(x: int, y: int, width: int, height: int, agents: tuple[str, ...]) -> list[Tile]:
    """A pane for each agent, or one tile with a row for each if panes would be too small."""
    columns = _columns(width, height, len(agents))
    if columns == 0:
        return [Tile("roster", x, y, width, height)]
    rows = -(-len(agents) // columns)
    tiles: list[Tile] = []
    for row in range(rows):
        members = agents[row * columns : (row + 1) * columns]
        top, end = _cut(height, rows, row), _cut(height, rows, row + 1)
        for place, name in enumerate(members):
            start, stop = _cut(width, len(members), place), _cut(width, len(members), place + 1)
            tiles.append(Tile(f"agent:{name}", x + start, y + top, stop - start + 1, end - top + 1))
    return tiles


def _cut(size: int, parts: int, index: int) -> int:
    """Where the line before part ``index`` of ``parts`` stands in a span that has lines at both ends."""
    return (size - 1) * index // parts


def _columns(width: int, height: int, agents: int) -> int:
    """How many panes stand side by side; 0 if they would be too small, or if there are none yet.

    Among what fits, the number whose panes come nearest to three times as wide as high, in cells.
    """
    best, best_score = 0, float("inf")
    for columns in range(1, agents + 1):
        rows = -(-agents // columns)
        inner_width = (width - 1) // columns - 3
        inner_height = (height - 1) // rows - 1
        if inner_width < PANE_WIDTH or inner_height < PANE_HEIGHT:
            continue
        score = abs(inner_width / inner_height - 3.0) + 2.0 * (columns * rows - agents)
        if score < best_score:
            best, best_score = columns, score
    return best
