"""From a plan that shows a violation to a small one that still does: delta debugging (Zeller 2002).

First whole entries go, in halves, quarters and one by one; then what is left is made shorter and simpler:
one target instead of all, default parameters, short durations, early rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.faults.catalogue import BY_KIND
from engine.faults.plan import Planned

Plan = tuple[Planned, ...]

TRIALS = 120
"""Runs per plan at most: a few seconds."""


def shrink(plan: Plan, fails: Callable[[Plan], bool], trials: int = TRIALS) -> Plan:
    """The smallest plan found within ``trials`` for which ``fails`` is still true, as it is for ``plan``."""
    budget = _Budget(fails, trials)
    if budget.fails(()):
        return ()
    plan = _fewer(plan, budget)
    return _simpler(plan, budget)


class _Budget:
    """Asks, as long as there are trials left; after that nothing fails any more."""

    def __init__(self, fails: Callable[[Plan], bool], trials: int) -> None:
        self._fails = fails
        self._left = trials

    def fails(self, plan: Plan) -> bool:
        """Whether the plan still shows the violation."""
        self._left -= 1
        return self._left >= 0 and self._fails(plan)


def _fewer(plan: Plan, budget: _Budget) -> Plan:
    size = max(1, len(plan) // 2)
    while plan:
        for start in range(0, len(plan), size):
            rest = plan[:start] + plan[start + size :]
            if budget.fails(rest):
                plan = rest
                break
        else:
            if size == 1:
                break
            size = max(1, size // 2)
        size = min(size, max(1, len(plan)))
    return plan


def _simpler(plan: Plan, budget: _Budget) -> Plan:
    for place in range(len(plan)):
        for simpler in _steps(plan[place]):
            candidate = (*plan[:place], simpler(plan[place]), *plan[place + 1 :])
            if candidate != plan and budget.fails(candidate):
                plan = candidate
    return plan


def _steps(entry: Planned) -> Iterator[Callable[[Planned], Planned]]:
    """Ways to make an entry simpler; each takes the entry as the steps before it left it."""
    spec = BY_KIND.get(entry.kind)
    if entry.target == "all":
        yield lambda now: replace(now, target="Dev1")
    for param in spec.params if spec is not None else ():
        yield lambda now, param=param: replace(  # type: ignore[misc]  # a default binds the loop's value
            now, params={**now.params, param.name: param.default}
        )
    for seconds in (1.0, 10.0):
        yield lambda now, seconds=seconds: replace(  # type: ignore[misc]  # as above
            now, duration_seconds=seconds if now.duration_seconds is not None else None
        )
    yield lambda now: replace(now, times=1)
    if entry.at_round is not None:
        yield lambda now: replace(now, at_round=1)
    if entry.at_seconds is not None:
        yield lambda now: replace(now, at_seconds=0.0)
        yield lambda now: replace(now, at_seconds=float(round(now.at_seconds or 0.0)))
