"""The first line: what runs, how far, how fast, at what price, and whether it is disturbed."""

from __future__ import annotations

from collections.abc import Iterable

from engine.record.clean import clean_line
from engine.record.config import RunMeta
from engine.record.state.mail import Question
from tui.widgets.figures import age, clock, count, many, money
from tui.widgets.moment import Moment
from tui.widgets.spans import Role, Row, Span, justify, shorten, width_of


def phase_of(moment: Moment, *, narrow: bool = False) -> Span:
    """Glyph, word and speed: ``▶ ×10``, ``⏸ paused``, ``■ completed``; in a replay, what the team does."""
    run = moment.state.run
    if moment.mode == "replay":
        return _replayed(moment, narrow=narrow)
    if run.phase == "ended":
        return _outcome(moment)
    if moment.gone:  # paused or not, nobody can let it go on
        return Span("■ not running", "bad")
    if run.phase == "paused":
        return Span("⏸ team paused", "warn")
    if run.phase == "pausing":
        return Span("⏸ team pausing", "warn")
    if not moment.live:
        return Span("■ not running", "muted")
    if run.phase == "starting":
        return Span("▶ starting", "muted")
    step = " one round" if run.stepping else ""
    if run.clock == "virtual" or run.speed <= 0:
        return Span("▶ max" + step, "good")
    return Span(f"▶ ×{run.speed:g}{step}", "good")


TEAM_WORDS = {"paused": "team paused", "pausing": "team pausing", "ended": "team has stopped"}
"""What a team does that somebody watches with a view that stands still, by phase."""


def team_words(phase: str) -> str:
    """``team goes on``, whatever the view does."""
    return TEAM_WORDS.get(phase, "team goes on")


def _replayed(moment: Moment, *, narrow: bool) -> Span:
    if not moment.live:
        return Span("◆ replay", "accent")
    if moment.follows:
        return Span("◆ live", "good") if narrow else Span("◆ replay, live", "good")
    return Span("◆ replay" if narrow else f"◆ replay, {moment.team or team_words('')}", "accent")


def held_span(moment: Moment, *, narrow: bool) -> Span:
    """That the view stands still, and what the team does meanwhile: the one is not the other."""
    phase = moment.state.run.phase
    if narrow:  # the team goes on unless it says otherwise
        return Span("◫ view held" + ("" if phase not in TEAM_WORDS else f" ⏸ {phase}"), "accent")
    return Span(f"◫ view held, {team_words(phase)}", "accent")


def _outcome(moment: Moment) -> Span:
    run = moment.state.run
    if moment.state.completed:
        if run.verified is None:
            return Span("■ completed", "good")
        if run.verified:
            return Span("■ verified ✔", "good")
        return Span(f"■ completed, {many(run.verified_failed, 'test fails', 'tests fail')}", "bad")
    words = {
        "max_rounds": "out of rounds",
        "no_agents": "nobody left",
        "stopped": "stopped",
        "failed": "failed",
        "unknown": "not completed",
    }
    role: Role = "bad" if run.outcome in ("failed", "no_agents") else "warn"
    return Span(f"■ {words.get(run.outcome, run.outcome)}", role)


def header_row(moment: Moment, cells: int) -> Row:
    """The line in ``cells``: what runs gives way, first in its details, last in its name."""
    if not moment.state.run.suite:
        word = "waiting for the engine" if moment.live else "no run yet"
        return justify([Span(" teamtop", "strong")], [Span(word + " ", "muted")], cells)
    narrow, lefts = cells < 100, list(_lefts(moment))
    rights = [_right(moment, "round ", narrow=narrow), _right(moment, "r", narrow=narrow)]
    for right, forms in ((rights[0], lefts[:-1]), (rights[1], lefts)):
        for left in forms:
            if width_of(left) + width_of(right) + 2 <= cells:
                return justify(left, right, cells)
    return justify(left, right, cells)


def _right(moment: Moment, label: str, *, narrow: bool) -> Row:
    state = moment.state
    metrics, run = state.metrics, state.run
    gap = Span(" " if narrow else "  ")
    row: Row = [
        Span(f"{label}unknown" if "rounds" in run.gaps else f"{label}{state.round}", "strong"),
        Span("" if "settings" in run.gaps else f"/{run.max_rounds}", "muted"),
        *(
            []
            if run.barrier == "round" or "rounds" in run.gaps
            else [Span(f" {run.barrier}" if narrow else f" barrier {run.barrier}")]
        ),
        gap,
        Span(clock(moment.elapsed), "strong"),
        gap,
        held_span(moment, narrow=narrow) if moment.held else phase_of(moment, narrow=narrow),
        gap,
        Span(money(None if "tokens" in run.gaps else metrics.cost_usd)),
        gap,
        Span(f"{'unknown' if state.tokens is None else count(state.tokens)} tok", "muted"),
    ]
    if run.leaderless:
        row += [gap, Span("no lead" if narrow else f"no {run.leaderless}: all claim", "warn")]
    if waiting := _waiting(moment):
        row += [gap, Span(f"?{len(waiting)}", "warn")]
    if state.faults.active:
        row += [gap, Span(f"⚡{len(state.faults.active)}", "warn")]
    row.append(Span(" "))
    return row


def _lefts(moment: Moment) -> Iterable[Row]:
    """What runs, from the full form to the shortest."""
    run = moment.state.run
    n, mixed = moment.state.crew.developers, len(run.models) > 1
    agents = many(n, "agent")
    model = f"{n}× {run.mix}" if not mixed else run.mix
    short_model = (
        f"{n}× {run.mix.rpartition('/')[2]}" if not mixed else f"{agents} of {len(run.models)} models"
    )
    known = (run.structure or moment.state.board.total) and "dependencies" not in run.gaps
    p = f" p={run.p:.2g}" if known else ""
    shape = f" · {run.structure}" if run.structure else ""
    full = f"{shape}{p}" if shape or not p else f" ·{p}"
    confined = f" · tests in {moment.sandbox}" if moment.sandbox else ""
    how = "" if run.strategy == "unknown" else f" · {run.strategy}"
    forms = (
        (True, f"{run.suite}{full}{how} · {model}{confined}"),
        (True, f"{run.suite}{full}{how} · {model}"),
        (False, f"{run.suite}{full}{how} · {model}"),
        (False, f"{run.suite}{shape}{how} · {short_model}"),
        (False, f"{run.suite}{shape}{how} · {agents}"),
        (False, f"{run.suite}{shape} · {agents}"),
        (False, f"{run.suite} · {agents}"),
        (False, f"{shorten(run.suite, 16)} · {agents}"),
    )
    for titled, text in forms:
        name, _, rest = text.partition(" ")
        head: Row = [Span(" teamtop", "accent"), Span("  ")] if titled else [Span(" ")]
        yield [*head, Span(name, "strong"), Span(" " + rest, "plain")]


NOTES_HERE = 3
"""Notes on the very moment that is shown, the latest; the talk panel has all."""

FAULTS_NAMED = 4
"""Active faults that are named in the banner; the others are counted."""


def faults_row(moment: Moment) -> Row:
    """Which faults are active on whom, for how long still, and the key that ends them."""
    active = list(moment.state.faults.active.values())
    row: Row = [Span(" ⚡ ", "warn")]
    if moment.live and moment.mode == "live":
        row += [Span("H", "accent"), Span(" heals  ", "muted")]
    named = []
    for fault in active[:FAULTS_NAMED]:
        whom = ", ".join(fault.targets) if len(fault.targets) < 4 else many(len(fault.targets), "agent")
        left = "" if fault.until is None else f" {age(fault.until - moment.now)}"
        named.append(f"{fault.kind} {whom or 'the run'}{left}")
    more = f" +{len(active) - FAULTS_NAMED}" if len(active) > FAULTS_NAMED else ""
    return [*row, Span(" · ".join(named) + more, "warn")]


def _waiting(moment: Moment) -> list[Question]:
    """Questions to people that somebody may still answer, or might have at that moment of a replay."""
    return [] if moment.state.run.phase == "ended" else moment.state.mail.waiting


def question_row(moment: Moment, waiting: list[Question]) -> Row:
    """Who asks what, since when, and the key that answers."""
    first = waiting[0]
    row: Row = [Span(" ? ", "warn")]
    if moment.live and moment.mode == "live":
        row += [Span("m", "accent"), Span(" answers  ", "muted")]
    more = f"  +{len(waiting) - 1} more" if len(waiting) > 1 else ""
    row += [
        Span(f"{first.agent} asks people", "warn"),
        Span(f" {age(moment.now - first.ts)} ago{more}: ", "muted"),
    ]
    return [*row, Span(f"“{' '.join(first.text.split())}”", "speech")]


NO_RUNG = frozenset({"unused", "unknown", "none"})
"""What ``run.json`` says where code of agents is not confined; without a sandbox a banner says so."""


def rung_of(meta: RunMeta | None) -> str:
    """The rung that agents' code runs on; empty where that is unknown or none runs."""
    return "" if meta is None or meta.sandbox in NO_RUNG else clean_line(meta.sandbox, 20)


def banners(moment: Moment, *, unsafe: bool, note: str, behind: float) -> list[Row]:
    """Lines that stand below the header as long as what they say is so."""
    rows: list[Row] = []
    if unsafe:
        text = " ⚠ unsafe tests: code that the model wrote runs on this machine without a sandbox"
        rows.append([Span(text, "bad")])
    if note:
        rows.append([Span(f" ⚠ {note}", "warn")])
    run = moment.state.run
    if run.limit_reached and run.phase in ("pausing", "paused"):
        said = run.limit_reached[0].upper() + run.limit_reached[1:]
        rows.append([Span(f" ⏸ {said}", "warn"), Span(": $ raises it" if moment.live else "", "muted")])
    if waiting := _waiting(moment):
        rows.append(question_row(moment, waiting))
    if moment.state.faults.active and moment.state.run.phase != "ended":
        rows.append(faults_row(moment))
    if moment.mode == "replay":
        here = [note for note in moment.notes if note.seq == moment.state.seq]
        rows += [[Span(f" ✎ {note.author}: {note.text}", "accent")] for note in here[-NOTES_HERE:]]
    if behind > 0.02 and moment.state.seq > 0:
        rows.append([Span(f" reading the journal: {100 * (1 - behind):.0f}%", "muted")])
    return rows
