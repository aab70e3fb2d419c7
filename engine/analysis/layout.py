"""The rest of a run, laid out for one agent less, for the team as it is, and for one more.

The tasks that are left go longest chains first, as many a turn as agents have done. A task takes what it has
taken one agent: by saved one-agent runs if there are any, else by the team's own busy time without what
others wrote over. What the team took beyond that so far, waiting, doing things twice, is put down to its
size, in equal parts for every agent beyond the first (Karp and Flatt's straight line, see ``scaling``), and
so grows or shrinks with it.

Who joins a running team begins with the next turn, and gets what nobody has; who leaves loses half a turn, if
it is at one that counts.

Pure: from a folded run, no clock.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, pstdev

from engine.analysis.laws import Baseline
from engine.record.state import RunState

FEWEST_DONE = 3
"""Completed tasks before anything is said: fewer tell nothing of pace."""

FEWEST_REPLIES = 4
"""Replies of a single agent before the spread of its times tells what waiting for a second one would cost."""

CUT = 0.5
"""Turns that are lost when an agent leaves: the one that it is at, half of it on average."""

STEALING = ("work-stealing",)
"""Strategies under which who is idle takes over what others have not begun."""

CLAIMING = ("decentralized", "verified-by")
"""Strategies under which agents take tasks themselves, and so the same ones."""

COLLISIONS = 0.88
"""How much longer than laid out two agents that claim took, measured by what one took: the median over the 27
decentralized series that Mieczkowski et al. 2026 recorded. Who works alone has shown nothing of that."""

SEVERAL = ("quorum", "speculative")
"""Strategies under which several agents do one task: its graph does not say what an agent more would do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Seconds that the rest (or a whole run) takes with one agent less (null: there is but one), with
    ``agents``, with one more. ``given``: others have all that is left, so that who joins gets nothing.
    ``leaver`` is who has least in hand and so would be let go; empty for a whole run.
    """

    agents: int
    less: float | None
    same: float
    more: float
    given: bool
    leaver: str


def laid_out(
    state: RunState, tasks: Mapping[str, Sequence[str]], baseline: Baseline | None, *, another: bool = False
) -> Layout | str:
    """What ``tasks`` (with their dependencies) would take, or why that is unknown; ``another``: from the
    start, in another run.
    """
    agents = state.crew.developers
    if agents < 1:
        return "nobody is there now who does tasks"
    unit = _unit(state, baseline)
    if isinstance(unit, str):
        return unit
    # of a whole run agents who are given work take equal shares, however many tasks they do in a turn
    usual = 1 if another and state.run.strategy not in CLAIMING else _batch(state)
    excess = _excess(state, unit, usual)
    if isinstance(excess, str):
        return excess
    factor, slope = excess
    size = max(1.0, state.crew.mean(state.ts))

    turn = unit * usual
    batch = usual if another else _batch(state, late=True)
    kept = {} if another else _kept(state, tasks)

    def takes(n: int) -> float:
        turns = steps(tasks, n, batch, joins=n > agents and not another)
        return turns * turn * max(0.1, factor + slope * (n - size))

    same = takes(agents)
    less = takes(agents - 1) if agents > 1 else None
    leaver = "" if another or agents < 2 else _leaver(state)
    if less is not None and (state.board.owned(leaver) or state.run.strategy in CLAIMING) and not another:
        less += CUT * turn * max(0.1, factor)
    given = len(kept) == len(tasks)
    more = same if given else max(takes(agents + 1), steps(kept, agents, batch) * turn * max(0.1, factor))
    if not all(0 < seconds < math.inf for seconds in (same, more, same if less is None else less)):
        return "its tasks wait for each other, or its times make no sense"  # as forged journals have it
    return Layout(agents, less, same, more, given, leaver)


def _leaver(state: RunState) -> str:
    """Whom a team would miss least: who has fewest tasks in hand, has done least, came last. Where agents
    claim, what they have in hand changes with every reply; there it is who has done least.
    """
    claims = state.run.strategy in CLAIMING
    crew = [agent for agent in state.agents.present if agent.role == "developer"]
    ranked = [
        (0 if claims else len(state.board.owned(each.name)), each.done, each.name) for each in reversed(crew)
    ]
    return min(ranked, key=lambda each: each[:2])[2] if ranked else ""


def steps(tasks: Mapping[str, Sequence[str]], agents: int, batch: int = 1, *, joins: bool = False) -> int:
    """Turns in which so many agents do all tasks, each up to ``batch`` of the ready ones in a turn; if one
    ``joins``, the first turn is without it.

    Longest chains first (T. Hu 1961). Dependencies on tasks that are not among ``tasks`` count as done.
    """
    waits = {task: sum(each in tasks for each in before) for task, before in tasks.items()}
    after: dict[str, list[str]] = {task: [] for task in tasks}
    for task, before in tasks.items():
        for each in before:
            if each in after:
                after[each].append(task)
    rank = _ranks(after, dict(waits))
    ready = [(-rank[task], task) for task, open_ in waits.items() if not open_]
    heapq.heapify(ready)
    count = 0
    while ready:
        hands = agents - 1 if joins and not count else agents
        now = [heapq.heappop(ready)[1] for _ in range(min(max(1, hands) * batch, len(ready)))]
        count += 1
        for task in now:
            for each in after[task]:
                waits[each] -= 1
                if not waits[each]:
                    heapq.heappush(ready, (-rank[each], each))
    return count


def _ranks(after: Mapping[str, Sequence[str]], waits: dict[str, int]) -> dict[str, int]:
    """The longest chain from each task on, itself included."""
    order = [task for task, open_ in waits.items() if not open_]
    for task in order:
        for each in after[task]:
            waits[each] -= 1
            if not waits[each]:
                order.append(each)
    rank: dict[str, int] = {}
    for task in reversed(order):
        rank[task] = 1 + max((rank[each] for each in after[task]), default=0)
    return rank


def _kept(state: RunState, left: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """What is left that who joins does not get: the tasks that others have, or only those that they are at
    where idle agents take work over.
    """
    board = state.board.tasks
    stolen = state.run.strategy in STEALING
    mine = (task for task in left if board[task].owner and not (stolen and board[task].status == "assigned"))
    return {task: left[task] for task in mine}


def _unit(state: RunState, baseline: Baseline | None) -> float | str:
    """Seconds that a task takes one agent, or why that is unknown."""
    metrics = state.metrics
    done = len(metrics.completions)
    if state.run.source:
        return "another engine made this run, and its graph may be told in part only"
    if state.board.unnamed:
        return "which tasks were done is not recorded"
    if state.run.strategy in SEVERAL:
        return f"under {state.run.strategy} several agents do one task"
    if done < FEWEST_DONE:
        return f"{FEWEST_DONE} tasks have to be done first"
    if baseline is not None and done <= len(baseline.completion_seconds):
        return baseline.completion_seconds[done - 1] / done
    files = state.files
    lost = min(0.9, (files.rewrites + files.concurrent_writes) / files.edits) if files.edits else 0.0
    busy = metrics.completions[-1].busy * (1 - lost)
    return busy / done if busy > 0 else "no time has passed"


def _batch(state: RunState, *, late: bool = False) -> int:
    """How many tasks agents do in a turn in which they do any (``late``: in the later half of what is done):
    several leave others little to do.
    """
    done = state.metrics.completions
    if late:
        done = done[len(done) // 2 :]
    return max(1, round(len(done) / max(1, len({(each.agent, each.ts) for each in done}))))


def _excess(state: RunState, unit: float, batch: int) -> tuple[float, float] | str:
    """How many times as long as laid out it took so far, and by how much that grows with an agent more."""
    metrics = state.metrics
    size = max(1.0, state.crew.mean(state.ts))
    done = {task.id: task.dependencies for task in state.board.tasks.values() if task.status == "done"}
    elapsed = metrics.completions[-1].ts - (metrics.first_prompt or 0.0)
    laid_out = steps(done, round(size), batch) * unit * batch
    if elapsed <= 0 or laid_out <= 0:
        return "no time has passed"
    factor = elapsed / laid_out
    if size >= 1.5:
        return factor, max(0.0, (factor - 1) / (size - 1))
    logs = [math.log(seconds) for row in metrics.rounds for seconds in row.latencies if seconds > 0]
    if len(logs) < FEWEST_REPLIES:
        return f"{FEWEST_REPLIES} replies have to be there first"
    # the mean of the slower of two log-normal times, over that of one
    slower = 2 * NormalDist().cdf(pstdev(logs) / math.sqrt(2))
    growth = slower - 1
    return factor, factor * (max(growth, COLLISIONS) if state.run.strategy in CLAIMING else growth)
