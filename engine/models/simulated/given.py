"""Work that is given out: preassigned, or by a lead. Batches, one task per turn, or holding back."""

from __future__ import annotations

from collections.abc import Sequence

from engine.models.simulated import habits
from engine.models.simulated.costs import files_that_fit
from engine.models.simulated.profile import Given, Profile, Style
from engine.models.simulated.prompt import Row
from engine.models.simulated.speech import sentence
from engine.models.simulated.turn import Turn

# Set by hand where the recordings say nothing.
ADOPTS = 0.3  # chance per turn that one without work claims a task that lost its owner
TRIES_BLOCKED = 0.2  # chance that one reports a task although its dependencies are open
LETS_GO = 0.5  # chance per turn that one who holds back under a lead, who watches, reports everything


def work(turn: Turn, profile: Profile) -> None:
    """Play a developer's turn."""
    given = profile.given
    habits.answer_mail(turn)
    if turn.backups:
        habits.back_up(turn, profile)
        return
    if not turn.mine:
        _without_work(turn, profile)
        return
    habits.react(turn)
    habits.mend(turn, profile, others=False)
    style = _style(turn, given)
    uniform = turn.always.uniform("style")
    if uniform < style.hold:
        _hold(turn, profile, style)
    elif uniform < style.hold + style.step and turn.draws.chance("step", given.stays):
        _step(turn, profile)
    else:
        _batch(turn, profile, turn.draws.count("batch", given.batch_alone if turn.solo else given.batch))
    if not turn.plan.steps:
        habits.wait(turn, _in_order(turn)[0])
    habits.tell(turn)
    habits.finish_talk(turn)


def _style(turn: Turn, given: Given) -> Style:
    styles = given.chain if turn.chained else given.flat
    if turn.solo:
        return styles.alone
    load = sum(1 for row in turn.rows if row.owner == turn.me)
    return styles.small if load <= 3 else styles.mid if load <= 13 else styles.big


def _batch(turn: Turn, profile: Profile, size: int) -> None:
    """Write and report as many tasks as fit, and report what was written before and may be now."""
    plan, draws = turn.plan, turn.draws
    todo = _in_order(turn)
    fresh = [row for row in todo if not turn.wrote(row)][: max(1, size)]
    if turn.number == 1:
        for row in fresh:
            if row.status == "assigned" and draws.chance(f"claims {row.id}", profile.given.claims):
                plan.claim(row.id)
    if len(fresh) <= files_that_fit(profile.tokens) - plan.edits:
        habits.write_all(turn, profile, fresh)
        if plan.edits:
            habits.look(turn, profile.given.p_test)
        _report(turn, todo)
        return
    # Replies that ran into the limit still reported what they had written, so they took it task by task.
    for row in todo:
        if row in fresh and not habits.write_all(turn, profile, [row]):
            return
        _report(turn, [row])


def _step(turn: Turn, profile: Profile) -> None:
    """Do one task, the first whose dependencies are done."""
    row = next((row for row in _in_order(turn) if turn.can_start(row)), None)
    if row is None:
        return
    if not turn.wrote(row):
        habits.write_all(turn, profile, [row])
    if turn.plan.edits:
        habits.look(turn, profile.given.p_test)
    _report(turn, [row])


def _hold(turn: Turn, profile: Profile, style: Style) -> None:
    """Write, but report nothing until the mood changes."""
    given, draws, plan = profile.given, turn.draws, turn.plan
    edits = style.edits
    if turn.number > 1:
        going = given.turn2 if turn.number == 2 else given.turn3 if turn.number <= 6 else given.turn7
        uniform = draws.uniform("going")
        watched = turn.brief.strategy.startswith("lead") and draws.chance("lets go", LETS_GO)
        if watched or uniform < going.all:
            _batch(turn, profile, len(turn.mine))
            return
        if uniform < going.all + going.one:
            _step(turn, profile)
            return
        edits = going.edits
    todo = _in_order(turn)
    fresh = [row for row in todo if not turn.wrote(row)] or todo
    habits.write_all(turn, profile, fresh[: draws.poisson("edits", edits)])
    habits.look(turn, given.p_test)
    plan.say(sentence(draws, "hold", [row.name for row in todo[:1]]))


def _report(turn: Turn, rows: Sequence[Row]) -> None:
    """Report tasks as done whose files stand and whose dependencies are done, or will be by this reply."""
    for row in rows:
        done = turn.done.union(turn.plan.completed)
        free = all(task in done for task in row.dependencies)
        tries = free or turn.draws.chance(f"tries {row.id}", TRIES_BLOCKED)
        if row.id not in turn.plan.completed and turn.wrote(row) and tries:
            turn.plan.complete(row.id)


def _without_work(turn: Turn, profile: Profile) -> None:
    idle, draws, plan = profile.given.idle, turn.draws, turn.plan
    free = turn.claimable()
    if free and draws.chance("adopts", ADOPTS):
        row = free[turn.brief.rank % len(free)]
        plan.claim(row.id)
        habits.write_all(turn, profile, [row])
        plan.complete(row.id)
    elif not any(row.owner == turn.me for row in turn.rows):
        pass  # nothing was given to this agent yet: it has nothing to look at again
    elif not draws.chance("talks", idle.talks):
        active = max(0.05, 1 - idle.talks)  # the recorded rates are per reply, talk included
        own = [row for row in turn.rows if turn.wrote(row)]
        again = draws.poisson("edits", idle.edits / active) if own else 0
        again -= len(habits.mend(turn, profile, others=False, most=again))
        start = int(draws.uniform("rewrites") * len(own))
        rewritten = (own[start:] + own[:start])[: max(0, again)]
        habits.write_all(turn, profile, rewritten)
        if rewritten:
            plan.say(sentence(draws, "rewrite", [row.name for row in rewritten]))
        habits.look(turn, min(1.0, idle.tests / active))
    habits.finish_talk(turn)


def _in_order(turn: Turn) -> list[Row]:
    order = {task: place for place, task in enumerate(turn.brief.own)}
    return sorted(turn.mine, key=lambda row: order.get(row.id, len(order)))
