"""Histories built by hand, event by event: right by themselves, wrong where a test says so.

What a prompt shows, versions, bases, tokens, tree hashes and evidence are filled in as an engine would;
any field can be given instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from engine.analysis.consistency import Class, Finding, check
from engine.record import events as ev
from engine.world.treehash import content_hash, tree_hash
from tests.helpers.scripted import graph, started


class Book:
    """Writes a history: ``add`` any event, or the words of a team. Every event comes one second later."""

    def __init__(
        self, *names: str, agents: int = 3, after: dict[str, str] | None = None, **settings: Any
    ) -> None:
        self.events: list[ev.Event] = []
        self.now = 0.0
        self.round_ = 0
        self.turns = 0
        self.runs = 0
        self.open: dict[str, int] = {}
        self.contents: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.authors: dict[str, str] = {}
        self.tokens: dict[str, int] = {}
        self.held: dict[str, str] = {}
        self.known: dict[str, dict[str, int]] = {}
        self.news: dict[str, dict[str, int]] = {}
        self.inbox: dict[str, list[str]] = {}
        self.board = 1
        self.mails = 0
        tasks = graph(*(names or ("add", "sub")), **(after or {}))
        start = started(tasks, agents=agents, **{"locks": "none", **settings})
        self.team = [spec.name for spec in start.team]
        self.tests = {task.id: task.tests for task in tasks}
        self.add(start)

    # ------------------------------------------------------------ words

    def add(self, event: ev.Event, *, board: bool = False) -> int:
        """Append an event; returns its seq. ``board``: it changes the board."""
        self.now += 1.0
        seq = len(self.events) + 1
        self.events.append(msgspec.structs.replace(event, seq=seq, ts=self.now, round=self.round_))
        if board:
            self.board = seq
        return seq

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def round(self, *agents: str) -> None:
        """Begin a round with a turn, replied to, of each of ``agents`` (all of them if none is named)."""
        self.round_ += 1
        names = agents or tuple(self.team)
        self.add(ev.RoundStarted(agents=names))
        for name in names:
            self.turn(name, reply=False)
        for name in names:
            self.reply(name)

    def turn(
        self, agent: str, *, epoch: int = 1, reply: bool = True, seen: ev.Seen | None = None, own: int = 0
    ) -> int:
        self.turns += 1
        news = self.news.pop(agent, {})
        if seen is None:
            mail = tuple(self.inbox.pop(agent, ()))
            seen = ev.Seen(board=self.board, changes=tuple(news.items()), mail=mail)
        self.known.setdefault(agent, {}).update(dict(seen.changes) | dict(seen.files))
        self.open[agent] = self.turns
        turn = ev.TurnStarted(
            turn=self.turns, agent=agent, epoch=epoch, seen=seen, request="ab", own_round=own
        )
        seq = self.add(turn)
        if reply:
            self.reply(agent)
        return seq

    def reply(self, agent: str) -> int:
        said: dict[str, Any] = {"text": "So be it.", "finish_reason": "stop"}
        said |= {"input_tokens": 1, "output_tokens": 1}
        reply = ev.Replied(turn=self.open[agent], agent=agent, latency_seconds=1.0, attempts=1, **said)
        return self.add(reply)

    def end(self, agent: str, outcome: Any = "replied") -> int:
        return self.add(ev.TurnEnded(turn=self.open.pop(agent), agent=agent, outcome=outcome, effects=0))

    def close(self) -> int:
        """End all open turns, free all locks, end the round."""
        for agent in list(self.open):
            self.end(agent)
        for path in list(self.held):
            self.unlock(path)
        return self.add(ev.RoundEnded())

    def finish(self, outcome: Any = "completed", failed: Sequence[str] | None = None) -> int:
        seq = self.add(ev.RunEnded(outcome=outcome, wall_seconds=self.now))
        if failed is not None:
            passed = tuple(n for tests in self.tests.values() for n in tests if n not in failed)
            verdict: Any = "failed" if failed else "passed"
            self.add(ev.RunVerified(verdict=verdict, passed=passed, failed=tuple(failed)))
        return seq

    def number(self, agent: str) -> int:
        return self.open.get(agent, self.turns)

    # ------------------------------------------------------------ the board

    def assign(self, task: str, agent: str, by: str = "strategy", turn: int = 0) -> int:
        return self.add(ev.TaskAssigned(task=task, agent=agent, by=by, turn=turn), board=True)

    def claim(self, agent: str, *tasks: str) -> int:
        for task in tasks:
            self.add(ev.TaskClaimed(task=task, agent=agent, turn=self.number(agent)), board=True)
        return len(self.events)

    def release(self, agent: str, task: str, reason: Any = "released") -> int:
        turn = self.number(agent) if reason == "released" else 0
        return self.add(ev.TaskReleased(task=task, agent=agent, reason=reason, turn=turn), board=True)

    def complete(self, agent: str, *tasks: str, evidence: Any = "none") -> int:
        for task in tasks:
            turn = self.number(agent)
            self.add(ev.TaskCompleted(task=task, agent=agent, turn=turn, evidence=evidence), board=True)
        return len(self.events)

    # ------------------------------------------------------------ files, locks, tests

    def write(self, agent: str, path: str, content: str = "x = 1\n", **given: Any) -> int:
        version = self.versions.get(path, 0) + 1
        fields: dict[str, Any] = {
            "version": version,
            "base": self.known.get(agent, {}).get(path, 0),
            "content": content,
            "hash": content_hash(content),
            "previous": self.authors.get(path, ""),
            "token": self.tokens.get(path) if path in self.held else None,
        }
        edit = ev.FileEdited(path=path, agent=agent, turn=self.number(agent), **(fields | given))
        self.versions[path], self.authors[path], self.contents[path] = edit.version, agent, edit.content
        self.known.setdefault(agent, {})[path] = edit.version
        for other in self.team:
            if other == agent:
                self.news.get(other, {}).pop(path, None)
            else:
                self.news.setdefault(other, {})[path] = edit.version
        return self.add(edit)

    def lock(self, agent: str, path: str, token: int | None = None) -> int:
        number = self.tokens.get(path, 0) + 1 if token is None else token
        self.tokens[path], self.held[path] = number, agent
        return self.add(ev.LockAcquired(path=path, agent=agent, turn=self.number(agent), token=number))

    def deny(self, agent: str, path: str) -> int:
        turn, holder = self.number(agent), self.held.get(path, "Dev9")
        self.add(ev.LockDenied(path=path, agent=agent, turn=turn, holder=holder, age_seconds=1.0))
        return self.refuse(agent, "edit_file", path, "locked")

    def unlock(self, path: str, reason: Any = "barrier") -> int:
        agent = self.held.pop(path)
        return self.add(ev.LockReleased(path=path, agent=agent, token=self.tokens[path], reason=reason))

    def test(
        self, agent: str, *tasks: str, failed: Sequence[str] = (), verdict: Any = None, **given: Any
    ) -> int:
        """A run for ``tasks`` (none: all), whose nodes of the tasks in ``failed`` do not pass."""
        self.begin_test(agent, *tasks, **given)
        return self.end_test(agent, *tasks, failed=failed, verdict=verdict)

    def begin_test(self, agent: str, *tasks: str, tree: str | None = None) -> int:
        self.runs += 1
        saw = tree_hash(self.contents) if tree is None else tree
        turn = self.number(agent)
        return self.add(ev.TestsStarted(run=self.runs, agent=agent, turn=turn, tasks=tasks, tree=saw))

    def end_test(self, agent: str, *tasks: str, failed: Sequence[str] = (), verdict: Any = None) -> int:
        scope = tasks or tuple(self.tests)
        bad = tuple(node for task in scope if task in failed for node in self.tests[task])
        good = tuple(node for task in scope if task not in failed for node in self.tests[task])
        said: Any = verdict or ("failed" if bad else "passed")
        turn = self.number(agent)
        done = ev.TestsFinished(
            run=self.runs, agent=agent, turn=turn, verdict=said, passed=good, failed=bad, seconds=1.0
        )
        return self.add(done)

    # ------------------------------------------------------------ talk and trouble

    def send(self, agent: str, *to: str, deliver: bool = True, text: str = "Hello.") -> str:
        self.mails += 1
        id_ = f"m{self.mails}"
        kind: Any = "message" if agent in self.team else "operator"
        turn = self.number(agent) if agent in self.team else 0
        self.add(ev.MessageSent(id=id_, sender=agent, recipients=to, text=text, kind=kind, turn=turn))
        for name in to if deliver else ():
            self.deliver(id_, name)
        return id_

    def deliver(self, id_: str, to: str, *, show: bool = True) -> int:
        if show:
            self.inbox.setdefault(to, []).append(id_)
        return self.add(ev.MessageDelivered(id=id_, recipient=to))

    def refuse(self, agent: str, action: str, what: str, reason: Any) -> int:
        turn = self.number(agent)
        said = {"action": action, "object": what, "reason": reason, "detail": "No."}
        return self.add(ev.ActionRefused(agent=agent, turn=turn, **said))

    def crash(self, agent: str, *, epoch: int = 1, lease: float = 30.0) -> int:
        seq = self.add(ev.AgentCrashed(agent=agent, epoch=epoch, lease_until=self.now + 1.0 + lease))
        if agent in self.open:
            self.end(agent, "crashed")
        return seq

    def fault(self, kind: str, *targets: str) -> int:
        count = sum(isinstance(event, ev.FaultStarted) for event in self.events) + 1
        return self.add(ev.FaultStarted(id=count, kind=kind, targets=targets, params={}, author="you"))

    # ------------------------------------------------------------ verdicts

    def find(self, name: str, class_: Class) -> Finding:
        return check(self.events).get(name, class_)


def renumber(events: Sequence[ev.Event]) -> list[ev.Event]:
    """The events with seqs 1, 2, 3 … again after some were dropped or put in; what refers to seqs follows."""
    moved = {event.seq: place for place, event in enumerate(events, 1) if event.seq}
    fresh: list[ev.Event] = []
    for place, event in enumerate(events, 1):
        new = msgspec.structs.replace(event, seq=place)
        if isinstance(new, ev.TurnStarted):
            board = moved.get(new.seen.board, new.seen.board)
            new = msgspec.structs.replace(new, seen=msgspec.structs.replace(new.seen, board=board))
        fresh.append(new)
    return fresh
