"""Add an agent, keep the team, or let one go: what the rest of a run would take, from what it has shown.

The tasks that are left are laid out for one agent less, for the team as it is, and for one more (longest
chains first, as many a turn as agents have done). A task takes what it has taken one agent: by saved
one-agent runs if there are any, else by the team's own busy time without what others wrote over. What the
team took beyond that so far, waiting, doing things twice, is put down to its size, in equal parts for every
agent beyond the first (Karp and Flatt's straight line, see ``scaling``), and so grows or shrinks with it.

Who joins a running team begins with the next turn, and gets what nobody has; who leaves loses half a turn.

Pure: from a folded run, no clock, cheap enough for every repaint that has news.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import NormalDist, pstdev
from typing import Any, Literal, TypeAlias

from engine.analysis.laws import Baseline
from engine.record.state import RunState

Verdict: TypeAlias = Literal["add", "keep", "remove", "unknown"]

FEWEST_DONE = 3
"""Completed tasks before anything is said: fewer tell nothing of pace."""

FEWEST_REPLIES = 4
"""Replies of a single agent before the spread of its times tells what waiting for a second one would cost."""

WORTH = 0.1
"""Share of the time that an agent more has to save: what is counted on is less sure than that."""

FREE = 0.1
"""Share of the time that an agent less may cost: it saves tokens."""

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
class Sizing:
    """``seconds`` that the rest (or all, see ``again``) takes with one agent less, with ``agents``, with one
    more; null where there can be no such team. Of an unknown verdict all are null, and ``sentence`` says why.
    """

    verdict: Verdict
    agents: int
    less: float | None
    same: float | None
    more: float | None
    sentence: str

    @property
    def effect(self) -> float | None:
        """Relative change of the time by what is advised, or by one agent more if the team is to stay."""
        other = self.less if self.verdict == "remove" else self.more
        return other / self.same - 1 if other is not None and self.same else None


def sizing(state: RunState, baseline: Baseline | None = None) -> Sizing | None:
    """Advice on the rest of a run; null before it began and once all tasks are done."""
    tasks = state.board.tasks.values()
    left = {task.id: task.dependencies for task in tasks if task.status != "done"}
    if not left or state.run.phase in ("starting", "ended"):
        return None
    return _advise(state, left, baseline)


def again(state: RunState, baseline: Baseline | None = None) -> Sizing | None:
    """Advice on another run of the same kind, from one that completed all tasks; null for any other."""
    if not state.completed:
        return None
    tasks = {task.id: task.dependencies for task in state.board.tasks.values()}
    return _advise(state, tasks, baseline, another=True)


def table(state: RunState, baseline: Baseline | None) -> dict[str, Any] | None:
    """The advice as reports have it: on the rest of the run, or on another one; null for neither."""
    found = again(state, baseline) or sizing(state, baseline)
    return None if found is None else {**asdict(found), "effect": found.effect}


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


def _advise(
    state: RunState,
    tasks: Mapping[str, Sequence[str]],
    baseline: Baseline | None,
    *,
    another: bool = False,
) -> Sizing:
    agents = state.crew.developers
    unit = _unit(state, baseline)
    # of a whole run agents who are given work take equal shares, however many tasks they do in a turn
    usual = 1 if another and state.run.strategy not in CLAIMING else _batch(state)
    excess = unit if isinstance(unit, str) else _excess(state, unit, usual)
    if isinstance(unit, str) or isinstance(excess, str):
        why = f"Whether an agent more would help is unknown: {excess}."
        return Sizing("unknown", agents, None, None, None, why)
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
    if less is not None and not another:
        less += CUT * turn * max(0.1, factor)
    given = len(kept) == len(tasks)
    more = same if given else max(takes(agents + 1), steps(kept, agents, batch) * turn * max(0.1, factor))
    verdict: Verdict = "keep"
    if more <= same * (1 - WORTH):
        verdict = "add"
    elif less is not None and less <= same * (1 + FREE):
        verdict = "remove"
    told = Sizing(verdict, agents, less, same, more, "")
    return replace(told, sentence=_sentence(told, given=given, another=another))


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


def _sentence(told: Sizing, *, given: bool, another: bool) -> str:
    agents, same, less, more = told.agents, told.same or 0.0, told.less, told.more or 0.0
    start = "another time, " if another else ""
    change = _change if another else _share  # how long the rest takes is less sure than what a size changes
    if told.verdict == "add":
        text = f"{start}add an agent: {agents + 1} would take {change(more, same)}"
    elif told.verdict == "remove" and less is not None:
        cost = "no more time" if less <= same else change(less, same)
        text = f"{start}let an agent go: {agents - 1} would take {cost}, and fewer tokens"
    else:
        one = "who joins gets nothing, for others have all that is left"
        why = one if given else f"one more would take {change(more, same)}"
        text = f"{start}keep {agents} agent{'' if agents == 1 else 's'}: {why}"
        text += f", one less {change(less, same)}" if less is not None else ""
    return text[:1].upper() + text[1:] + "."


def _change(seconds: float, same: float) -> str:
    """``12 s less (−18 %)``."""
    difference = seconds - same
    if abs(difference) < 0.005 * same:
        return "as long"
    word = "less" if difference < 0 else "more"
    size = f"{abs(difference):.0f} s" if abs(difference) >= 10 else f"{abs(difference):.1f} s"
    return f"{size} {word} ({100 * difference / same:+.0f} %)".replace("-", "−")


def _share(seconds: float, same: float) -> str:
    """``18 % less time``."""
    if abs(seconds - same) < 0.005 * same:
        return "as long"
    return f"{100 * abs(seconds / same - 1):.0f} % {'less' if seconds < same else 'more'} time"
