"""Seconds and tokens of replies, fitted to the recorded ones."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean, pvariance, quantiles
from typing import Any

from engine.calibration.measure import least_squares
from engine.calibration.replies import RecordedReply, Recordings

OUTPUT_CAP = 4096
"""Tokens that the recorded engine allowed a reply: the largest mean per reply is exactly this."""

WINDOW = 10
"""Own replies in the twenty messages of history that the recorded engine sent."""

KINDS = ("first", "edit", "plain")


def latency(recorded: Recordings) -> dict[str, Any]:
    """The regimes of latency, from replies that waited behind nobody's tests."""
    clean = [reply for reply in recorded.replies if not reply.waited and 0 < reply.latency < 180]
    seconds = [reply.latency for reply in clean if reply.edits >= 10] or [reply.latency for reply in clean]
    cap = round(quantiles(seconds, n=20)[-2], 1) if len(seconds) > 1 else 60.0  # nine of ten are below
    table: dict[str, Any] = {"cap": cap}
    for short, mode in (("pre", "preassigned"), ("dec", "decentralized")):
        mine = [reply for reply in clean if reply.run.mode == mode] or clean
        for kind in KINDS:
            some = [reply for reply in mine if _kind(reply) == kind] or mine
            table[f"{short}_{kind}"] = _regime(some, cap)
    return table


def _kind(reply: RecordedReply) -> str:
    return "first" if reply.turn == 1 else "edit" if reply.edits else "plain"


def _regime(replies: Sequence[RecordedReply], cap: float) -> dict[str, float]:
    rows = [(1.0, float(reply.edits), float(reply.tags)) for reply in replies]
    seconds = [min(reply.latency, cap) for reply in replies]
    # Errors grow with what is to be explained, so long replies count less.
    l0, per_edit, per_tag = least_squares(rows, seconds, [1 / value for value in seconds])
    l0 = max(l0, 0.3)  # no recorded model answers faster
    rounds: dict[tuple[str, int], list[float]] = defaultdict(list)
    for reply, row in zip(replies, rows, strict=True):
        expected = min(l0 + per_edit * row[1] + per_tag * row[2], cap)
        rounds[reply.run.name, reply.turn].append(math.log(reply.latency / expected))
    every = [value for values in rounds.values() for value in values]
    runs: dict[str, list[float]] = defaultdict(list)
    for (run, _), values in rounds.items():
        runs[run].append(fmean(values))
    sigma_reply, mean_noise = _within(list(rounds.values()), math.sqrt(pvariance(every)))
    spread, _ = _within(list(runs.values()), math.sqrt(pvariance(every)))
    sigma_round = math.sqrt(max(0.0, spread**2 - mean_noise))
    noise = fmean(spread**2 / len(values) for values in runs.values())
    sigma_run = math.sqrt(max(0.0, pvariance([fmean(values) for values in runs.values()]) - noise))
    return {
        "l0": round(l0, 3),
        "per_edit": round(per_edit, 3),
        "per_tag": round(per_tag, 4),
        "bias": round(fmean(every), 3),
        "sigma_reply": round(sigma_reply, 3),
        "sigma_round": round(sigma_round, 3),
        "sigma_run": round(sigma_run, 3),
    }


def _within(groups: Sequence[Sequence[float]], otherwise: float) -> tuple[float, float]:
    """The standard deviation within groups, and the mean variance that it gives the means of groups.

    ``otherwise`` if no group has two members.
    """
    several = [values for values in groups if len(values) > 1]
    spare = sum(len(values) - 1 for values in several)
    squares = sum(sum((v - fmean(values)) ** 2 for v in values) for values in several)
    sigma = math.sqrt(squares / spare) if spare else otherwise
    return sigma, fmean(sigma**2 / len(values) for values in groups)


def tokens(recorded: Recordings) -> dict[str, float | int]:
    """Tokens written and read, from the totals of runs, which is all that was recorded."""
    by_run: dict[str, list[RecordedReply]] = defaultdict(list)
    for reply in recorded.replies:
        by_run[reply.run.name].append(reply)
    runs = [run for run in recorded.runs if by_run[run.name]]
    rows = [
        (
            float(len(by_run[run.name])),
            float(sum(reply.edits for reply in by_run[run.name])),
            float(sum(reply.tags for reply in by_run[run.name])),
        )
        for run in runs
    ]
    # Relative errors: a run of a hundred rounds weighs as much as one of a single round.
    per_reply, per_edit, per_tag = least_squares(
        rows, [run.written for run in runs], [1 / run.written**2 for run in runs]
    )

    def written(reply: RecordedReply) -> float:
        return min(OUTPUT_CAP, per_reply + per_edit * reply.edits + per_tag * reply.tags)

    errors = [
        math.log(run.written / max(1.0, sum(written(reply) for reply in by_run[run.name]))) for run in runs
    ]
    history = []
    for run in runs:
        past: dict[str, list[float]] = defaultdict(list)
        turns = before = 0.0
        for reply in by_run[run.name]:
            recent = past[reply.agent][-WINDOW:]
            turns += len(recent)
            before += sum(recent)
            past[reply.agent].append(written(reply))
        history.append((float(len(by_run[run.name])), turns, before))
    base, per_past_turn, past_factor = least_squares(
        history, [run.read for run in runs], [1 / run.read**2 for run in runs]
    )
    return {
        "per_reply": round(per_reply, 1),
        "per_edit": round(per_edit, 1),
        "per_tag": round(per_tag, 1),
        "sigma": round(min(0.5, math.sqrt(pvariance(errors))), 4),
        "cap": OUTPUT_CAP,
        "base": float(round(base)),
        "per_past_turn": round(per_past_turn, 1),
        "past_factor": round(past_factor, 3),
        "window": WINDOW,
    }
