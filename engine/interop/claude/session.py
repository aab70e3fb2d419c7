"""One transcript: what an agent was told, thought and did, as lines of a team log with their times.

A reply is spread over several records that share a message id and repeat its usage; it is one reply, and it
is known to be whole when a record of something else follows. Tools are the agent's actions: edits of files,
changes of the task list, mail, commands. A command that runs tests is a test run that ends with its result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.interop.loose import Object, count, name, part, parts, seconds, text, texts
from engine.interop.teamlog import lines as log
from engine.interop.tools import OUTPUT_MAX, RUNS_TESTS

EDITS = {"Write": "content", "Edit": "", "MultiEdit": "", "NotebookEdit": ""}
"""Tools that write a file, and the argument that holds all of it, where there is one."""


@dataclass(slots=True)
class _Reply:
    id: str
    ts: float | None
    texts: list[str] = field(default_factory=list)
    usage: Object = field(default_factory=dict)
    tools: list[Object] = field(default_factory=list)


@dataclass(slots=True)
class Session:
    """The transcript of ``agent``. ``sent`` is told of every message (sender, recipient, text)."""

    agent: str
    sent: Callable[[str, str, str], None]
    _cwd: str = ""
    _reply: _Reply | None = None
    _tests: set[str] = field(default_factory=set)
    _creating: dict[str, Object] = field(default_factory=dict)

    def take(self, record: Object) -> Iterator[log.AnyLine]:
        """The lines that a record makes, or lets be made of those before it."""
        kind, message = name(record, "type"), part(record, "message")
        ts = seconds(record, "timestamp")
        self._cwd = text(record, "cwd") or self._cwd
        if kind == "assistant" and record.get("isApiErrorMessage") is not True:
            number = name(message, "id") or name(record, "uuid")
            if self._reply is not None and self._reply.id != number:
                yield from self.flush()
            if self._reply is None:
                self._reply = _Reply(number, ts)
            self._gather(message)
            return
        yield from self.flush()
        if kind == "assistant":
            said = "\n".join(text(block, "text") for block in parts(message, "content"))
            yield log.CallFailed(ts=ts, agent=self.agent, kind="provider", detail=said)
        elif kind == "user" and record.get("isMeta") is not True:
            for block in parts(message, "content"):
                if name(block, "type") == "tool_result":
                    yield from self._result(ts, block, record)
            yield log.TurnStarted(ts=ts, agent=self.agent)

    def _gather(self, message: Object) -> None:
        assert self._reply is not None
        self._reply.usage = part(message, "usage") or self._reply.usage
        for block in parts(message, "content"):
            if name(block, "type") == "text":
                self._reply.texts.append(text(block, "text"))
            elif name(block, "type") == "tool_use":
                self._reply.tools.append(block)

    def flush(self) -> Iterator[log.AnyLine]:
        """The reply that was gathered, and what the agent did with it."""
        reply, self._reply = self._reply, None
        if reply is None:
            return
        sent = count(reply.usage, "input_tokens")
        cached = count(reply.usage, "cache_read_input_tokens")
        written = count(reply.usage, "cache_creation_input_tokens")
        yield log.Replied(
            ts=reply.ts,
            agent=self.agent,
            text="\n".join(reply.texts)[: log.TEXT_MAX],
            input_tokens=None if sent is None else sent + (cached or 0) + (written or 0),
            output_tokens=count(reply.usage, "output_tokens"),
            cached_tokens=cached,
        )
        for tool in reply.tools:
            yield from self._used(reply.ts, tool)

    # ------------------------------------------------------------ tools

    def _used(self, ts: float | None, tool: Object) -> Iterator[log.AnyLine]:
        what, call, given = name(tool, "name"), name(tool, "id"), part(tool, "input")
        if what in EDITS:
            if path := name(given, "file_path", "notebook_path", "path"):
                content = given.get(EDITS[what]) if EDITS[what] else None
                whole = content[: log.TEXT_MAX] if isinstance(content, str) else None
                below = path.removeprefix(f"{self._cwd}/") if self._cwd else path
                yield log.FileEdited(ts=ts, agent=self.agent, path=below or path, content=whole)
        elif what == "Bash":
            if RUNS_TESTS.search(text(given, "command")):
                self._tests.add(call)
                yield log.TestsStarted(ts=ts, agent=self.agent)
        elif what == "TaskCreate":
            self._creating[call] = given
        elif what == "TaskUpdate":
            yield from self._task_changed(ts, given)
        elif what in {"SendMessage", "SendMessageTool"}:
            yield from self._message(ts, given)

    def _task_changed(self, ts: float | None, given: Object) -> Iterator[log.AnyLine]:
        task, status = name(given, "taskId", "task_id", "id"), name(given, "status")
        owner = name(given, "owner")
        if not task:
            return
        for dependency in texts(given, "addBlockedBy"):
            yield log.DependencyAdded(ts=ts, task=task, dependency=dependency)
        for other in texts(given, "addBlocks"):
            yield log.DependencyAdded(ts=ts, task=other, dependency=task)
        if status == "in_progress":
            yield log.TaskClaimed(ts=ts, task=task, agent=owner or self.agent)
        elif status == "completed":
            yield log.TaskCompleted(ts=ts, task=task, agent=owner or self.agent)
        elif status == "pending":
            yield log.TaskReleased(ts=ts, task=task)
        elif owner:
            yield log.TaskAssigned(ts=ts, task=task, agent=owner, by=self.agent)

    def _message(self, ts: float | None, given: Object) -> Iterator[log.AnyLine]:
        words = text(given, "content", "message", "text") or text(part(given, "message"), "content", "text")
        to = name(given, "recipient", "to")
        if not words:
            return
        everybody = name(given, "type") == "broadcast" or to in {"", "*", "all"}
        self.sent(self.agent, "" if everybody else to, words)
        recipients = () if everybody else (to,)
        yield log.MessageSent(ts=ts, sender=self.agent, text=words, recipients=recipients)

    def _result(self, ts: float | None, block: Object, record: Object) -> Iterator[log.AnyLine]:
        call = name(block, "tool_use_id")
        if call in self._tests:
            self._tests.discard(call)
            output = _printed(block)
            stopped = part(record, "toolUseResult").get("interrupted") is True
            failed = block.get("is_error") is True
            yield log.TestsFinished(
                ts=ts,
                agent=self.agent,
                verdict="timeout" if stopped else "failed" if failed else "passed",
                output=output[-OUTPUT_MAX:],
            )
        elif call in self._creating:
            given = self._creating.pop(call)
            found = re.search(r"#(\w{1,40})", _printed(block))
            number = name(part(record, "toolUseResult", "task"), "id") or (found.group(1) if found else "")
            if number and block.get("is_error") is not True:
                yield log.TaskAdded(
                    ts=ts,
                    id=number,
                    name=name(given, "subject"),
                    title=text(given, "subject"),
                    description=text(given, "description"),
                    author=self.agent,
                )


def _printed(block: Object) -> str:
    """The text of a result, be it one text or a list of blocks."""
    return text(block, "content") or "\n".join(text(each, "text") for each in parts(block, "content"))
