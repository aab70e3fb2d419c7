"""Copies of a state that stands still while the original folds on: what a replay starts from."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterator
from typing import Any

from engine.record.state import AgentState, Lane, RunState


def copy_state(state: RunState) -> RunState:
    """An independent copy: folding on the one leaves the other as it is.

    What no event touches again is shared: spans and marks of lanes, lines, refusals, completions, and all
    turns and rounds but the latest. Containers of such, and plain rows, are copied here and the rest by
    ``deepcopy``, which would take a second for all of a state after 400,000 events.
    """
    twin = _copied(state, spans=True)
    twin.wire()
    return twin


def _copied(state: RunState, *, spans: bool) -> RunState:
    """A copy that no event comes to; without ``spans`` its lanes have none."""
    state.run.settle()  # what would measure the graph later knows the original only
    memo: dict[int, object] = {id(part): part.copy() for part in _settled(state)}
    memo |= {id(table): {key: part.copy() for key, part in table.items()} for table in _tables(state)}
    memo |= {id(table): {key: copy.copy(row) for key, row in table.items()} for table in _rows(state)}
    memo[id(state._handlers)] = {}
    memo[id(state.lanes.lanes)] = {name: _lane(lane, spans) for name, lane in state.lanes.lanes.items()}
    memo[id(state.agents.agents)] = {name: _agent(agent) for name, agent in state.agents.agents.items()}
    rounds = state.metrics.rounds.copy()
    if rounds:
        latest = rounds[-1] = copy.copy(rounds[-1])
        latest.latencies = latest.latencies.copy()
    memo[id(state.metrics.rounds)] = rounds
    tasks = {name: copy.copy(task) for name, task in state.board.tasks.items()}
    for task in tasks.values():
        task.owners = task.owners.copy()
    memo[id(state.board.tasks)] = tasks
    letters = {id(mail): copy.copy(mail) for mail in state.mail.messages}
    for letter in letters.values():
        letter.delivered, letter.lost = letter.delivered.copy(), letter.lost.copy()
    memo[id(state.mail.messages)] = deque(letters.values(), maxlen=state.mail.messages.maxlen)
    # A forged journal may have two messages of one name, of which one is found by it.
    memo[id(state.mail._by_id)] = {
        name: letters[id(mail)] for name, mail in state.mail._by_id.items() if id(mail) in letters
    }
    return copy.deepcopy(state, memo)


def _agent(agent: AgentState) -> AgentState:
    twin = copy.copy(agent)
    twin.rhythm, twin.pulse = copy.copy(agent.rhythm), copy.copy(agent.pulse)
    twin.lines, twin.turns = agent.lines.copy(), agent.turns.copy()
    if twin.turns:
        last = twin.turns[-1] = copy.copy(twin.turns[-1])
        last.lines = last.lines.copy()
    return twin


def _lane(lane: Lane, spans: bool) -> Lane:
    twin = copy.copy(lane)
    twin.spans, twin.marks = lane.spans.copy() if spans else [], lane.marks.copy()
    return twin


class Kept:
    """A state as it was at event ``seq``, kept to start from: ``restored`` is a copy to fold on.

    Spans of lanes, most of a long run's state, are not copied but shared with the state that goes on, which
    only adds to a list of them or begins another one.
    """

    def __init__(self, state: RunState) -> None:
        self.seq = state.seq
        self._spans = {name: (lane.spans, len(lane.spans)) for name, lane in state.lanes.lanes.items()}
        self._state = _copied(state, spans=False)

    def restored(self) -> RunState:
        """The state of then; independent of all others."""
        state = copy_state(self._state)
        for name, (spans, count) in self._spans.items():
            state.lanes.lanes[name].spans = spans[:count]
        return state


def _settled(state: RunState) -> Iterator[list[Any] | dict[Any, Any] | set[Any] | deque[Any]]:
    """Containers whose items nothing alters: to copy them, it takes no look at the items."""
    board, locks, files = state.board, state.locks, state.files
    yield from (
        locks.denials,
        locks.denied_by_path,
        locks.denied_by_agent,
        locks._requests,
        locks.held,
        state.metrics.completions,
        state.metrics.payments,
        state.run.acts,
        state.run.notes,
        state.faults.ended,
        state.drafts._tests,
    )
    yield from (board._open_dependencies, board._node_task, board._private, state.agents._names)
    yield files._open


def _tables(state: RunState) -> Iterator[dict[Any, Any]]:
    """Tables of such containers."""
    board, locks, files = state.board, state.locks, state.files
    yield from (board._dependents, board._path_tasks, board._owned, locks._heat, locks.refused_at)
    yield from (files._writers, files._contended, files._written)


def _rows(state: RunState) -> Iterator[dict[Any, Any]]:
    """Tables of rows with nothing but plain values in them."""
    yield from (state.files.files, state.files.clashes, state.paces._paces, state.paces._open)
