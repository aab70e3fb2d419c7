"""The finding of a report, in words. What is unknown is said to be unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.record.clean import clean_line

EVEN = 0.05
"""Speedups within 5% of 1 are called neither faster nor slower: equal runs of a model differ by more."""

_WHY_ENDED = {
    "max_rounds": "The limit of rounds was reached",
    "stopped": "A person stopped the team",
    "no_agents": "No agent was left",
    "failed": "The engine failed",
    "unknown": "Not completed, the record does not say why",
}


def headline(report: Mapping[str, Any]) -> str:
    """Return the one or few sentences that sum up the run, as plain text."""
    parts = [_finding(report)]
    if report["completed"] and report["agents"] > 1:
        parts.append(f"{_bounds(report)}.")
        if report["token_multiplier"] is not None:
            parts.append(f"{report['token_multiplier']:.1f}× the tokens of one agent.")
    return " ".join(parts)


def _finding(report: Mapping[str, Any]) -> str:
    agents, rounds = report["agents"], report["rounds"]
    team = f"{agents} agent{'' if agents == 1 else 's'}"
    known = "an unknown number" if report["tasks_done"] is None else report["tasks_done"]
    done = f"{known} of {report['tasks_total']} tasks done"
    if not report["completed"]:
        so_far = report["speedup_so_far"]
        speed = f" Speedup so far: {so_far:.2f}×{_estimated(report)}." if so_far is not None else ""
        after = "" if rounds is None else f" after round {rounds}"
        return f"{_why(report)}, {done}{after}.{speed}"
    speedup = report["speedup"]
    many = "" if rounds is None else f"{rounds} round{'' if rounds == 1 else 's'}, "
    wall = report["wall_seconds"]  # null if it was killed between its last task and its end
    lasted = f"{many}{report['elapsed_seconds'] if wall is None else wall:.0f} s"
    if agents == 1:
        return f"One agent completed all tasks in {lasted}: a measure for teams."
    if speedup is None:
        return f"{team} completed all tasks in {lasted}; the speedup is unknown."
    return f"{speedup:.2f}× on {team}{_estimated(report)}: {_verdict(speedup, report)}."


def _why(report: Mapping[str, Any]) -> str:
    if report["status"] == "prefix":
        return "Up to here"
    if report["status"] == "running":
        return "Still running"
    if report["outcome"] == "stopped" and (why := clean_line(report["outcome_detail"]).rstrip(".")):
        return why[0].upper() + why[1:]
    return _WHY_ENDED.get(report["outcome"] or "", "Broken off without an end")


def _estimated(report: Mapping[str, Any]) -> str:
    return " (estimated from its own busy time)" if report["baseline_source"] == "estimated" else ""


def _verdict(speedup: float, report: Mapping[str, Any]) -> str:
    if report["graph_bound"] is not None and speedup > report["graph_bound"]:
        return "past the graph bound, which counts one task per reply"
    if report["amdahl_bound"] is not None and speedup > report["amdahl_bound"]:
        return "past Amdahl's bound, which has nothing done beside the longest chain"
    if speedup > 1 + EVEN:
        return "faster than one"
    return "no faster than one" if speedup >= 1 - EVEN else "slower than one"


def _bounds(report: Mapping[str, Any]) -> str:
    amdahl = report["amdahl_bound"]
    if report["graph_bound"] is None:
        return "The bounds are unknown"
    first = f"Amdahl allows {amdahl:.2f}×" if amdahl is not None else "The Amdahl bound is unknown"
    return f"{first}, the graph allows {report['graph_bound']:.2f}×"
