"""Agents that claim work themselves.

The recorded engine carried out all claims of a reply before its completions. Replies here are written in that
order (claims, edits, tests, completions), so that the recorded rates mean the same: a chain moves by one link
per reply, and a reply that tries more links has the rest refused.
"""

from __future__ import annotations

from engine.models.simulated import habits
from engine.models.simulated.costs import files_that_fit
from engine.models.simulated.profile import Claiming, ClaimingBy, Profile, Sketch
from engine.models.simulated.prompt import Row
from engine.models.simulated.speech import sentence
from engine.models.simulated.turn import Turn

# Set by hand: the recorded engine told agents of no refusal, so their reactions are not in the recordings.
TURNS_AWAY = 0.5  # chance that one who lost a task or file to somebody aims elsewhere the next time
LEAVES_BLOCKED = 0.5  # chance that one whose claim was blocked leaves that task alone while it still is
CLOSES = 0.95  # chance that a written task is reported, of one who works in three phases


def work(turn: Turn, profile: Profile) -> None:
    """Play a developer's turn."""
    habits.answer_mail(turn)
    habits.review(turn, profile)
    habits.react(turn)
    claiming = _manner(turn, profile.claiming)
    if claiming.phases:
        _phase(turn, profile, claiming)
    else:
        _free_form(turn, profile, claiming)
    habits.tell(turn)
    habits.finish_talk(turn)


def _manner(turn: Turn, by: ClaimingBy) -> Claiming:
    if turn.chained:
        return by.chain_alone if turn.solo else by.chain_team
    return by.flat_alone if turn.solo else by.flat_team


def _free_form(turn: Turn, profile: Profile, claiming: Claiming) -> None:
    plan, draws, first = turn.plan, turn.draws, turn.number == 1
    number = draws.count("edits", _sketch(turn, claiming))
    mended = habits.mend(turn, profile, others=True, most=number)
    finishing = turn.mine if mended or draws.chance("finishes", claiming.open_complete_p) else []
    attempts = _attempts(turn, claiming, busy=bool(turn.mine) and not finishing)
    for row in attempts:
        plan.claim(row.id)
    edits = _edits(turn, number, [*finishing, *attempts])
    whole = habits.write_all(turn, profile, edits)
    if not whole:
        return
    habits.look(turn, claiming.p_test)
    same = claiming.turn1_complete_same if first else claiming.complete_same
    closing = [*finishing, *(attempts if draws.chance("completes same", same) else [])]
    # What a teammate has in hand may be done by the time that this reply is carried out.
    others = {row.id for row in turn.rows if row.owner and row.owner != turn.me}
    for row in closing:
        expected = turn.done.union(plan.completed, others)
        if turn.written(row) and all(task in expected for task in row.dependencies):
            plan.complete(row.id)
    if turn.mine and not finishing:
        plan.say(sentence(draws, "hold", [turn.mine[0].name]))
    taken = {row.id for row in (*turn.mine, *attempts, *mended)}
    rewritten = [row.name for row in edits if row.id not in taken]
    if rewritten:
        plan.say(sentence(draws, "rewrite", rewritten))


def _attempts(turn: Turn, claiming: Claiming, *, busy: bool) -> list[Row]:
    """Which tasks to claim, in listing order."""
    draws = turn.draws
    pool = turn.free if claiming.listed else turn.ready
    if turn.number == 1:
        count = draws.count("attempts", claiming.turn1_attempts)
    else:
        second = turn.number == 2
        usual = claiming.attempt_p_turn2 if second else claiming.attempt_p
        if not draws.chance("tries", claiming.attempt_p_when_open if busy else usual):
            return []
        count = draws.count("attempts", claiming.attempts_turn2 if second else claiming.attempts)
        blocked = {outcome.object for outcome in turn.refused("claim_task", "blocked")}
        if blocked and draws.chance("leaves blocked", LEAVES_BLOCKED):
            pool = [row for row in pool if row.id not in blocked or turn.can_start(row)]
    if count <= 2 and turn.ready and _turns_away(turn, claiming):
        # All read the same board and take the same first task, unless they think of the others.
        place = turn.brief.rank % len(turn.ready)
        pool = turn.ready[place:] + turn.ready[:place]
    return pool[:count]


def _turns_away(turn: Turn, claiming: Claiming) -> bool:
    if turn.brief.rank and turn.draws.chance("second", claiming.second_reply_claim_p):
        return True
    lost = turn.refused("claim_task", "owned", "done") or turn.refused("edit_file", "locked", "stale")
    return bool(lost) and turn.draws.chance("turns away", TURNS_AWAY)


def _sketch(turn: Turn, claiming: Claiming) -> Sketch:
    if turn.number == 1:
        return claiming.turn1_edits
    return claiming.edits_turn2_3 if turn.number <= 3 else claiming.edits


def _edits(turn: Turn, number: int, taken: list[Row]) -> list[Row]:
    """Which tasks to write: those taken up that do not stand yet, then others, up to ``number`` in all."""
    draws = turn.draws
    number -= turn.plan.edits
    needed = [row for row in taken if not turn.written(row) and _within_reach(turn, row, taken)]
    if len(needed) >= number:
        return needed
    chosen = {row.id: row for row in needed}
    # Next in line: own work in another's version, open tasks ahead of time, then anything that exists.
    own = [row for row in (*taken, *turn.mine) if not turn.wrote(row)]
    ahead = [row for row in turn.free if not turn.wrote(row)]
    existing = [row for row in turn.rows if turn.written(row)]
    start = int(draws.uniform("rewrites") * len(existing))
    for row in (*own, *ahead, *existing[start:], *existing[:start]):
        if len(chosen) >= number:
            break
        chosen.setdefault(row.id, row)
    return list(chosen.values())


def _within_reach(turn: Turn, row: Row, taken: list[Row]) -> bool:
    """True if the dependencies are done or taken up in the same reply."""
    together = turn.done.union(other.id for other in taken)
    return all(task in together for task in row.dependencies)


def _phase(turn: Turn, profile: Profile, claiming: Claiming) -> None:
    """Claim in one turn, write and test in the next, report in the third."""
    plan, draws = turn.plan, turn.draws
    if habits.mend(turn, profile, others=False):
        plan.test()
        return
    if not turn.mine:
        for row in _attempts(turn, claiming, busy=False):
            plan.claim(row.id)
        return
    unwritten = [row for row in turn.mine if not turn.wrote(row)]
    if unwritten:
        habits.write_all(turn, profile, unwritten[: files_that_fit(profile.tokens)])
        plan.test()
        return
    if draws.chance("closes", CLOSES):
        for row in turn.mine:
            if turn.can_start(row):
                plan.complete(row.id)
    else:
        plan.say(sentence(draws, "hold", [turn.mine[0].name]))
