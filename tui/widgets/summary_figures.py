"""The figures of a summary: blocks of facts beside one another, bars of the speedup. Pure.

A number that nobody knows is "unknown".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from engine.record.clean import clean_line
from tui.widgets.figures import clock, count, many, money
from tui.widgets.spans import Role, Row, Span, cells_of, crop_row, fit, pad

Report: TypeAlias = dict[str, Any]
"""What ``engine.analysis.report.build`` returns; texts are raw."""

GAP = 3
"""Blank cells between two blocks that stand side by side."""

WIDE = 168
"""From here on all four blocks of figures stand side by side."""

TWO = 76
"""From here on two blocks stand side by side."""


class Fact(NamedTuple):
    """A line of a block: what it counts, how much, and what else there is to say, longest form first."""

    label: str
    value: str
    more: tuple[str, ...] = ()
    role: Role = "plain"


def figure_rows(report: Report, cells: int) -> list[Row]:
    """The four blocks: beside one another as far as there is room."""
    if cells >= WIDE:
        size = (cells - 3 * GAP) // 4
        return beside([speedup_rows(report, size), *(_block(*b, size) for b in _blocks(report))], size)
    if cells >= TWO:
        size = (cells - GAP) // 2
        run, conflicts, talk = (_block(*b, size) for b in _blocks(report))
        above = beside([speedup_rows(report, size), run], size)
        return [*above, [], *beside([conflicts, talk], size)]
    rows = speedup_rows(report, cells)
    for block in _blocks(report):
        rows += [[], *_block(*block, cells)]
    return rows


def run_rows(report: Report, cells: int) -> list[Row]:
    """How much was done, how long it took, what it cost."""
    return _block("Run", _run(report), cells)


def conflict_rows(report: Report, cells: int) -> list[Row]:
    """What conflicted, what was said and waited for."""
    _, conflicts, talk = _blocks(report)
    return [*_block(*conflicts, cells), [], *_block(*talk, cells)]


def brief_rows(report: Report, cells: int, height: int) -> list[Row]:
    """Cost and conflicts in ``height`` rows: of what does harm, that first of which there was any."""
    run, conflicts, talk = (facts for _, facts in _blocks(report))
    cost = run[-2:]
    harm = [fact for fact in (*conflicts, *talk) if fact.label not in ("messages", "straggler gap")]
    room = max(0, height - 1 - len(cost))
    first = sorted(harm, key=lambda fact: fact.value in ("0", "unknown"))[:room]
    return _block("Conflicts and cost", [*(fact for fact in harm if fact in first), *cost], cells)


def beside(blocks: Sequence[list[Row]], size: int) -> list[Row]:
    """Blocks of ``size`` cells next to each other."""
    rows: list[Row] = []
    for y in range(max(len(block) for block in blocks)):
        row: Row = []
        for block in blocks:
            row += [Span(" " * GAP)] if row else []
            row += fit(block[y] if y < len(block) else [], size)
        rows.append(row)
    return rows


def _block(title: str, facts: Sequence[Fact], cells: int) -> list[Row]:
    label = max(len(fact.label) for fact in facts) + 2
    value = max(len(fact.value) for fact in facts)
    rows: list[Row] = [[Span(title, "accent")]]
    for fact in facts:
        unknown = fact.value == "unknown"
        role: Role = "muted" if unknown else "strong" if fact.role == "plain" else fact.role
        more = next((text for text in fact.more if len(text) < cells - label - value), "")
        text = f"{fact.value:>{value}}"
        row: Row = [Span(pad(fact.label, label), "muted"), Span(text, role), Span(f" {more}", "muted")]
        rows.append(crop_row(row, cells))
    return rows


def _blocks(report: Report) -> list[tuple[str, list[Fact]]]:
    return [("Run", _run(report)), ("Conflicts", _conflicts(report)), ("Talk and waiting", _talk(report))]


def _run(report: Report) -> list[Fact]:
    sent, made = report["input_tokens"], report["output_tokens"]
    factor = report["token_multiplier"]
    of_one = f"{factor:.1f}× one agent" if factor is not None else ""
    split = f"{count(sent)} in, {count(made)} out"
    least = "≥ " if report["tokens_unknown"] else ""
    real = report["real_seconds"]
    unknown = "as recorded" if report.get("source") else "real time unknown"
    took = unknown if real is None else f"{_short(real)} real"
    source = {
        "reported": ("as reported by the provider", "as reported"),
        "notional": ("notional: at its namesake's list price", "at list price"),
    }.get(report["cost_source"], ())
    cost = "unknown" if report["cost_usd"] is None else money(report["cost_usd"])
    tasks = f"of {report['tasks_total']}"
    limit = report["config"]["max_rounds"]
    return [
        Fact("tasks done", _number(report["tasks_done"]), (tasks,)),
        Fact("rounds", _number(report["rounds"]), (f"at most {limit}",) if limit is not None else ()),
        Fact("wall time", _seconds(report["wall_seconds"]), (f"on the run's clock, {took}", took)),
        Fact(
            "busy time", clock(report["busy_seconds"]), ("of all agents, in turns with effect", "all agents")
        ),
        Fact("tokens", f"{least}{count(sent + made)}", (f"{split}, {of_one}", split) if of_one else (split,))
        if sent + made or not least
        else Fact("tokens", "unknown", ()),
        *_reported(report),
        Fact("cost", cost, source),
    ]


def _reported(report: Report) -> list[Fact]:
    """Parts of the tokens that providers report, or do not: then there is no line, for they are unknown."""
    kinds = (("cached", "cached_tokens", "of those in"), ("reasoning", "reasoning_tokens", "of those out"))
    return [
        Fact(f"  {word}", count(report[key]), (share, ""))
        for word, key, share in kinds
        if report[key] is not None
    ]


def _conflicts(report: Report) -> list[Fact]:
    locks = report["locks"]
    known = locks["acquired"] is not None and locks["denied"] is not None
    asked = (f"of {many(locks['acquired'] + locks['denied'], 'request')}",) if known else ()
    refused = _bad("lock denials", locks["denied"], *asked)
    if report["config"]["locks"] == "optimistic":  # nobody asks for a lock then
        refused = _bad("refused edits", report["refused_edits"], "for whatever reason", "in all")
    return [
        refused,
        _bad(
            "rewrites", report["rewrites"], "of files last written by others", "of others' files", "of others"
        ),
        _bad("concurrent writes", report["concurrent_writes"], "paths written by two in a round", "paths"),
        _bad("claims blocked", report["claims_blocked"], "for open dependencies", "too early"),
        _bad("done untested", report["untested_completions"], "tasks without a test run", "tasks"),
    ]


def _talk(report: Report) -> list[Fact]:
    gap = report["straggler_gap_seconds"]
    mean, median = gap["mean"], gap["median"]
    middle = (f"s mean, {median:.1f} s median", "s mean") if median is not None else ()
    replies, rounds, tests = report["replies"], report["rounds"], report["test_runs"]
    return [
        Fact("messages", f"{report['messages']}", ("delivered",)),
        _bad(
            "chatter",
            report["chatter"],
            f"of {many(replies, 'reply', 'replies')} had no effect",
            f"of {many(replies, 'reply', 'replies')}",
        ),
        _bad("idle rounds", report["idle_rounds"], f"of {rounds} completed nothing", f"of {rounds}"),
        _bad(
            "test failures",
            report["test_failures"],
            f"of {many(tests, 'test run')}",
            f"of {many(tests, 'run')}",
        ),
        Fact("straggler gap", "unknown" if mean is None else f"{mean:.1f}", middle),
    ]


def _bad(label: str, number: int | None, *more: str) -> Fact:
    """A count of what a team is better off without; none of it is no news."""
    return Fact(label, _number(number), more if number is not None else (), "warn" if number else "muted")


def _number(number: int | None) -> str:
    return "unknown" if number is None else f"{number}"


def _seconds(seconds: float | None) -> str:
    return "unknown" if seconds is None else clock(seconds)


def _short(seconds: float) -> str:
    """``0.4 s`` below ten seconds, else ``00:12``."""
    return f"{seconds:.1f} s" if seconds < 10 else clock(seconds)


# ---------------------------------------------------------------- speedup


def speedup_rows(report: Report, cells: int, *, brief: bool = False) -> list[Row]:
    """Bars of the measured speedup against one agent and against both bounds, and the baseline's name.

    ``brief`` leaves out what the graph bound supposes.
    """
    measured, so_far = report["speedup"], report["speedup_so_far"]
    label = "measured" if measured is not None or so_far is None else "so far"
    value = measured if measured is not None else so_far
    bars: list[tuple[str, float | None, Role]] = [
        (label, value, "measured"),
        ("one agent", 1.0, "muted"),
        ("Amdahl bound", report["amdahl_bound"], "amdahl"),
        ("graph bound" if brief else "graph bound*", report["graph_bound"], "graph"),
    ]
    top = max(number for _, number, _ in bars if number is not None)
    room = cells - 14 - 8
    rows: list[Row] = [[Span("Speedup", "accent")]]
    for name, number, role in bars:
        label_span = Span(pad(name, 14), "muted")
        if number is None:
            rows.append([label_span, Span("unknown", "muted")])
            continue
        line = bar(number / top, room)
        figures: Role = "strong" if role == "measured" else "plain"
        track = Span(" " * (room - len(line)))
        rows.append([label_span, Span(line, role), track, Span(f"{number:>6.2f}×", figures)])
    names = _baseline(report)
    rows.append([Span(next((name for name in names if cells_of(name) <= cells), names[0]), "muted")])
    if not brief:
        rows.append([Span("* supposes equal tasks, one per reply", "muted")])
    return [crop_row(row, cells) for row in rows]


def bar(share: float, cells: int) -> str:
    """A bar of ``share`` (0 to 1) of ``cells``, to half a cell; never nothing for something."""
    halves = round(min(1.0, max(0.0, share)) * cells * 2)
    if share > 0:
        halves = max(1, halves)
    full, half = divmod(halves, 2)
    return "━" * full + "╸" * half


def _baseline(report: Report) -> tuple[str, ...]:
    """What the speedup is measured against, longest form first."""
    source, seconds = report["baseline_source"], report["baseline_seconds"]
    if source is None or seconds is None:
        return ("baseline unknown: no task was done",)
    label = clean_line(report["baseline_label"] or "")
    short = "estimated" if source == "estimated" else label.removeprefix("run ")
    return (f"baseline {clock(seconds)}: {label}", f"baseline {clock(seconds)}: {short}")
