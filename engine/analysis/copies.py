"""What several copies of tasks brought and cost, and how independent versions really were. Pure.

The correlation of versions is that of their first verdicts, before anybody was told of a failure: over all
pairs of versions of a task and all tests of it, the covariance of two outcomes (1 passed, 0 failed) divided
by their variance. With it, n versions are worth n / (1 + (n - 1) rho) independent ones (the design effect).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from statistics import fmean
from typing import Any

from engine.record import events as ev

TASKS_NEEDED = 10
"""Tasks with two judged versions from which on a correlation is told; below it, chance would tell it."""

FAILURES_NEEDED = 5
"""Failed outcomes among first verdicts that are needed as well: without failures nothing varies."""

QUORUMS = (ev.RunStarted, ev.TeamChanged)
"""Events that may ask for a quorum: a fork may begin to in mid-run."""


@dataclass(frozen=True, slots=True)
class Independence:
    """``rho`` and ``effective`` (of ``versions``) are null if there is too little data; ``why`` says so."""

    versions: float
    tasks: int
    failures: int
    rho: float | None = None
    effective: float | None = None
    why: str = ""


def figures(events: Sequence[ev.AnyEvent]) -> dict[str, Any] | None:
    """The figures of all copies, or null if the strategy makes none.

    Of ``backups``, ``useful_rate`` is the share of ended ones that were taken; ``tokens`` those of replies in
    turns that worked on one; ``cancelled`` replies were not waited for, and nobody knows their tokens.
    ``characters_lost`` were written for copies that were neither taken nor agreed with the one taken.
    """
    opened = {e.draft: e for e in events if isinstance(e, ev.DraftOpened)}
    start = events[0] if events and isinstance(events[0], ev.RunStarted) else None
    if not opened or start is None:
        return None
    accepted = [e for e in events if isinstance(e, ev.DraftAccepted)]
    ended = [e for e in events if isinstance(e, ev.DraftEnded)]
    won = sum(opened[e.draft].kind == "backup" for e in accepted if e.draft in opened)
    lost = sum(opened[e.draft].kind == "backup" for e in ended if e.draft in opened)
    votes = [e for e in accepted if e.draft in opened and opened[e.draft].kind == "version"]
    asked = next((e.quorum for e in reversed(events) if isinstance(e, QUORUMS) and e.quorum), None)
    tasks = (*start.tasks, *(e.spec for e in events if isinstance(e, ev.TaskAdded)))
    independence = measure(events, tasks) if votes or asked else None
    return {
        "backups": sum(e.kind == "backup" for e in opened.values()),
        "backups_won": won,
        "useful_rate": won / (won + lost) if won + lost else None,
        "tokens": _tokens(events, opened),
        "cancelled": sum(e.cancelled > 0 for e in ended),
        "characters_lost": sum(max(0, e.characters) for e in ended if e.reason != "agreed"),
        "versions": sum(e.kind == "version" for e in opened.values()),
        "quorum": list(asked) if asked else None,
        "accepted": len(votes),
        "below_quorum": sum(e.needed < asked[0] for e in votes) if asked else 0,
        "clones": sum(e.clones for e in votes),
        "agreeing": sum(len(e.agreeing) for e in votes),
        "independence": asdict(independence) if independence else None,
    }


def measure(events: Iterable[ev.AnyEvent], tasks: Iterable[ev.TaskSpec]) -> Independence:
    """How independent the versions were, from the first verdict on each."""
    nodes = {task.id: task.tests for task in tasks}
    opened: dict[int, ev.DraftOpened] = {}
    runs: dict[int, tuple[int, ...]] = {}
    first: dict[int, dict[str, int]] = {}
    for event in events:
        match event:
            case ev.DraftOpened(kind="version"):
                opened[event.draft] = event
            case ev.TestsStarted():
                runs[event.run] = event.drafts
            case ev.TestsFinished(verdict="passed" | "failed"):
                said = {**dict.fromkeys(event.failed, 0), **dict.fromkeys(event.passed, 1)}
                for draft in runs.get(event.run, ()):
                    own = nodes.get(opened[draft].task, ()) if draft in opened else ()
                    if own and draft not in first and all(node in said for node in own):
                        first[draft] = {node: said[node] for node in own}
    by_task: dict[str, list[dict[str, int]]] = {}
    for draft, outcomes in first.items():
        by_task.setdefault(opened[draft].task, []).append(outcomes)
    return _independence([versions for versions in by_task.values() if len(versions) > 1])


def _independence(judged: list[list[dict[str, int]]]) -> Independence:
    values = [outcome for versions in judged for version in versions for outcome in version.values()]
    failures = values.count(0)
    count = fmean(len(versions) for versions in judged) if judged else 0.0
    known = Independence(count, len(judged), failures)
    if len(judged) < TASKS_NEEDED or failures < FAILURES_NEEDED or failures == len(values):
        why = f"{len(judged)} tasks with two judged versions, {failures} failed outcomes"
        return Independence(*_basis(known), why=f"too little data: {why}")
    mean = fmean(values)
    products = [
        (one[node] - mean) * (other[node] - mean)
        for versions in judged
        for one, other in combinations(versions, 2)
        for node in one
    ]
    rho = fmean(products) / (mean * (1 - mean))
    effective = count / (1 + (count - 1) * min(1.0, max(0.0, rho)))
    return Independence(*_basis(known), rho=rho, effective=effective)


def _basis(known: Independence) -> tuple[float, int, int]:
    return known.versions, known.tasks, known.failures


def _tokens(events: Sequence[ev.AnyEvent], opened: dict[int, ev.DraftOpened]) -> int:
    turns = {e.turn for e in events if isinstance(e, ev.TurnStarted) and e.backup}
    turns |= {
        e.turn
        for e in events
        if isinstance(e, ev.DraftEdited) and e.draft in opened and opened[e.draft].kind == "backup"
    }
    replies = (e for e in events if isinstance(e, ev.Replied) and e.turn in turns)
    return sum((e.input_tokens or 0) + (e.output_tokens or 0) for e in replies)


def sentences(copies: dict[str, Any]) -> list[str]:
    """What is worth saying of the figures, one sentence each."""
    said: list[str] = []
    if copies["backups"]:
        rate = copies["useful_rate"]
        useful = f", {rate:.0%} of those that ended" if rate is not None else ""
        said.append(
            f"{copies['backups']} backup copies of late tasks, {copies['backups_won']} taken{useful}; "
            f"{copies['cancelled']} replies were not waited for, and what they cost is not in the sums."
        )
    if copies["versions"]:
        needed, of = copies["quorum"] or (1, 1)
        below = copies["below_quorum"]
        fewer = f"; {below} with fewer, because agents were lost" if below else ""
        said.append(f"{copies['accepted']} tasks had {needed} of {of} versions agree{fewer}.")
        if copies["clones"]:
            said.append(
                f"{copies['clones']} of {copies['agreeing']} agreeing versions are byte for byte the same as "
                "another one: such a vote says nothing new."
            )
        if copies["independence"]:
            said.append(_independent(copies["independence"]))
    return said


def _independent(found: dict[str, Any]) -> str:
    if found["rho"] is None:
        return f"How independent the versions were is unknown ({found['why']})."
    return (
        f"Errors of versions correlate by ρ = {found['rho']:.2f} ({found['tasks']} tasks): "
        f"{found['versions']:.1f} versions are worth {found['effective']:.1f} independent ones."
    )
