"""Events of teams and task graphs that change while the run goes on."""

from __future__ import annotations

import msgspec

from engine.record.events.common import AgentSpec, Event, Role, TaskSpec
from engine.record.events.run import RunStarted


class AgentJoined(Event, frozen=True, kw_only=True, tag="agent_joined"):
    """``author`` took ``agent`` into the team (empty: not recorded who); it begins with the next round.

    One that was of the team before comes back as a stranger: with a new ``epoch`` and no memory.
    """

    agent: str
    role: Role
    model: str
    epoch: int
    author: str
    why: str = ""

    @property
    def spec(self) -> AgentSpec:
        """The new member."""
        return AgentSpec(name=self.agent, role=self.role, model=self.model)

    def on(self, start: RunStarted) -> RunStarted:
        """What the run is from here on: as before, but for the new member."""
        return msgspec.structs.replace(start, team=(*start.team, self.spec))


class AgentLeft(Event, frozen=True, kw_only=True, tag="agent_left"):
    """``author`` took ``agent`` out of the team at once. ``epoch`` is the one that ends.

    What is open of it is closed by the events that follow: its turn is cut, its locks and tasks are free.
    """

    agent: str
    epoch: int
    author: str
    why: str = ""

    def on(self, start: RunStarted) -> RunStarted:
        """What the run is from here on: as before, without the one who left."""
        return msgspec.structs.replace(
            start, team=tuple(spec for spec in start.team if spec.name != self.agent)
        )


class TaskAdded(Event, frozen=True, kw_only=True, tag="task_added"):
    """``author`` put a task on the board; ``turn`` is that of the lead who did, 0 for a person."""

    spec: TaskSpec
    author: str
    turn: int = 0


class DependencyAdded(Event, frozen=True, kw_only=True, tag="dependency_added"):
    """From here on ``task`` waits for ``dependency``, too. ``author`` and ``turn`` as in ``TaskAdded``."""

    task: str
    dependency: str
    author: str
    turn: int = 0


class ControlRefused(Event, frozen=True, kw_only=True, tag="control_refused"):
    """A command of ``author`` could not be carried out.

    ``entry`` is the number of an entry of the fault plan (from 1) whose moment passed so, null otherwise.
    """

    author: str
    command: str
    detail: str
    entry: int | None = None
