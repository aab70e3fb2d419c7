"""One agent's turn as the simulated model sees it: the messages, read, and what follows from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from engine.models.base import Message
from engine.models.simulated import knowledge
from engine.models.simulated.draws import Draws
from engine.models.simulated.past import Memory, Past
from engine.models.simulated.plan import Plan
from engine.models.simulated.prompt import (
    OPEN,
    Brief,
    Outcome,
    Prompt,
    Row,
    amended,
    read_brief,
    read_prompt,
)

_TEST_FILE = re.compile(r"\btest_(\w+)\.py\b")
_FILES = re.compile(r"^Files: (.+?)\.?$", re.M)


class Turn:
    """Everything a behaviour decides from, and the plan it fills."""

    def __init__(self, seed: int, messages: Sequence[Message], memory: Memory) -> None:
        self.messages = messages
        self.me = read_brief(messages[0].text if messages else "").agent
        last = messages[-1] if messages else None
        self.prompt: Prompt = read_prompt(last.text if last is not None and last.role == "user" else "")
        self.past: Past = memory.recall(self.me, messages, self.prompt)
        self.brief: Brief = _brief(messages, self.past)
        self.number = self.past.turn
        # A failed call leaves no reply behind, so the round, not the count of replies, tells turns apart.
        self.draws = Draws(seed, self.me, self.prompt.round or self.number)
        self.backups = [task for task, (kind, _) in self.prompt.copies.items() if kind == "backup"]
        if self.backups:  # such a turn may be the second one of its round
            again = f"{self.me} copies {','.join(self.backups)} at {self.number}"
            self.draws = Draws(seed, again, self.prompt.round)
        self.always = Draws(seed, self.me, 0)  # draws that hold for the whole run
        self.plan = Plan()
        board, own = self.prompt.board, self.prompt.copies
        self.rows, self.done, self.free, self.ready = board.rows, board.done, board.free, board.ready
        self.mine = [row for row in board.owned.get(self.me, ()) if row.status in OPEN]
        if own:
            copies = {task for task, (_, state) in own.items() if state == "open"} - self.done
            copies.update(row.id for row in self.mine)
            self.mine = [row for row in self.rows if row.id in copies]
            self.free = [row for row in self.free if row.id not in own]
            self.ready = [row for row in self.ready if row.id not in own]
        if self.brief.strategy == "quorum":
            self.free, self.ready = [], []  # nobody claims

    @property
    def solo(self) -> bool:
        """True if there is one developer."""
        return len(self.brief.developers) == 1

    @property
    def chained(self) -> bool:
        """True if the graph holds more than a few dependencies (the recordings' flat one holds one)."""
        return sum(1 for row in self.rows if row.dependencies) > max(1, len(self.rows) // 10)

    @property
    def chain(self) -> float:
        """The longest chain of the graph, as a share of its tasks."""
        return _longest(tuple((row.id, row.dependencies) for row in self.rows)) / max(1, len(self.rows))

    def can_start(self, row: Row) -> bool:
        """True if all dependencies of the task were done when the prompt was written."""
        return self.done.issuperset(row.dependencies)

    def claimable(self) -> list[Row]:
        """Tasks that are ready and free for the agent to claim.

        Under a lead that is only so once the lead is lost, and then their texts are shown. Where ready tasks
        are given out it is never so.
        """
        if self.brief.strategy == "critical-path":
            return []
        if self.brief.strategy.startswith("lead"):
            # Texts are shown in listing order and each once, so the first few tell for all.
            return [row for row in self.ready[:8] if self.description(row)]
        return self.ready

    def paths(self, row: Row) -> tuple[str, ...]:
        """Files of a task: as its text says, or in a known suite the file of its name."""
        usual = f"{row.name}.py"
        if knowledge.reference(self.brief.suite, usual) is not None:
            return (usual,)
        found = _FILES.search(self.description(row))
        names = (name.strip() for name in found[1].split(",")) if found else ()
        return tuple(name for name in names if name and '"' not in name) or (usual,)

    def description(self, row: Row) -> str:
        """The text of a task from the newest prompt that showed it; empty if none did."""
        if row.id in self.prompt.tasks:
            return self.prompt.tasks[row.id]
        heading = f"\n## Task {row.id}: "
        for message in reversed(self.messages[1:-1]):
            if message.role == "user":
                text = message.text
                if heading in text:
                    return read_prompt(text).tasks.get(row.id, "")
        return ""

    def written(self, row: Row) -> bool:
        """True if every file of the task exists, whoever wrote it."""
        return all(path in self.past.authors or path in self.plan.paths for path in self.paths(row))

    def wrote(self, row: Row) -> bool:
        """True if the agent itself wrote every file of the task, now or before."""
        return all(path in self.past.mine or path in self.plan.paths for path in self.paths(row))

    def write(self, row: Row, right: float) -> None:
        """Write the files of a task, each right with the given probability."""
        for path in self.paths(row):
            self.plan.edit(path, self.content(row, path, right))

    def content(self, row: Row, path: str, right: float) -> str:
        """A version of a file: right with the given probability, else one of the known wrong ones."""
        good = knowledge.reference(self.brief.suite, path)
        if good is None:
            if path.endswith(".py"):
                self.plan.say(f"I do not know how to do {row.name}, so this is a stub.")
                return knowledge.stub(row.name, row.title, self.description(row))
            return ""
        if not self.draws.chance(f"right {path}", right):
            versions = knowledge.wrong(self.brief.suite, path)
            if versions:
                return self.draws.choice(f"wrong {path}", versions)
        return good

    def refused(self, action: str, *reasons: str) -> list[Outcome]:
        """Refusals of an action in the last reply, for any of the reasons (none given: for any reason)."""
        return [
            outcome
            for outcome in self.prompt.outcomes
            if outcome.action == action
            and outcome.verdict == "refused"
            and (not reasons or outcome.reason in reasons)
        ]

    def failing(self) -> list[Row]:
        """Written tasks that the last test runs found failing, without those that only build on such."""
        names: set[str] = set()
        for outcome in self.prompt.outcomes:
            tested = outcome.action == "run_tests" and outcome.verdict in ("failed", "error")
            if tested or outcome.reason == "tests":
                names.update(_TEST_FILE.findall(outcome.text))
        if not names:
            return []
        failed = [row for row in self.rows if row.name in names and self.written(row)]
        ids = {row.id for row in failed}
        return [row for row in failed if not ids.intersection(row.dependencies)]

    def unverified(self) -> list[Row]:
        """Own tasks whose completion was refused because of tests."""
        ids = {outcome.object for outcome in self.refused("complete_task", "tests")}
        return [row for row in self.mine if row.id in ids]

    def rejected(self) -> list[Row]:
        """Own tasks that a reviewer gave back."""
        ids = {o.object for o in self.prompt.outcomes if o.action == "review" and o.verdict == "failed"}
        return [row for row in self.mine if row.id in ids]

    def right(self, row: Row) -> bool | None:
        """Whether the files of a task are as they should be, as far as that is known; null if one of them was
        not shown. Of a file that the suite does not know nothing can be said against what is written."""
        shown = self.prompt.contents
        if any(outcome.object in self.paths(row) for outcome in self.refused("read_file", "unknown")):
            return False  # nobody wrote it
        if any(path not in shown for path in self.paths(row)):
            return None
        known = (knowledge.reference(self.brief.suite, path) for path in self.paths(row))
        judged = zip(self.paths(row), known, strict=True)
        return all(good is None or shown[path] == good for path, good in judged)

    def below(self, row: Row) -> list[Row]:
        """Everything that a task builds on, nearest first."""
        found: dict[str, Row] = {}
        todo = list(row.dependencies)
        while todo:
            task = todo.pop(0)
            if task in self.prompt.board and task not in found:
                found[task] = self.prompt.board[task]
                todo += found[task].dependencies
        return list(found.values())

    def names(self, tasks: Iterable[str]) -> list[str]:
        """Names of tasks by id."""
        return [self.prompt.board[task].name for task in tasks if task in self.prompt.board]


@lru_cache(maxsize=16)  # every agent sees the same graph at every turn
def _longest(graph: tuple[tuple[str, tuple[str, ...]], ...]) -> int:
    """Tasks on the longest chain; a task that builds on itself, or on one that is not there, ends a chain."""
    needs = dict(graph)
    depth: dict[str, int] = {}
    for start in needs:
        stack = [start]
        while stack:
            task = stack[-1]
            depth.setdefault(task, 0)
            todo = [each for each in needs[task] if each in needs and each not in depth]
            if todo:
                stack += todo
            else:
                stack.pop()
                depth[task] = 1 + max((depth[each] for each in needs[task] if each in depth), default=0)
    return max(depth.values(), default=0)


def _brief(messages: Sequence[Message], past: Past) -> Brief:
    """What the first message says, as far as no later one has said otherwise."""
    brief = read_brief(messages[0].text if messages else "")
    if past.changed:
        brief = amended(brief, past.changed)
    role, team = past.role, past.team
    return replace(brief, role=role or brief.role, team=team or brief.team) if role or team else brief
