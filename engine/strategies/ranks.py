"""Upward ranks of a task graph: how much work still hangs on each task.

Topcuoglu, Hariri and Wu, "Performance-effective and low-complexity task scheduling for heterogeneous
computing" (IEEE TPDS 13(3), 2002), equation 5: rank_u(i) = w_i + max over successors j of (c_ij + rank_u(j)).
All agents share one workspace, so that handing a result on costs nothing: c_ij = 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush


def upward_ranks(
    dependencies: Mapping[str, Sequence[str]], weights: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Rank of each task: the weight of the heaviest chain that begins with it, itself included.

    ``dependencies`` lists for every task those it builds on; such as are not keys are left out, for they are
    done. Without ``weights`` every task weighs 1, and the rank is the length of the chain. The graph has no
    cycles; O(tasks + dependencies), without recursion, for chains may be thousands long.
    """
    successors: dict[str, list[str]] = {task: [] for task in dependencies}
    waits = dict.fromkeys(dependencies, 0)  # successors without a rank
    for task, needs in dependencies.items():
        for need in dict.fromkeys(needs):
            if need in successors:
                successors[need].append(task)
                waits[need] += 1
    ranks: dict[str, float] = {}
    free = [task for task, count in waits.items() if count == 0]
    for task in free:  # grows while tasks become free
        own = 1.0 if weights is None else weights[task]
        ranks[task] = own + max((ranks[after] for after in successors[task]), default=0.0)
        for need in dict.fromkeys(dependencies[task]):
            if need in waits:
                waits[need] -= 1
                if waits[need] == 0:
                    free.append(need)
    return ranks


def earliest_finish(
    tasks: Sequence[str],
    free_at: Mapping[str, float],
    seconds: Mapping[str, float],
    barred: Mapping[str, str] | None = None,
) -> dict[str, list[str]]:
    """Who does which of ``tasks``, given by falling rank: each goes to the agent that ends it first.

    ``free_at`` is when each agent is through with what it has (seconds from now), ``seconds`` what a task
    takes it, in the order of the team, which settles ties. ``barred`` names for a task an agent that does
    not get it unless there is no other. This is the second phase of HEFT (section 4.2 there), without
    insertion into gaps, for there are none: agents do their tasks one after the other.
    O((tasks + agents) log agents).
    """
    queues: dict[str, list[str]] = {agent: [] for agent in free_at}
    ends = [(until + seconds[agent], place, agent) for place, (agent, until) in enumerate(free_at.items())]
    heapify(ends)  # by when each would end one more task
    for task in tasks if ends else ():
        aside = None
        if barred is not None and barred.get(task) == ends[0][2] and len(ends) > 1:
            aside = heappop(ends)
        end, place, best = heappop(ends)
        queues[best].append(task)
        heappush(ends, (end + seconds[best], place, best))
        if aside is not None:
            heappush(ends, aside)
    return queues
