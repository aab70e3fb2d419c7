"""One sample of an evaluation: who worked on it, what models said, what it scored, as lines of a team log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from engine.interop.loose import Object, count, name, part, parts, seconds, text
from engine.interop.teamlog import lines as log
from engine.interop.tools import OUTPUT_MAX, runs_tests, verdict_of, written

TITLE_MAX = 120
"""Characters of a sample's input that make a title."""

NOBODY = "solver"
"""Who acts where no span names an agent or a solver."""

RIGHT, WRONG = ("C", 1, True), ("I", "N", 0, False)
"""Scores that say yes or no; others (shares, points) are no verdict."""


class Sample:
    """A sample as read. ``agents`` begin their names with those of its spans, and end with ``suffix``."""

    def __init__(self, raw: Object, suffix: str) -> None:
        self._raw = raw
        self._suffix = suffix
        self._spans: dict[str, tuple[str, str, str]] = {}
        self._events = sorted(parts(raw, "events"), key=lambda each: seconds(each, "timestamp") or 0.0)
        for event in self._events:
            if name(event, "event") == "span_begin":
                above, kind = name(event, "parent_id"), name(event, "type")
                self._spans[name(event, "id")] = (above, kind, name(event, "name"))
        times = [at for event in self._events if (at := seconds(event, "timestamp")) is not None]
        self.start = seconds(raw, "started_at") or min(times, default=None)
        self.end = max(seconds(raw, "completed_at") or 0.0, *times, self.start or 0.0)

    @property
    def task(self) -> str:
        """What the sample is called: its id, with its epoch where it is not the first."""
        epoch = count(self._raw, "epoch") or 1
        number = name(self._raw, "id") or name(self._raw, "uuid") or "sample"
        return f"{number[: log.NAME_MAX - 20]}{f' epoch {epoch}' if epoch > 1 else ''}"

    def lines(self) -> Iterator[log.AnyLine]:
        """All that it tells, not in order of time."""
        first = next((self._agent(e) for e in self._events if name(e, "event") == "model"), None)
        owner = first or self._named(NOBODY)
        yield log.TaskAdded(
            ts=self.start, id=self.task, name=self.task, title=self._title(), description=self._input()
        )
        yield log.TaskClaimed(ts=self.start, task=self.task, agent=owner)
        acted: set[str] = set()
        for event in self._events:
            if event.get("pending") is True:
                continue
            if name(event, "event") == "model":
                acted.add(self._agent(event))
                yield from self._model(event)
            elif name(event, "event") == "tool":
                yield from self._tool(event)
            elif name(event, "event") == "span_end":
                yield from self._left(event, acted)
        yield from self._ended(owner)

    def _named(self, who: str) -> str:
        return f"{who[:100]}{self._suffix}"[: log.NAME_MAX]

    def _agent(self, event: Object) -> str:
        """The nearest agent's span around an event; without one the nearest solver's."""
        span, solver = name(event, "span_id"), ""
        for _ in range(100):  # deeper, or a circle
            if span not in self._spans:
                break
            span, kind, who = self._spans[span]
            if kind == "agent" and who:
                return self._named(who)
            solver = solver or (who if kind == "solver" else "")
        return self._named(solver or NOBODY)

    def _input(self) -> str:
        said = self._raw.get("input")
        if isinstance(said, str):
            return self._attached(said)[: log.TEXT_MAX]
        users = [each for each in parts(self._raw, "input") if name(each, "role") == "user"]
        return "\n".join(self._attached(_content(each)) for each in users)[: log.TEXT_MAX]

    def _title(self) -> str:
        return " ".join(self._input()[:2_000].split())[:TITLE_MAX] or self.task

    def _attached(self, words: str) -> str:
        """Long texts stand elsewhere in the sample."""
        where = words.removeprefix("attachment://")
        return text(part(self._raw, "attachments"), where) if where != words else words

    def _left(self, event: Object, acted: set[str]) -> Iterator[log.AnyLine]:
        """The turn of an agent ends with its span, if it acted in it."""
        span = name(event, "id")
        agent = self._agent({"span_id": span})
        if self._spans.get(span, ("", "", ""))[1] in {"agent", "solver"} and agent in acted:
            acted.discard(agent)
            yield log.TurnEnded(ts=seconds(event, "timestamp"), agent=agent)

    def _model(self, event: Object) -> Iterator[log.AnyLine]:
        agent, start = self._agent(event), seconds(event, "timestamp")
        took = event.get("working_time") or part(event, "output").get("time")
        known = isinstance(took, int | float) and not isinstance(took, bool) and 0 <= took < 1e9
        end = seconds(event, "completed") or ((start or 0.0) + float(took or 0.0) if known else start)
        yield log.TurnStarted(ts=start, agent=agent)
        if failed := text(event, "error") or text(part(event, "output"), "error"):
            yield log.CallFailed(ts=end, agent=agent, kind="error", detail=failed[:2_000])
            return
        usage = part(event, "output", "usage")
        made, whole = count(usage, "output_tokens"), count(usage, "total_tokens")
        cached = count(usage, "input_tokens_cache_read")
        sent = count(usage, "input_tokens")
        if sent is not None and made is not None:  # the sum alone says whether what was cached is part of it
            sent = max(sent, (whole or 0) - made)
        choice = next(iter(parts(part(event, "output"), "choices")), {})
        yield log.Replied(
            ts=end,
            agent=agent,
            text=self._attached(_content(part(choice, "message")))[: log.TEXT_MAX],
            seconds=max(0.0, round((end or 0.0) - (start or 0.0), 6)),
            input_tokens=sent,
            output_tokens=made,
            cached_tokens=cached,
            reasoning_tokens=count(usage, "reasoning_tokens"),
        )

    def _tool(self, event: Object) -> Iterator[log.AnyLine]:
        agent, start = self._agent(event), seconds(event, "timestamp")
        end = seconds(event, "completed") or start
        tool, given = name(event, "function"), part(event, "arguments")
        failed = bool(part(event, "error")) or event.get("failed") is True
        path, content = written(tool, given)
        if path and not failed:
            whole = None if content is None else self._attached(content)[: log.TEXT_MAX]
            yield log.FileEdited(ts=end, agent=agent, path=path, content=whole)
        elif runs_tests(tool, given):
            printed = self._attached(text(event, "result"))
            verdict: Literal["passed", "failed"] | None = "failed" if failed else verdict_of(printed)
            if verdict is not None:
                yield log.TestsStarted(ts=start, agent=agent)
                yield log.TestsFinished(ts=end, agent=agent, verdict=verdict, output=printed[-OUTPUT_MAX:])

    def _ended(self, owner: str) -> Iterator[log.AnyLine]:
        """Scores are the tests of a sample; one that broke off is nobody's work again."""
        passed, failed = [], []
        for scorer, score in part(self._raw, "scores").items():
            value = score.get("value") if isinstance(score, dict) else None
            if isinstance(value, str | int | float) and value in RIGHT:
                passed.append(str(scorer)[: log.NAME_MAX] or "score")
            elif isinstance(value, str | int | float) and value in WRONG:
                failed.append(str(scorer)[: log.NAME_MAX] or "score")
        if passed or failed:
            yield log.TestsFinished(
                ts=self.end,
                agent=owner,
                verdict="failed" if failed else "passed",
                passed=tuple(passed),
                failed=tuple(failed),
                seconds=0.0,
            )
        if self._raw.get("error"):
            yield log.TaskReleased(ts=self.end, task=self.task)
        else:
            evidence: Literal["passed", "failed", "unknown"] = "unknown"
            if passed or failed:
                evidence = "failed" if failed else "passed"
            yield log.TaskCompleted(ts=self.end, task=self.task, agent=owner, evidence=evidence)


def _content(message: Object) -> str:
    """The text of a message, be it one text or a list of parts."""
    return text(message, "content") or "\n".join(text(each, "text") for each in parts(message, "content"))
