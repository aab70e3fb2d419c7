"""Displays without a screen: a line per step (``plain``), per event (``log``), or nothing (``none``).

Everything printed comes out of ``RunState``, which holds cleaned text only. Writing happens in a thread: a
reader that stops reading (a pager, a full pipe) must not stop the team, whose clock would run on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from queue import SimpleQueue
from typing import IO, Literal, Protocol, TypeAlias

from engine.record import events as ev
from engine.record.state import LineKind, RunState
from tui.widgets.figures import clock, count

Kind: TypeAlias = Literal["plain", "log", "none"]

STEPS: frozenset[LineKind] = frozenset({"good", "bad", "question", "fault", "error"})
"""Lines of agents that the plain display shows: results and troubles, not every act."""

CLOSE_SECONDS = 5.0
"""How long the end of a run waits for a reader of its lines."""


class Display(Protocol):
    """Follows the events of a run."""

    def on_event(self, event: ev.AnyEvent) -> None:
        """Show what the event changed; returns at once."""
        ...

    def close(self) -> None:
        """Write out what is left."""
        ...


def make(kind: str, out: IO[str], past: Iterable[ev.AnyEvent] = ()) -> Display:
    """Return the display of that kind, writing to ``out``; ``past`` is known to it and not shown."""
    return Silence() if kind == "none" else Lines("log" if kind == "log" else "plain", out, past)


class Silence:
    """Shows nothing."""

    def on_event(self, event: ev.AnyEvent) -> None:
        """Ignore it."""

    def close(self) -> None:
        """Have nothing to do."""


class Lines:
    """Writes lines to a stream; a stream that is closed or full of errors is given up, the run goes on."""

    def __init__(self, kind: Literal["plain", "log"], out: IO[str], past: Iterable[ev.AnyEvent] = ()) -> None:
        self.state = RunState.of(past)
        self._log = kind == "log"
        self._out = out
        self._seen = {name: agent.line_count for name, agent in self.state.agents.agents.items()}
        self._acts = 0
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="display", daemon=True)
        self._writer.start()

    def on_event(self, event: ev.AnyEvent) -> None:
        """Write the lines that the event brought."""
        self.state.apply(event)
        for line in self._lines(event):
            self._queue.put(line)

    def close(self) -> None:
        """Wait for the writer, for a reader that has stalled not longer than some seconds."""
        self._queue.put(None)
        self._writer.join(CLOSE_SECONDS)

    def _write(self) -> None:
        try:
            while (line := self._queue.get()) is not None:
                self._out.write(line + "\n")
                if self._queue.empty():
                    self._out.flush()
        except (OSError, ValueError):
            return  # nobody reads any more

    def _lines(self, event: ev.AnyEvent) -> list[str]:
        state = self.state
        if isinstance(event, ev.RunStarted):
            return [self._header()]
        if isinstance(event, ev.RunResumed):
            return [self._header(), *self._people(event)]
        lines = [*self._agents(), *self._people(event)]
        if isinstance(event, ev.RoundStarted) and self._log:
            lines.append(self._stamp(f"round {event.round} begins, {len(event.agents)} agents"))
        elif isinstance(event, ev.RoundEnded):
            lines.append(self._stamp(self._round()))
        elif isinstance(event, ev.LockAcquired | ev.LockReleased) and self._log:
            verb = "takes the lock on" if isinstance(event, ev.LockAcquired) else "frees"
            lines.append(self._stamp(f"{_safe(event.agent)} {verb} {_safe(event.path)}"))
        elif isinstance(event, ev.RunEnded):
            detail = f": {state.run.outcome_detail}" if state.run.outcome_detail else ""
            words = {
                "max_rounds": "the limit of rounds is reached",
                "no_agents": "no agent is left",
                "unknown": "the run ends",
            }
            lines.append(self._stamp(f"{words.get(event.outcome, event.outcome)}{detail}"))
        elif isinstance(event, ev.RunVerified):
            run = state.run
            passed = run.verified_total - run.verified_failed
            lines.append(
                self._stamp(f"closing tests: {event.verdict}, {passed} of {run.verified_total} passed")
            )
        return lines

    def _header(self) -> str:
        run, n = self.state.run, self.state.crew.developers
        barrier = "" if run.barrier == "round" or "rounds" in run.gaps else f"barrier {run.barrier} · "
        shape = f"{run.structure} p={run.p:.2g} · " if run.structure else ""
        return (
            f"{run.suite} · {shape}{n} agents · {run.strategy} · "
            f"{barrier}{run.mix} · seed {'unknown' if 'settings' in run.gaps else run.seed}"
        )

    def _agents(self) -> list[str]:
        lines: list[str] = []
        for name, agent in self.state.agents.agents.items():
            new = agent.line_count - self._seen.get(name, 0)
            if new:
                self._seen[name] = agent.line_count
                fresh = list(agent.lines)[-new:]
                lines += [
                    self._stamp(f"{name} {line.text}") for line in fresh if self._log or line.kind in STEPS
                ]
        return lines

    def _people(self, event: ev.AnyEvent) -> list[str]:
        acts = self.state.run.acts
        if not acts or acts[-1].seq != event.seq:
            return []
        return [self._stamp(f"{acts[-1].author} {acts[-1].text}")]

    def _round(self) -> str:
        state = self.state
        known = state.board.known_done
        done = f"{'unknown' if known is None else known} of {state.board.total} tasks done"
        tokens = "unknown" if state.tokens is None else count(state.tokens)
        denied = "unknown" if "locks" in state.run.gaps else state.locks.denied
        locks = "" if state.run.locks == "optimistic" else f"{denied} locks denied, "  # it has none to deny
        return f"{done}, {locks}{tokens} tokens"

    def _stamp(self, text: str) -> str:
        return f"{clock(self.state.ts)} r{self.state.round} {text}"


def _safe(text: str) -> str:
    from engine.record.clean import clean_line

    return clean_line(text)
