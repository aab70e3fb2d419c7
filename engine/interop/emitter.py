"""Writes a team log, which `teamtop watch FILE` shows while it grows. Copy this file into your program.

It needs nothing but Python (3.9 or newer). The words are those of the schema (docs/teamlog.md): one method
per type of line, each writes one JSON object and is done::

    log = TeamLog("team.jsonl")
    log.run_started(name="nightly", team=["ann", "bob"], tasks=[{"id": "1", "title": "Parse dates"}])
    log.turn_started("ann")
    log.replied("ann", text, input_tokens=812, output_tokens=90)
    log.task_claimed("ann", "1")

Lines may be written from several threads or asyncio tasks. A line that cannot be written is lost without a
word, for a log must never stop the team that it tells of: ``lost`` counts such lines, ``error`` is the last
reason.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path


class TeamLog:
    """Appends lines to the file at ``path``; ``clock`` gives seconds since 1970."""

    def __init__(self, path: str, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self.lost = 0
        self.error: BaseException | None = None
        self._clock = clock
        self._lock = threading.Lock()

    def line(self, kind: str, /, **fields: object) -> None:
        """Write a line of any type; fields that are ``None`` are left out."""
        with self._lock:
            record = {"type": kind, "ts": round(self._clock(), 6)}
            record.update((name, value) for name, value in fields.items() if value is not None)
            try:
                with Path(self.path).open("a", encoding="utf-8") as file:
                    file.write(json.dumps(record) + "\n")
            except (OSError, TypeError, ValueError) as error:
                self.lost, self.error = self.lost + 1, error

    # ------------------------------------------------------------ the run

    def run_started(
        self,
        name: str = "",
        *,
        strategy: str = "",
        team: Iterable[str | Mapping[str, object]] = (),
        tasks: Iterable[Mapping[str, object]] = (),
        records: Iterable[str] | None = None,
    ) -> None:
        """The first line. Agents are names, or ``{"name", "role", "model"}``; tasks are ``{"id", "title",
        "description", "files", "dependencies"}``. ``records`` names what will be told wherever it happens
        (``replies``, ``contents``, ``nodes``, ``tokens``, ``locks``, ``refusals``, ``rounds``)."""
        members = [{"name": each} if isinstance(each, str) else dict(each) for each in team]
        self.line(
            "run_started",
            name=name,
            strategy=strategy,
            team=members,
            tasks=[dict(task) for task in tasks],
            records=None if records is None else list(records),
        )

    def run_ended(self, outcome: str | None = None, detail: str = "") -> None:
        """The last line: ``completed``, ``stopped``, ``failed``; null: completed if all tasks are done."""
        self.line("run_ended", outcome=outcome, detail=detail)

    def round_started(self) -> None:
        """All begin a round together."""
        self.line("round_started")

    def round_ended(self) -> None:
        """All have ended it."""
        self.line("round_ended")

    # ------------------------------------------------------------ agents and turns

    def agent_joined(self, agent: str, role: str = "developer", model: str = "") -> None:
        """The team is one more."""
        self.line("agent_joined", agent=agent, role=role, model=model)

    def agent_left(self, agent: str, why: str = "") -> None:
        """The team is one less."""
        self.line("agent_left", agent=agent, why=why)

    def agent_crashed(self, agent: str, why: str = "") -> None:
        """An agent is down."""
        self.line("agent_crashed", agent=agent, why=why)

    def agent_revived(self, agent: str) -> None:
        """It is back."""
        self.line("agent_revived", agent=agent)

    def turn_started(self, agent: str) -> None:
        """Its model is asked."""
        self.line("turn_started", agent=agent)

    def replied(
        self,
        agent: str,
        text: str | None = None,
        *,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        seconds: float | None = None,
        cost_usd: float | None = None,
    ) -> None:
        """Its model answered."""
        self.line(
            "replied",
            agent=agent,
            text=text,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            seconds=seconds,
            cost_usd=cost_usd,
        )

    def call_failed(self, agent: str, kind: str, detail: str = "") -> None:
        """Its model could not be asked."""
        self.line("call_failed", agent=agent, kind=kind, detail=detail)

    def turn_ended(self, agent: str) -> None:
        """What it did about the answer is done."""
        self.line("turn_ended", agent=agent)

    # ------------------------------------------------------------ work

    def task_added(
        self,
        task: str,
        title: str = "",
        *,
        description: str = "",
        files: Iterable[str] = (),
        dependencies: Iterable[str] = (),
    ) -> None:
        """One more task, that waits for its ``dependencies``."""
        self.line(
            "task_added",
            id=task,
            title=title,
            description=description,
            files=list(files),
            dependencies=list(dependencies),
        )

    def task_assigned(self, agent: str, task: str, by: str = "") -> None:
        """Somebody gives it to an agent."""
        self.line("task_assigned", agent=agent, task=task, by=by)

    def task_claimed(self, agent: str, task: str) -> None:
        """An agent begins it."""
        self.line("task_claimed", agent=agent, task=task)

    def task_released(self, task: str) -> None:
        """It is nobody's again."""
        self.line("task_released", task=task)

    def task_completed(self, agent: str, task: str, evidence: str = "unknown") -> None:
        """It is done; ``evidence``: how its tests ended (``passed``, ``failed``, ``none``, ``unknown``)."""
        self.line("task_completed", agent=agent, task=task, evidence=evidence)

    def file_edited(self, agent: str, path: str, content: str | None = None) -> None:
        """An agent wrote a file, whole."""
        self.line("file_edited", agent=agent, path=path, content=content)

    def lock_acquired(self, agent: str, path: str) -> None:
        """An agent holds a file."""
        self.line("lock_acquired", agent=agent, path=path)

    def lock_denied(self, agent: str, path: str, holder: str = "") -> None:
        """An agent asked for a file that somebody else holds."""
        self.line("lock_denied", agent=agent, path=path, holder=holder)

    def lock_released(self, agent: str, path: str) -> None:
        """The file is free again."""
        self.line("lock_released", agent=agent, path=path)

    def tests_started(self, agent: str) -> None:
        """An agent tests."""
        self.line("tests_started", agent=agent)

    def tests_finished(
        self,
        agent: str,
        verdict: str,
        *,
        passed: Iterable[str] = (),
        failed: Iterable[str] = (),
        output: str = "",
    ) -> None:
        """How its tests ended: ``passed``, ``failed``, ``error`` or ``timeout``, and which did what."""
        self.line(
            "tests_finished",
            agent=agent,
            verdict=verdict,
            passed=list(passed),
            failed=list(failed),
            output=output,
        )

    def message_sent(
        self, sender: str, text: str, recipients: Iterable[str] = (), operator: bool = False
    ) -> None:
        """Somebody wrote to some (or to all) of the team; ``operator``: a person did."""
        self.line(
            "message_sent",
            sender=sender,
            text=text,
            recipients=list(recipients),
            operator=True if operator else None,
        )

    def action_refused(self, agent: str, action: str, what: str = "", detail: str = "") -> None:
        """Something that an agent tried had no effect."""
        self.line("action_refused", agent=agent, action=action, object=what, detail=detail)
