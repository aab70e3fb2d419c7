"""Who is of the team and what is to be done, as both change: raw, as the engine and prompts need it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from engine.record import events as ev


class Shape:
    """The fold of what shapes a run; ``team`` and ``tasks`` by name and id, in the order in which they came.

    ``left`` has those who went, with the epoch that ended; ``added`` are ids of tasks that came later.
    ``grown`` says whether the task graph is another than at the start, ``changed`` the same of the team.
    """

    def __init__(self, events: Iterable[ev.Event] = ()) -> None:
        self.team: dict[str, ev.AgentSpec] = {}
        self.tasks: dict[str, ev.TaskSpec] = {}
        self.left: dict[str, tuple[ev.AgentSpec, int]] = {}
        self.added: dict[str, None] = {}
        self.grown = False
        self.changed = False
        for event in events:
            self.apply(event)

    def apply(self, event: ev.Event) -> None:
        """Fold one event. Never raises: what does not fit is left out."""
        match event:
            case ev.RunStarted():
                self.team = {spec.name: spec for spec in event.team}
                self.tasks = {spec.id: spec for spec in event.tasks}
            case ev.TeamChanged():
                self.team = {spec.name: spec for spec in event.team}
            case ev.LeadLost(heir=str() as heir) if heir:
                self._role(event.agent, "developer")
                self._role(heir, "lead")
            case ev.AgentJoined():
                self.team[event.agent] = event.spec
                self.left.pop(event.agent, None)
                self.changed = True
            case ev.AgentLeft():
                if (spec := self.team.pop(event.agent, None)) is not None:
                    self.left[event.agent] = (spec, event.epoch)
                self.changed = True
            case ev.TaskAdded():
                if event.spec.id not in self.tasks:
                    self.tasks[event.spec.id] = event.spec
                    self.added[event.spec.id] = None
                self.grown = True
            case ev.DependencyAdded():
                if (task := self.tasks.get(event.task)) is not None:
                    self.tasks[event.task] = with_dependency(task, event.dependency)
                self.grown = True

    def _role(self, name: str, role: ev.Role) -> None:
        if name in self.team:
            self.team[name] = replace(self.team[name], role=role)
        elif name in self.left:
            spec, epoch = self.left[name]
            self.left[name] = (replace(spec, role=role), epoch)


def with_dependency(task: ev.TaskSpec, dependency: str) -> ev.TaskSpec:
    """``task``, waiting for ``dependency``, too."""
    return replace(task, dependencies=tuple(dict.fromkeys((*task.dependencies, dependency))))


def longest_chain(dependencies: Mapping[str, Iterable[str]]) -> int:
    """Number of tasks on the longest dependency chain; unknown ids and tasks of a cycle are left out."""
    waits = {task: sum(d in dependencies for d in set(ds)) for task, ds in dependencies.items()}
    after: dict[str, list[str]] = {}
    for task, ds in dependencies.items():
        for dependency in set(ds):
            after.setdefault(dependency, []).append(task)
    depth = {task: 1 for task, count in waits.items() if not count}
    for task in (order := list(depth)):
        for follower in after.get(task, ()):
            waits[follower] -= 1
            depth[follower] = max(depth.get(follower, 0), depth[task] + 1)
            if not waits[follower]:
                order.append(follower)
    return max((depth[task] for task in order), default=0)


def mix(models: Iterable[str]) -> str:
    """The models of a team in words: the name alone if all are of one, else ``3 × a, 1 × b``, most first."""
    counts: dict[str, int] = {}
    for model in models:
        counts[model] = counts.get(model, 0) + 1
    if len(counts) < 2:
        return next(iter(counts), "")
    return ", ".join(f"{n} × {model}" for model, n in sorted(counts.items(), key=lambda item: -item[1]))
