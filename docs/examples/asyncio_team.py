"""A hand-written team of three asyncio tasks that share a queue, and tell `teamtop watch` what they do.

    python asyncio_team.py team.jsonl &
    teamtop watch team.jsonl

Put your own call of a model where ``think`` sleeps. The log is the only thing that this program and teamtop
share: ``emitter.py`` is copied from teamtop (engine/interop/emitter.py) and needs nothing else.
"""

from __future__ import annotations

import asyncio
import random
import sys

try:
    from emitter import TeamLog  # the copy beside this file
except ImportError:
    from engine.interop.emitter import TeamLog  # teamtop is installed

TASKS = [
    {"id": "1", "title": "Read the input", "files": ["read.py"]},
    {"id": "2", "title": "Parse dates", "files": ["dates.py"], "dependencies": ["1"]},
    {"id": "3", "title": "Parse amounts", "files": ["amounts.py"], "dependencies": ["1"]},
    {"id": "4", "title": "Sum up by month", "files": ["months.py"], "dependencies": ["2", "3"]},
    {"id": "5", "title": "Print the table", "files": ["table.py"], "dependencies": ["4"]},
]


class Board:
    """Which tasks are free; asyncio runs one agent at a time, so that taking one needs no lock."""

    def __init__(self) -> None:
        self.open = {task["id"]: task for task in TASKS}
        self.done: set[str] = set()
        self.changed = asyncio.Condition()

    async def take(self) -> dict | None:
        """The next task whose dependencies are done; waits for one, null once all are taken."""
        async with self.changed:
            while self.open:
                for task in self.open.values():
                    if self.done.issuperset(task.get("dependencies", ())):
                        return self.open.pop(task["id"])
                await self.changed.wait()
        return None

    async def finish(self, task: str) -> None:
        """It is done: others may go on."""
        async with self.changed:
            self.done.add(task)
            self.changed.notify_all()


async def think(chance: random.Random, pace: float) -> str:
    """Ask the model; here it only takes its time."""
    await asyncio.sleep(pace * chance.uniform(0.5, 2.0))
    return "I have it."


async def agent(name: str, board: Board, log: TeamLog, pace: float) -> None:
    """Take tasks until none is left."""
    chance = random.Random(name)
    while (task := await board.take()) is not None:
        number = task["id"]
        log.turn_started(name)
        text = await think(chance, pace)
        log.replied(name, text, input_tokens=400, output_tokens=20)
        log.task_claimed(name, number)
        for path in task["files"]:
            log.file_edited(name, path, f"# {task['title']}\n")
        log.tests_started(name)
        await asyncio.sleep(pace * 0.2)
        log.tests_finished(name, "passed", passed=[f"test_{number}.py::test_it"])
        log.task_completed(name, number, evidence="passed")
        log.turn_ended(name)
        await board.finish(number)
    log.message_sent(name, "Nothing is left for me.")


async def main(path: str, pace: float) -> None:
    """Let ann, bob and cyd share the work."""
    log = TeamLog(path)
    names = ["ann", "bob", "cyd"]
    log.run_started("months", team=names, tasks=TASKS, records=["replies", "contents", "nodes", "tokens"])
    board = Board()
    await asyncio.gather(*(agent(name, board, log, pace) for name in names))
    log.run_ended()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "team.jsonl", float((sys.argv[2:] or ["2"])[0])))
