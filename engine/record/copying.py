"""Copies of a state that stands still while the original folds on: what a replay starts from."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterator
from typing import Any

from engine.record.state import RunState


def copy_state(state: RunState) -> RunState:
    """An independent copy: folding on the one leaves the other as it is.

    What no event touches again is shared: spans and marks of lanes, lines, refusals, completions, and all
    turns and rounds but the latest. Containers of such, and plain rows, are copied here and the rest by
    ``deepcopy``, which would take a second for all of a state after 400,000 events.
    """
    memo: dict[int, object] = {id(part): part.copy() for part in _settled(state)}
    for agent in state.agents.agents.values():
        turns = agent.turns.copy()
        if turns:
            last = turns[-1] = copy.copy(turns[-1])
            last.lines = last.lines.copy()
        memo[id(agent.turns)] = turns
    rounds = state.metrics.rounds.copy()
    if rounds:
        latest = rounds[-1] = copy.copy(rounds[-1])
        latest.latencies = latest.latencies.copy()
    memo[id(state.metrics.rounds)] = rounds
    tasks = {name: copy.copy(task) for name, task in state.board.tasks.items()}
    for task in tasks.values():
        task.owners = task.owners.copy()
    memo[id(state.board.tasks)] = tasks
    memo[id(state.files.files)] = {path: copy.copy(file) for path, file in state.files.files.items()}
    for mail in state.mail.messages:
        memo[id(mail)] = letter = copy.copy(mail)
        letter.delivered, letter.lost = letter.delivered.copy(), letter.lost.copy()
    return copy.deepcopy(state, memo)


def _settled(state: RunState) -> Iterator[list[Any] | dict[Any, Any] | set[Any] | deque[Any]]:
    """Containers whose items nothing alters: to copy them, it takes no look at the items."""
    board, locks, files = state.board, state.locks, state.files
    for lane in state.lanes.lanes.values():
        yield lane.spans
        yield lane.marks
    for agent in state.agents.agents.values():
        yield agent.lines
    yield from (locks.denials, locks.held, state.metrics.completions, state.run.acts)
    yield from (board._open_dependencies, board._node_task, board._private, state.agents._names)
    for table in (board._dependents, board._path_tasks, board._owned):
        yield from table.values()
    for path in (locks._heat, files._writers, files._contended, files._written):
        yield from path.values()
    yield state.drafts._tests
