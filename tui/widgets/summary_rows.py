"""The summary of a run as rows: the finding, the figures, agents, faults. Pure: from a report to words.

The report's texts are raw, so each is cleaned here. A number that nobody knows is "unknown".
"""

from __future__ import annotations

import shlex
from typing import Any

from engine.analysis.words import headline
from engine.record.clean import clean_line
from tui.widgets.account_rows import account_rows
from tui.widgets.agent_table import agent_rows
from tui.widgets.figures import clock, many
from tui.widgets.spans import Row, Span, crop_row, justify, plain, width_of, wrap
from tui.widgets.summary_figures import Report, figure_rows
from tui.widgets.summary_front import front_rows

LINE_MAX = 200
"""Cells that the summary takes at most: on a wider terminal the eye loses the line."""


def summary_rows(report: Report, cells: int, height: int | None = None) -> list[Row]:
    """The whole summary in rows of at most ``cells``.

    With a ``height`` in which not all of it has room, a first page comes first that fits in there and has of
    everything what says most.
    """
    cells = min(cells, LINE_MAX)
    inner = max(20, cells - 2)
    head: list[Row] = [*_title(report, inner), []]
    head += [[Span(line, "strong")] for line in wrap(clean_line(headline(report)), inner)]
    head += _advice(report, inner)
    head += _fork(report, inner)
    head += _notes(report, inner)
    head.append([])
    rows = _figures(report, inner)
    if height is not None and len(head) + len(rows) > height:
        front = front_rows(report, inner, height - len(head), _faults(report, inner))
        rows = [*front, *([[Span("All figures", "strong")], []] if front else []), *rows]
    return [[Span(" "), *crop_row(row, inner)] if row else [] for row in [*head, *rows]]


def _figures(report: Report, inner: int) -> list[Row]:
    """All that stands below the finding."""
    rows = figure_rows(report, inner)
    if account := account_rows(report, inner):
        rows += [[], *account]
    rows += [[], *agent_rows(report["agents_table"], inner)]
    rows += [[], *_faults(report, inner)]
    return [*rows, [], *_replay(report, inner)]


def summary_text(report: Report, cells: int) -> str:
    """The summary as plain text, for the terminal after the application has left it."""
    return "\n".join(plain(row).rstrip() for row in summary_rows(report, cells))


# ---------------------------------------------------------------- title


def _title(report: Report, cells: int) -> list[Row]:
    """What ran, and whether it did what it was to do: on one line, or on two."""
    forms = _what(report)
    states: Row = [*_completed(report), Span("   "), *_verified(report)]
    if width_of(forms[0]) + width_of(states) + 3 <= cells:
        return [justify(forms[0], states, cells)]
    what = next((form for form in forms if width_of(form) <= cells), forms[-1])
    return [crop_row(what, cells), crop_row(states, cells)]


def _what(report: Report) -> list[Row]:
    """``mathutils · mixed p=0.5 · 4 agents · …``, from the full form to the shortest."""
    agents, structure = report["agents"], clean_line(report["structure"])
    model = clean_line(report["model"])
    rest = [many(agents, "agent"), *_strategy(report)]
    barrier = report["config"].get("barrier", "round")
    if barrier != "round" and report["rounds"] is not None:
        rest.append(f"barrier {clean_line(barrier)}")
    seed = f"seed {'unknown' if report['seed'] is None else report['seed']}"
    p = (
        "" if report["amdahl_bound"] is None else f"p={report['p']:.2g}"
    )  # else nobody knows what waits for what
    known = structure or (p and report["tasks_total"])
    whole = [f"{structure} {p}".strip()] if known else []
    brief = [structure] if structure else []
    forms = (
        [*whole, *rest, model, seed],
        [*whole, *rest, model.rpartition("/")[2], seed],
        [*brief, *rest, model.rpartition("/")[2], seed],
        [*brief, *rest, seed],
    )
    suite = Span(clean_line(report["suite"]), "strong")
    return [[suite, *(Span(f" · {part}") for part in parts)] for parts in forms]


def _strategy(report: Report) -> list[str]:
    """The strategy; that it is unknown is among the notes."""
    return [] if report["strategy"] == "unknown" else [clean_line(report["strategy"])]


def _completed(report: Report) -> Row:
    if report["completed"]:
        return [Span("completed ✔", "good")]
    known = "unknown" if report["tasks_done"] is None else report["tasks_done"]
    done = f"{known} of {report['tasks_total']} tasks done"
    if report["status"] == "running":
        return [Span("running ▶", "accent"), Span(f" {done}")]
    if report["status"] == "prefix":
        return [Span("so far ◆", "accent"), Span(f" {done}")]
    word = "broken off ✘" if report["status"] == "broken off" else "not completed ✘"
    return [Span(word, "bad"), Span(f" {done}")]


def _verified(report: Report) -> Row:
    verdict = report["verified"]
    if verdict is None:
        return [Span(f"verified: {'unknown' if report.get('source') else 'not tested'} ○", "muted")]
    if verdict:
        return [Span("verified ✔", "good")]
    failing = len(report["verified_failed"])
    tail = f" {many(failing, 'test fails', 'tests fail')}" if failing else ""
    return [Span("verified ✘", "bad"), Span(tail)]


def _advice(report: Report, cells: int) -> list[Row]:
    """What another team size would do, if the run tells."""
    found = report.get("advice")  # summaries of older versions have none
    if found is None or found["verdict"] == "unknown":
        return []
    return [[Span(line, "muted")] for line in wrap(clean_line(found["sentence"], 400), cells)]


def _fork(report: Report, cells: int) -> list[Row]:
    """What was changed in a fork, and what that cost; how to tell cost from chance."""
    found = report.get("fork")
    if found is None:
        return []
    sentence = clean_line(f"{found['sentence']} (fork of {found['parent']} at seq {found['at']})", 400)
    rows: list[Row] = [[Span(line, "accent")] for line in wrap(sentence, cells)]
    if found["command"]:
        told = f"One pair of runs; what is chance in it: {found['command']}"
        rows += [[Span(line, "muted")] for line in wrap(clean_line(told, 400), cells)]
    return rows


def _notes(report: Report, cells: int) -> list[Row]:
    rows: list[Row] = []
    for note in report["notes"]:
        text = clean_line(note)
        lines = wrap(f"⚠ {text[:1].upper()}{text[1:]}", cells, 3)
        rows += [[Span(line, "warn")] for line in lines]
    return rows


# ---------------------------------------------------------------- faults, replay


def _faults(report: Report, cells: int) -> list[Row]:
    faults = report["faults"]
    if not faults:
        return [[Span("Faults ", "accent"), Span("none", "muted")]]
    rows: list[Row] = [[Span("Faults", "accent")]]
    for fault in faults:
        rows.append(crop_row(_fault(fault), cells))
        if fault.get("recovery") is not None:  # summaries of older versions have none
            rows += _recovery(fault["recovery"], cells)
    return rows


def _fault(fault: dict[str, Any]) -> Row:
    targets = ", ".join(clean_line(target) for target in fault["targets"]) or "the whole run"
    stopped = fault["stopped_seconds"]
    until = clock(stopped) if stopped is not None else "the end"
    params = ", ".join(f"{clean_line(k)} {_param(v)}" for k, v in fault["params"].items())
    why = clean_line(fault["why"])
    row: Row = [
        Span("⚡ ", "warn"),
        Span(f"{clean_line(fault['kind'])} ", "strong"),
        Span(targets),
        Span(f"  {params}" if params else "", "muted"),
        Span(f"  round {fault['round']}, {clock(fault['started_seconds'])} to {until}", "plain"),
        Span(f"  by {clean_line(fault['author'])}", "muted"),
    ]
    return [*row, Span(f": {why}", "muted")] if why else row


def _recovery(found: dict[str, Any], cells: int) -> list[Row]:
    """What the fault cost: how soon it showed, when all was well again, what was lost, whom it reached."""
    lines: list[str] = []
    for phrase in recovery_words(found):
        if lines and len(lines[-1]) + len(phrase) + 3 <= cells:
            lines[-1] += f" · {phrase}"
        else:
            lines.append(f"  {phrase}")
    return [crop_row([Span(line, "muted")], cells) for line in lines]


def recovery_words(found: dict[str, Any]) -> list[str]:
    """The recovery figures of a fault as phrases; zeros are left out."""
    seen, mended, reached = found["detection_seconds"], found["repair_seconds"], found["blast_radius"]
    if seen is None and not reached:
        return ["it touched nobody"]
    lost = [
        f"{found['agent_seconds_lost']:.0f} agent-seconds" if found["agent_seconds_lost"] else "",
        f"{found['tokens_lost']:,} tokens" if found["tokens_lost"] else "",
    ]
    redone = found["tasks_redone"]
    parts = [
        "never showed" if seen is None else "showed at once" if seen < 0.05 else f"showed after {seen:.1f} s",
        "not repaired" if mended is None else f"repaired after {mended:.1f} s",
        f"{many(redone, 'task')} redone by others" if redone else "",
        f"{' and '.join(part for part in lost if part)} lost" if any(lost) else "nothing lost",
        f"reached {many(reached, 'agent')}",
    ]
    return [part for part in parts if part]


def _param(value: float | str) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else clean_line(value)


def _replay(report: Report, cells: int) -> list[Row]:
    return [crop_row([Span(f"{word} ", "accent"), Span(said)], cells) for word, said in commands(report)]


def commands(report: Report) -> list[tuple[str, str]]:
    """What to type next: to replay the run, and to go on with one whose engine died."""
    resume = [("Resume", f"teamtop resume {_name(report)}")] if report["status"] == "broken off" else []
    return [("Replay", replay_command(report)), *resume]


def _name(report: Report) -> str:
    return shlex.quote(clean_line(report["address"] if "address" in report else report["run_id"]))


def replay_command(report: Report) -> str:
    """The command that replays the run from its first fault, or from the beginning."""
    name = _name(report)
    faults = report["faults"]
    at = f" --at round:{faults[0]['round']}" if faults and faults[0]["round"] > 0 else ""
    return f"teamtop replay {name}{at}"
