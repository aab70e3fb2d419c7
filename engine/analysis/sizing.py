"""Add an agent, keep the team, or let one go: what the rest of a run would take, from what it has shown.

The rest is laid out (``layout``). How far that is believed depends on how even the team's replies are: a team
whose every reply takes as long does as laid out; of one that is uneven, only as much of the difference counts
as realistic teams bore out when somebody joined or left, beside what that cost them anyhow (``turnover``).

An agent is added only if it is to save more than is in doubt, and let go only if that is to cost nothing.

Pure: from a folded run, no clock, cheap enough for every repaint that has news.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias

from engine.analysis import turnover
from engine.analysis.laws import Baseline
from engine.analysis.layout import Layout, laid_out
from engine.record.state import RunState

Verdict: TypeAlias = Literal["add", "keep", "remove", "unknown"]

WORTH = 0.1
"""Share of the time that an agent more has to save: what is counted on is less sure than that."""

SURE = 0.67
"""Standard deviations by which the expected saving of an agent more has to be off nothing: it saves time in
three cases of four."""

FREE = 0.1
"""Share of the time that an agent less may cost where that is certain: it saves tokens. In doubt it may cost
nothing."""

WIDE = 1.28
"""Standard deviations on both sides that hold 80 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Sizing:
    """``seconds`` that the rest (or all, see ``again``) takes with one agent less, with ``agents``, with one
    more; null where there can be no such team. Of an unknown verdict all are null, and ``sentence`` says why.

    ``who`` is whom to let go (null unless that is advised). ``doubt``: four of five such changes came out
    within this share of the time that is told (0.25: a quarter more or less); 0 where all goes as laid out.
    """

    verdict: Verdict
    agents: int
    less: float | None
    same: float | None
    more: float | None
    sentence: str
    who: str | None = None
    doubt: float = 0.0

    @property
    def effect(self) -> float | None:
        """Relative change of the time by what is advised, or by one agent more if the team is to stay."""
        other = self.less if self.verdict == "remove" else self.more
        return other / self.same - 1 if other is not None and self.same else None


def sizing(state: RunState, baseline: Baseline | None = None) -> Sizing | None:
    """Advice on the rest of a run; null before it began and once all tasks are done."""
    left = remaining(state)
    if not left or state.run.phase in ("starting", "ended"):
        return None
    layout = laid_out(state, left, baseline)
    if isinstance(layout, str):
        return _unknown(state, layout)
    return advice(layout, turnover.seen(state, layout, len(left)))


def remaining(state: RunState) -> dict[str, Sequence[str]]:
    """The tasks that are not done, and what each waits for."""
    tasks = state.board.tasks.values()
    return {task.id: task.dependencies for task in tasks if task.status != "done"}


def again(state: RunState, baseline: Baseline | None = None) -> Sizing | None:
    """Advice on another run of the same kind, from one that completed all tasks; null for any other."""
    if not state.completed:
        return None
    tasks = {task.id: task.dependencies for task in state.board.tasks.values()}
    layout = laid_out(state, tasks, baseline, another=True)
    if isinstance(layout, str):
        return _unknown(state, layout)
    return advice(layout, turnover.as_laid_out(layout), another=True)


def table(state: RunState, baseline: Baseline | None) -> dict[str, Any] | None:
    """The advice as reports have it: on the rest of the run, or on another one; null for neither."""
    found = again(state, baseline) or sizing(state, baseline)
    return None if found is None else {**asdict(found), "effect": found.effect}


def _unknown(state: RunState, why: str) -> Sizing:
    text = f"Whether an agent more would help is unknown: {why}."
    return Sizing("unknown", state.crew.developers, None, None, None, text)


def advice(layout: Layout, seen: turnover.Seen, *, another: bool = False) -> Sizing:
    """What to do, if one more and one less change the time as ``seen`` says."""
    more = layout.same * seen.more.expected
    less = None if layout.less is None or seen.less is None else layout.same * seen.less.expected
    verdict: Verdict = "keep"
    if more <= layout.same * (1 - WORTH) and seen.more.mean + SURE * seen.more.spread < 0:
        verdict = "add"
    elif less is not None and less <= layout.same * (1 + FREE * (1 - seen.uneven)):
        verdict = "remove"
    told_of = {"add": (seen.more,), "remove": (seen.less,)}.get(verdict, (seen.more, seen.less))
    if verdict == "keep" and layout.given:  # the sentence tells nothing of one more
        told_of = (seen.less,)
    doubt = max((each.spread for each in told_of if each is not None), default=0.0)
    told = Sizing(
        verdict,
        layout.agents,
        less,
        layout.same,
        more,
        "",
        who=(layout.leaver or None) if verdict == "remove" else None,
        doubt=math.expm1(WIDE * doubt),
    )
    return replace(told, sentence=_sentence(told, given=layout.given, another=another))


def _sentence(told: Sizing, *, given: bool, another: bool) -> str:
    agents, same, less, more = told.agents, told.same or 0.0, told.less, told.more or 0.0
    start = "another time, " if another else ""
    change = _change if another else _share  # how long the rest takes is less sure than what a size changes
    doubt = f" (± {100 * told.doubt:.0f} %)" if told.doubt >= 0.005 else ""
    if told.verdict == "add":
        text = f"{start}add an agent: {agents + 1} would take {change(more, same)}{doubt}"
    elif told.verdict == "remove" and less is not None:
        cost = "no more time" if less <= same and not told.doubt else change(less, same)
        who = told.who or "an agent"
        text = f"{start}let {who} go: {agents - 1} would take {cost}{doubt}, and fewer tokens"
    else:
        one = "who joins gets nothing, for others have all that is left"
        why = one if given else f"one more would take {change(more, same)}"
        text = f"{start}keep {agents} agent{'' if agents == 1 else 's'}: {why}"
        text += f", one less {change(less, same)}" if less is not None else ""
        text += doubt
    return text[:1].upper() + text[1:] + "."


def _change(seconds: float, same: float) -> str:
    """``12 s less (−18 %)``."""
    difference = seconds - same
    if abs(difference) < 0.005 * same:
        return "as long"
    word = "less" if difference < 0 else "more"
    size = f"{abs(difference):.0f} s" if abs(difference) >= 10 else f"{abs(difference):.1f} s"
    return f"{size} {word} ({100 * difference / same:+.0f} %)".replace("-", "−")


def _share(seconds: float, same: float) -> str:
    """``18 % less time``."""
    if abs(seconds - same) < 0.005 * same:
        return "as long"
    return f"{100 * abs(seconds / same - 1):.0f} % {'less' if seconds < same else 'more'} time"
