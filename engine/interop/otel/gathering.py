"""Finds whose spans are: a span comes when it ends, the spans around it come later.

A span's agent is the one that it names, or the one that the nearest span around it names. Until that is
there, the span waits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from engine.interop.feed import Found
from engine.interop.otel.names import TURN
from engine.interop.otel.spans import Span, spans_of
from engine.interop.otel.translate import Handed, Told, lines_of
from engine.interop.teamlog import lines as log
from engine.interop.teamlog.tally import Tally

HELD_MAX = 20_000
"""Spans that wait for those around them; when it is more, those that wait longest are taken as they are."""

KNOWN_MAX = 200_000
"""Spans of which it is remembered whose they were; the oldest are forgotten first."""

NOBODY = "agent"
"""Whose a span is that no span around it and no service gives a name."""

Place = tuple[float, int, int]


class Gathering:
    """Takes documents with ``take`` and gives their lines with ``drain``, in order of time."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._held: OrderedDict[str, tuple[str, Span]] = OrderedDict()
        self._known: OrderedDict[str, tuple[str, str]] = OrderedDict()
        """Of each span that came: its parent's key, and the agent that it names."""
        self._joined: set[str] = set()
        self._tasks = 0

    def take(self, where: str, document: object) -> None:
        """Take the spans of a document; those that came before are left out."""
        for span in spans_of(document):
            if isinstance(span, str):
                self._tally.skip(where, span)
            elif span.key in self._known:
                self._tally.skip(where, f"span {span.id} came before")
            else:
                self._known[span.key] = (span.parent_key, span.agent)
                self._held[span.key] = (where, span)
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    def drain(self, *, last: bool = False) -> list[Found]:
        """The lines of all spans whose agent is known; with ``last`` of the others, too."""
        ready: list[tuple[str, Span, str]] = []
        for key, (where, span) in list(self._held.items()):
            agent = self._agent(span)
            if agent is None and (last or len(self._held) > HELD_MAX):
                agent = span.service or NOBODY
            if agent is not None:
                del self._held[key]
                ready.append((where, span, agent))
        ready.sort(key=lambda each: (each[1].start, -each[1].end))
        told = [
            each
            for number, (where, span, agent) in enumerate(ready)
            for each in self._told(number, where, span, agent)
        ]
        told.sort(key=lambda each: each[0])
        return [*self._joining(ready, told)]

    def _agent(self, span: Span) -> str | None:
        """Whose it is; null as long as that may still come."""
        named, parent = span.agent, span.parent_key
        for _ in range(100):  # deeper, or a circle: nobody's
            if named or not parent:
                return named or span.service or NOBODY
            if parent not in self._known:
                return None
            parent, named = self._known[parent]
        return span.service or NOBODY

    def _told(self, number: int, where: str, span: Span, agent: str) -> Iterator[tuple[Place, Found]]:
        handed = None
        if span.operation == "invoke_agent" and span.number(TURN) is None:
            self._tasks += 1
            handed = Handed(str(self._tasks), self._around(span))
        for each in lines_of(span, agent, handed):
            if isinstance(each, str):
                self._tally.skip(where, each)
                continue
            yield _place(number, span, each), Found(f"{where}, span {span.id}", each.line)

    def _around(self, span: Span) -> str:
        """The agent that the spans around it name; empty if none."""
        parent = span.parent_key
        for _ in range(100):
            parent, named = self._known.get(parent, ("", ""))
            if named or not parent:
                return named
        return ""

    def _joining(
        self, ready: list[tuple[str, Span, str]], told: list[tuple[Place, Found]]
    ) -> Iterator[Found]:
        """The lines, and before the first of each agent that it joins, with the model that it used."""
        models: dict[str, str] = {}
        for _, span, agent in ready:
            if model := span.name_of("model"):
                models.setdefault(agent, model)
        own = any(isinstance(found.line, log.RunStarted) for _, found in told)
        if own:  # it says itself who is in the team
            self._joined |= {agent for _, _, agent in ready}
        for _, found in told:
            who = getattr(found.line, "agent", "")
            if who and who not in self._joined:
                self._joined.add(who)
                yield Found(
                    found.where, log.AgentJoined(ts=found.line.ts, agent=who, model=models.get(who, ""))
                )
            yield found


def _place(number: int, span: Span, told: Told) -> Place:
    """What orders lines: their time; at equal times our own numbers, or ends before starts, and the spans
    around others outside."""
    ts = told.line.ts if isinstance(told.line.ts, float) else span.start
    if told.seq is not None:
        return ts, 0, told.seq
    brief = span.end <= span.start
    if told.phase == "end" and not brief:
        return ts, 0, -number
    return ts, 1, number
