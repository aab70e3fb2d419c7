"""The lock view as rows: who holds what since when, who was refused, which paths are hot."""

from __future__ import annotations

from collections.abc import Iterable

from engine.record.state import Denial, LocksState
from tui.widgets.figures import age, many, spark
from tui.widgets.moment import Moment
from tui.widgets.spans import Row, Span, cells_of, justify, pad, shorten, width_of

LABEL = 7
"""Cells of the word at the left: held, denied, hot."""

HEAT = 8
"""Rounds that a small graph of requests for a path spans."""


def lock_rows(moment: Moment, cells: int, height: int) -> list[Row]:
    """The view in ``height`` rows: totals always, then holders, then refusals, then hot paths."""
    locks, room = moment.state.locks, height - 1
    held = list(locks.held.values())
    denied = recent_denials(locks)
    hot = [path for path in locks.hottest(20) if locks.denied_by_path[path] or height > 12]
    hot_rows = 0 if not hot else 1 if room < 12 else min(len(hot), room // 3)
    share = _shares(room - hot_rows, len(held), len(denied))
    rows: list[Row] = []
    wide = cells - LABEL
    who = min(10, max((cells_of(name) for name in moment.state.agents.agents), default=4)) + 3
    rows += _block(
        "at end" if moment.over else "held",
        [held_row(h.path, h.agent, moment.now - h.since, wide, who) for h in held],
        share[0],
    )
    rows += _block("denied", [denied_row(d, n, wide, who) for d, n in denied], share[1])
    if not held and not denied:
        rows.append([Span(_none(moment), "muted")])
    if hot_rows == 1:
        rows.append(_hot_line(moment, hot, cells))
    elif hot_rows:
        rows += _block("hot", [_hot_row(moment, path, cells) for path in hot], hot_rows)
    rows = rows[:room]
    rows += [[] for _ in range(room - len(rows))]
    rows.append(totals(moment))
    return rows


def _none(moment: Moment) -> str:
    if "locks" in moment.state.run.gaps:
        return "who held which file is not recorded"
    if moment.over:
        return "no file was held at the end"
    if moment.state.run.locks == "none":
        return "this run has no locks: the last writer wins"
    return "no file is held now"


def _shares(room: int, held: int, denied: int) -> tuple[int, int]:
    """Rows for holders and refusals: each what it needs, or what the other leaves of its half."""
    if held + denied <= room:
        return held, denied
    half = max(1, room // 2)
    give_held = min(held, max(half, room - denied))
    return give_held, max(0, room - give_held)


def _block(label: str, rows: list[Row], limit: int) -> list[Row]:
    """The first rows of a block beside its label; the last one says how many are not shown."""
    if limit <= 0:
        return []
    hidden = len(rows) - limit
    labels = [label, *([""] * (limit - 1))]
    if hidden > 0 and limit > 1:
        labels[-1] = f" +{hidden}"
    return [[Span(pad(word, LABEL), "muted"), *row] for word, row in zip(labels, rows, strict=False)]


def held_row(path: str, agent: str, seconds: float, cells: int, who: int = 7) -> Row:
    """``normalize.py      Dev1  3 s``, the name in ``who`` cells."""
    right = [Span(pad(agent, who)), Span(f"{age(seconds):>5}", "muted")]
    return [Span(pad(path, max(4, cells - who - 6)), "strong"), Span(" "), *right]


def denied_row(denial: Denial, times: int, cells: int, who: int = 7) -> Row:
    """``outlier_mask.py   Dev2 ×2 r7``: the latest refusal of this agent at this path."""
    many = f" ×{times}" if times > 1 else ""
    name = shorten(denial.agent, who - len(many)) + many
    right = [Span(pad(name, who), "warn"), Span(f"{f'r{denial.round}':>5}", "muted")]
    return [Span(pad(denial.path, max(4, cells - who - 6))), Span(" "), *right]


def recent_denials(locks: LocksState) -> list[tuple[Denial, int]]:
    """Refusals newest first, one for each pair of agent and path, with how many there were."""
    seen: dict[tuple[str, str], list[Denial]] = {}
    for denial in reversed(locks.denials):
        seen.setdefault((denial.path, denial.agent), []).append(denial)
    return [(denials[0], len(denials)) for denials in seen.values()]


def _heat(moment: Moment, path: str) -> str:
    return spark(moment.state.locks.heat(path, HEAT, moment.state.round))


def _hot_line(moment: Moment, paths: Iterable[str], cells: int) -> Row:
    row: Row = [Span(pad("hot", LABEL), "muted")]
    for path in paths:
        words: Row = [Span(shorten(path, 18)), Span(" " + _heat(moment, path), "warn")]
        gap: Row = [Span("  ")] if len(row) > 1 else []
        if width_of(row) + width_of(gap) + width_of(words) > cells:
            break
        row += [*gap, *words]
    return row


def _hot_row(moment: Moment, path: str, cells: int) -> Row:
    refused = moment.state.locks.denied_by_path[path]
    right = [Span(_heat(moment, path), "warn"), Span(f" {refused:>3} denied", "muted")]
    return justify([Span(path)], right, cells - LABEL)


def totals(moment: Moment) -> Row:
    """``41 taken · 6 denied · 2 rewrites``."""
    locks, files = moment.state.locks, moment.state.files
    if "locks" in moment.state.run.gaps:
        row: Row = [Span("not recorded", "muted")]
    else:
        row = [Span(f"{locks.acquired} taken · ", "muted")]
        row.append(Span(f"{locks.denied} denied", "warn" if locks.denied else "muted"))
    row.append(Span(f" · {many(files.rewrites, 'rewrite')}", "muted"))
    if files.concurrent_writes:
        row.append(Span(f" · {files.concurrent_writes} concurrent", "warn"))
    return row


def lock_strip(moment: Moment, cells: int) -> Row:
    """All of it in one row: held, denied, and the hottest path."""
    locks = moment.state.locks
    left: Row = [Span(pad("locks", 9), "strong")]
    if "locks" not in moment.state.run.gaps:
        left.append(Span(f"{len(locks.held)} held{' at the end' if moment.over and locks.held else ''} · "))
    left += totals(moment)
    hot = [path for path in locks.hottest(1) if locks.denied_by_path[path]]
    right: Row = (
        [Span(f"{shorten(hot[0], 18)} ", "muted"), Span(_heat(moment, hot[0]), "warn")] if hot else []
    )
    if width_of(left) + width_of(right) + 2 > cells:
        right = []
    return justify(left, right, cells)
