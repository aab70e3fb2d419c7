"""New tasks and dependencies: what fits the graph, whoever asks for it, a lead or a person."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from engine.record import events as ev
from engine.team.member import Team
from engine.world.paths import PathRefused, folded
from tasks.errors import nearest

ADDED_MAX = 500
"""Tasks that may be added to a run: ten times a team's suite. It bounds a lead gone wild."""

TITLE_MAX = 200
"""Characters of a title: it stands in one line of the board, in every prompt."""

DESCRIPTION_MAX = 16_384
"""Characters of a description: as of a message, for every agent may have to read it."""

FILES_MAX = 20
"""Files of one task; those of the suites have one."""

_BEGUN = {"in_progress": "in progress", "review": "handed in", "done": "done"}
"""What a task is that takes no more dependencies."""


class DoesNotFit(Exception):  # noqa: N818 - an answer, not an error of the engine
    """The graph cannot take it; ``sentence`` says why, ``reason`` is the word for it."""

    def __init__(self, reason: ev.Refusal, sentence: str) -> None:
        super().__init__(sentence)
        self.reason: ev.Refusal = reason
        self.sentence = sentence


def add_task(  # noqa: PLR0917 - the parts of one task
    team: Team,
    title: str,
    files: Iterable[str],
    description: str,
    after: Iterable[str],
    author: str,
    turn: int = 0,
) -> ev.TaskAdded:
    """Put a task without tests on the board and pass it on. Raises ``DoesNotFit``."""
    tasks, title = team.shape.tasks, " ".join(title.split())
    if len(team.shape.added) >= ADDED_MAX:
        raise DoesNotFit("limit", f"{ADDED_MAX} tasks were added to this run; no more are taken.")
    if not title:
        raise DoesNotFit("graph", "A task needs a title.")
    if len(title) > TITLE_MAX:
        raise DoesNotFit(
            "limit", f"The title has {len(title)} characters, more than {TITLE_MAX}: shorten it."
        )
    if len(description) > DESCRIPTION_MAX:
        said = f"The description has {len(description)} characters, more than {DESCRIPTION_MAX}: shorten it."
        raise DoesNotFit("limit", said)
    paths = _paths(team, files)
    name = posixpath.basename(paths[0]).partition(".")[0] or paths[0]
    for task in tasks.values():
        if task.name == name:
            said = f"Task {task.id} is called {name} already: give the first file another name."
            raise DoesNotFit("graph", said)
    spec = ev.TaskSpec(
        id=_next_id(tasks),
        name=name,
        title=title,
        description=description.strip() or title,
        files=paths,
        dependencies=tuple(dict.fromkeys(find(team, each) for each in after)),
    )
    event = team.bus.emit(ev.TaskAdded(spec=spec, author=author, turn=turn))
    team.pass_on(spec.id)
    return event


def add_dependency(team: Team, task: str, on: str, author: str, turn: int = 0) -> ev.DependencyAdded:
    """Have ``task`` wait for ``on``, too. Raises ``DoesNotFit``.

    ``on`` may be done, and then nothing waits; ``task`` may not have been begun, for nobody can undo that.
    """
    task, on = find(team, task), find(team, on)
    row = team.state.board.tasks[task]
    if (begun := _BEGUN.get(row.status)) is not None:
        raise DoesNotFit(
            "graph", f"Task {task} is {begun}; only one that nobody has begun can wait for more."
        )
    if on in row.dependencies:
        raise DoesNotFit("graph", f"Task {task} waits for {on} already.")
    cycle = _path(team, on, task)
    if cycle:
        chain = " → ".join((*reversed(cycle), on))
        raise DoesNotFit("graph", f"That would be a cycle: {chain} (each waits for the next).")
    return team.bus.emit(ev.DependencyAdded(task=task, dependency=on, author=author, turn=turn))


def find(team: Team, word: str) -> str:
    """The id of the task that ``word`` names by id or name. Raises ``DoesNotFit``."""
    tasks, word = team.shape.tasks, word.strip()
    for known in (word, word.removeprefix("task-").removeprefix("#")):
        if known in tasks:
            return known
    named = [task.id for task in tasks.values() if task.name == word]
    if len(named) == 1:
        return named[0]
    raise DoesNotFit("unknown", f"There is no task {word[:80]!r}.{nearest(word[:80], tuple(tasks))}")


def _paths(team: Team, files: Iterable[str]) -> tuple[str, ...]:
    taken = {folded(path): task.id for task in team.shape.tasks.values() for path in task.files}
    paths: dict[str, None] = {}
    for raw in files:
        try:
            path = team.workspace.clean(raw)
            team.workspace.check(path, "")
        except PathRefused as refusal:
            raise DoesNotFit(refusal.reason, refusal.sentence) from None
        if (owner := taken.get(folded(path))) is not None:
            raise DoesNotFit("graph", f"{path} is a file of task {owner} already: choose another.")
        paths[path] = None
    if not paths:
        raise DoesNotFit("graph", "A task needs a file that it is to write.")
    if len(paths) > FILES_MAX:
        raise DoesNotFit("limit", f"A task has at most {FILES_MAX} files, not {len(paths)}: split it.")
    return tuple(paths)


def _next_id(tasks: Iterable[str]) -> str:
    """One more than the largest number among the ids, or than their count where they are no numbers."""
    known = set(tasks)
    number = max([int(i) for i in known if i.isdecimal() and len(i) < 10] or [len(known)]) + 1
    while str(number) in known:
        number += 1
    return str(number)


def _path(team: Team, start: str, goal: str) -> tuple[str, ...]:
    """A chain of dependencies from ``start`` down to ``goal``; empty if there is none."""
    came: dict[str, str] = {start: ""}
    for each in (queue := [start]):
        if each == goal:
            chain = [each]
            while came[chain[-1]]:
                chain.append(came[chain[-1]])
            return tuple(chain)
        for dependency in team.shape.tasks[each].dependencies:
            if dependency not in came and dependency in team.shape.tasks:
                came[dependency] = each
                queue.append(dependency)
    return ()
