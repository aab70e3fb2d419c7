"""What agents did with their replies, counted: as agents with given work, and as agents who claim.

Counted on runs that ended: those that did not ran to the last round over one task that nobody closed, and
their hundreds of empty replies would hide how agents work. How many those are is ``forgets``.
"""

from __future__ import annotations

import math
import operator
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from engine.calibration.measure import mean, share, sketch
from engine.calibration.replies import RecordedReply, RecordedRun, Recordings

MODES = {"pre": "preassigned", "dec": "decentralized"}

GROWTHS = tuple(step / 10 for step in range(21))
"""Growths that are tried: from a team that errs as one agent does to agents that lead each other astray."""

PHASED = 0.1
"""Who completes at most this share of its claims in the same reply works in three phases."""

LISTED = 2.5
"""Who tries this many tasks at once, on the mean, tries those that wait for others, too."""


def given(recorded: Recordings) -> dict[str, Any]:
    """Behaviour where work is given out."""
    replies = [r for r in recorded.replies if r.run.mode == "preassigned" and r.run.success and r.load]
    first = [reply for reply in replies if reply.turn == 1]
    held = {(r.run.name, r.agent) for r in first if r.completes == 0}
    stepped = {(r.run.name, r.agent) for r in first if r.completes == 1 and r.load > 1}
    later = [r for r in replies if r.turn > 1]
    holding = [r for r in later if r.left and (r.run.name, r.agent) in held]
    idle = [r for r in later if not r.left]
    batches = [r for r in first if r.load >= 8 and r.completes > 1]

    def going(low: int, high: int) -> dict[str, float]:
        some = [r for r in holding if low <= r.turn <= high] or holding
        return {
            "all": share((r.completes >= r.left for r in some), 0.5),
            "one": share((r.completes == 1 < r.left for r in some), 0.25),
            "edits": mean(r.edits for r in some),
        }

    def capped(some: list[RecordedReply]) -> list[float]:
        return sketch((20 if r.completes >= r.load else r.completes for r in some), (0.0, 20.0))

    alone = [r for r in batches if r.run.agents == 1]
    team = [r for r in batches if r.run.agents > 1]
    return {
        "chain": _styles([r for r in first if r.run.structure != "parallel"]),
        "flat": _styles([r for r in first if r.run.structure == "parallel"]),
        "batch_alone": capped(alone or batches),
        "batch": capped(team or batches),
        "stays": share(
            (r.completes <= 1 for r in later if r.left > 1 and (r.run.name, r.agent) in stepped), 0.9
        ),
        "turn2": going(2, 2),
        "turn3": going(3, 6),
        "turn7": going(7, 1000),
        "idle": {
            "talks": share((r.edits + r.tags == 0 for r in idle), 0.5),
            "edits": mean(r.edits for r in idle),
            "tests": share((r.tests > 0 for r in idle), 0.5),
        },
        "p_test": share((r.tests > 0 for r in first if r.edits), 0.5),
        "claims": round(min(1.0, sum(r.attempts for r in first) / max(1, sum(r.edits for r in first))), 4),
    }


def _styles(first: Sequence[RecordedReply]) -> dict[str, Any]:
    big = [r for r in first if r.load >= 14]
    alone = [r for r in big if r.run.agents == 1]
    team = [r for r in big if r.run.agents > 1]
    return {
        "alone": _style(alone or big),
        "small": _style([r for r in first if r.load <= 3]),
        "mid": _style([r for r in first if 4 <= r.load <= 13]),
        "big": _style(team or alone),
    }


def _style(replies: Sequence[RecordedReply]) -> dict[str, float]:
    several = [r for r in replies if r.load > 1]
    hold = share((r.completes == 0 for r in replies), 0.0)
    return {
        "hold": hold,
        "step": min(1 - hold, share((r.completes == 1 for r in several), 0.0)),
        "edits": mean(r.edits for r in replies if r.completes == 0),
    }


def claiming(recorded: Recordings) -> dict[str, Any]:
    """Behaviour where agents claim, by kind of graph, alone and in a team."""
    every = [r for r in recorded.replies if r.run.mode == "decentralized" and r.run.success]
    found = {}
    for kind in ("chain", "flat"):
        here = [r for r in every if (r.run.structure == "parallel") == (kind == "flat")] or every
        alone = [r for r in here if r.run.agents == 1]
        team = [r for r in here if r.run.agents > 1]
        # Who waits in a team does so for what others hold: when they hold nothing, one works as if alone.
        found[f"{kind}_alone"] = _claiming(alone or [r for r in team if not r.others] or here)
        found[f"{kind}_team"] = _claiming(team or here)
    return found


def _claiming(replies: Sequence[RecordedReply]) -> dict[str, Any]:
    first = [r for r in replies if r.turn == 1]
    later = [r for r in replies if r.turn > 1]
    # What the second of a round tries and does not get was not recorded: the first one's claims are all seen.
    leading = [r for r in later if r.place == 0 and r.open]
    idle = [r for r in leading if not r.own]
    second = [r for r in idle if r.turn == 2]
    rest = [r for r in idle if r.turn > 2] or idle
    owning = [r for r in later if r.own]
    behind = [r for r in replies if r.place >= 1 and not r.own and 1 <= r.taken <= 2 and r.open > r.taken]
    same = share((r.completes > 0 for r in later if r.claims and not r.own), 0.9)
    tried = [r.attempts for r in leading if r.attempts]
    return {
        "turn1_attempts": sketch(r.attempts for r in first if r.place == 0),
        "turn1_edits": sketch(r.edits for r in first),
        "turn1_complete_same": share((r.completes > 0 for r in first if r.claims), same),
        "attempt_p_turn2": share((r.attempts > 0 for r in second), 0.9),
        "attempts_turn2": sketch((r.attempts for r in second if r.attempts), (0.0, 1.0)),
        "attempt_p": share((r.attempts > 0 for r in rest), 0.9),
        "attempts": sketch((r.attempts for r in rest if r.attempts), (0.0, 1.0)),
        "attempt_p_when_open": share((r.attempts > 0 for r in owning if not r.completes), 0.1),
        "complete_same": same,
        "open_complete_p": share((r.completes > 0 for r in owning), 0.9),
        "second_reply_claim_p": share((r.claims > 0 for r in behind), 0.5),
        "edits_turn2_3": sketch(r.edits for r in later if r.turn <= 3),
        "edits": sketch(r.edits for r in later if r.turn > 3),
        "p_test": share((r.tests > 0 for r in later), 0.5),
        "phases": same <= PHASED,
        "listed": bool(tried) and sum(tried) / len(tried) >= LISTED,
    }


def forgets(recorded: Recordings, growths: Mapping[str, float]) -> dict[str, float]:
    """How often runs do not end, by kind of graph; ``growths`` as of ``growth``."""
    table = {}
    for short, mode in MODES.items():
        for kind in ("chain", "flat"):
            runs = [run for run in recorded.runs if run.mode == mode and _kind(run) == kind]
            table[f"{short}_{kind}"] = round(_hazard(_ends(runs), growths[short])[0], 4)
        table[f"{short}_growth"] = growths[short]
    return table


def growth(recorded: Recordings, *, common: bool = False) -> dict[str, float]:
    """How failures of one model grow with the team, by mode (``Forgets``), for all its suites.

    Each suite and kind of graph has a chance of its own; with ``common``, each kind of graph, as the model
    has then. It is the mean of all growths that are tried, each as likely as it makes the recorded ends: a
    few failures leave many growths nearly as likely, and the likeliest is then often the least of them, by
    chance. Without a failure, the mean is 1, where agents err independently.
    """
    found = {}
    for short, mode in MODES.items():
        groups: dict[tuple[str, str], list[RecordedRun]] = defaultdict(list)
        for run in recorded.runs:
            if run.mode == mode:
                groups["" if common else run.suite, _kind(run)].append(run)
        counts = [_ends(runs) for runs in groups.values()]
        found[short] = round(_mean_growth(counts), 2)
    return found


def _mean_growth(counts: Sequence[_Ends]) -> float:
    """The mean of ``GROWTHS``, weighted by the greatest likelihood that each allows."""
    logarithms = [math.fsum(_hazard(ends, each)[1] for ends in counts) for each in GROWTHS]
    top = max(logarithms)
    weights = [math.exp(each - top) for each in logarithms]
    return math.fsum(map(operator.mul, GROWTHS, weights)) / math.fsum(weights)


def _kind(run: RecordedRun) -> str:
    return "flat" if run.structure == "parallel" else "chain"


_Ends: TypeAlias = dict[int, tuple[int, int]]
"""By team size: runs that ended, and that did not."""


def _ends(runs: Sequence[RecordedRun]) -> _Ends:
    sizes = {run.agents for run in runs}
    good = Counter(run.agents for run in runs if run.success)
    every = Counter(run.agents for run in runs)
    return {size: (good[size], every[size] - good[size]) for size in sizes}


def _hazard(ends: _Ends, growth: float) -> tuple[float, float]:
    """q of the greatest likelihood where N agents fail with 1 - (1 - q)^(N^growth), and its logarithm.

    The likelihood is concave in -log(1 - q), so the search for its top closes in from both sides; 60 steps
    are far below what is kept of q.
    """
    if not any(failed for _, failed in ends.values()):
        return 0.0, 0.0

    def likelihood(rate: float) -> float:
        total = 0.0
        for size, (good, failed) in ends.items():
            power = rate * size**growth
            total += failed * math.log(-math.expm1(-power)) - good * power
        return total

    low, high = 1e-6, 8.0
    for _ in range(60):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (a, high) if likelihood(a) < likelihood(b) else (low, b)
    rate = (low + high) / 2
    return -math.expm1(-rate), likelihood(rate)
