"""Joins the samples of an evaluation that is over: each is a task, its solvers' agents are the team."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from engine.interop.feed import Found
from engine.interop.inspect.archive import texts
from engine.interop.inspect.sample import Sample
from engine.interop.loose import Object, name, part, seconds
from engine.interop.teamlog import lines as log
from engine.interop.teamlog.tally import Tally

ENDS: Mapping[str, Literal["stopped", "failed"]] = {"cancelled": "stopped", "error": "failed"}
"""What Inspect calls ends that are none of a team that did its work."""


class InspectReader:
    """The log at ``path``, read as a whole with the first poll."""

    source = "inspect"
    lacks: tuple[log.Topic, ...] | None = ("contents", "locks", "refusals", "rounds")

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.tally = Tally()
        self.over = False
        self._path = path

    def poll(self) -> list[Found]:
        """Everything, once. Raises ``TeamtopError`` if it cannot be opened."""
        if self.over:
            return []
        header: Object = {}
        samples: list[tuple[str, Object]] = []
        for where, found in texts(self._path):
            if isinstance(found, str):
                self.tally.skip(where, found)
            elif where == "header":
                header = found
            else:
                samples.append((where, found))
        self.over = True
        lines = [each for where, raw in samples for each in self._lines(where, raw, alone=len(samples) == 1)]
        lines.sort(key=lambda found: found.line.ts if isinstance(found.line.ts, float) else 0.0)
        models = name(part(header, "eval"), "model")
        begun = log.RunStarted(
            ts=lines[0].line.ts if lines else None,
            name=name(part(header, "eval"), "task_display_name", "task") or self.name,
            team=tuple(
                log.Agent(name=agent, model=models)
                for agent in list(dict.fromkeys(getattr(found.line, "agent", "") for found in lines))[:1_000]
                if agent
            ),
        )
        ended: list[Found] = []
        if (status := name(header, "status")) in {"success", *ENDS}:
            when = seconds(part(header, "stats"), "completed_at")
            last = lines[-1].line.ts if lines else None
            end = log.RunEnded(ts=when if when is not None else last, outcome=ENDS.get(status))
            ended = [Found("header", end)]
        return [Found("header", begun), *lines, *ended] if lines or header else []

    def last(self) -> list[Found]:
        """Nothing more."""
        return []

    def _lines(self, where: str, raw: Object, *, alone: bool) -> list[Found]:
        sample = Sample(raw, "" if alone else f" {Sample(raw, '').task}")
        if sample.start is None:
            self.tally.skip(where, "it says nowhere when it was")
            return []
        return [Found(where, line) for line in sample.lines()]
