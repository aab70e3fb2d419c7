"""The lead: gives out work, watches the board, sums up."""

from __future__ import annotations

from engine.models.simulated.prompt import OPEN, Row
from engine.models.simulated.speech import sentence
from engine.models.simulated.turn import Turn

# The recordings hold no lead; these rates are set by hand.
ASKS = 0.15  # chance per turn that a lead asks somebody for a status
SUMS_UP = 0.5  # chance per turn, near the end, that it sums up (once)
HANDFUL = 4  # tasks that it gives to one developer at a time, at most


def lead(turn: Turn) -> None:
    """Play a lead's turn: assign, then report, ask or sum up."""
    if _assign_all(turn) if turn.brief.strategy == "lead-assigned" else _assign_some(turn):
        return
    total, done = len(turn.rows), len(turn.done)
    draws, plan = turn.draws, turn.plan
    if done == total:
        plan.say(sentence(draws, "all_done"))
        return
    plan.say(sentence(draws, "monitor", done=done, total=total))
    if total - done <= 2 and not any(said.summed_up for said in turn.past.said):
        if draws.chance("sums up", SUMS_UP):
            plan.synthesize(sentence(draws, "synthesis", done=done, total=total))
    elif draws.chance("asks", ASKS):
        whom = sorted({row.owner for row in turn.rows if row.status in OPEN} | _lost(turn))
        if whom:
            plan.ask(draws.choice("asks whom", whom))


def steady(turn: Turn) -> None:
    """Play the turn of a lead that only assigns, as evenly as it can, and draws no chance."""
    if not (_assign_all(turn) if turn.brief.strategy == "lead-assigned" else _assign_ahead(turn)):
        turn.plan.say(f"{len(turn.done)} of {len(turn.rows)} done.")


def _assign_all(turn: Turn) -> bool:
    """Give out whatever has no owner: to the owner of its last dependency while that keeps the loads even."""
    loads = _loads(turn)
    owners = {row.id: row.owner for row in turn.rows if row.owner}
    share = -(-len(turn.rows) // max(1, len(turn.brief.developers)))
    rows = _without_owner(turn)
    for row in rows:
        choice = next((owners[d] for d in reversed(row.dependencies) if owners.get(d) in loads), None)
        if choice is None or loads[choice] >= share:
            choice = min(loads, key=lambda name: loads[name])
        loads[choice] += 1
        owners[row.id] = choice
        turn.plan.assign(row.id, choice)
    _announce(turn, rows)
    return bool(rows)


def _assign_some(turn: Turn) -> bool:
    """Give a handful of tasks to every developer without open work: ready ones, then what follows on them."""
    loads = _loads(turn)
    busy = {row.owner for row in turn.rows if row.status in OPEN}
    idle = [name for name in loads if name not in busy] or _stuck(turn, loads)
    rest = _without_owner(turn)
    ready = sum(1 for row in rest if turn.can_start(row))
    handful = min(HANDFUL, -(-ready // max(1, len(loads))) if ready > len(idle) else HANDFUL)
    given: list[Row] = []
    for name in idle:
        reach = set(turn.done)
        mine: list[Row] = []
        for row in rest:
            # A second chain is not begun before the first is given out: what follows on it comes first.
            follows = any(task in {own.id for own in mine} for task in row.dependencies)
            if len(mine) < handful and reach.issuperset(row.dependencies) and (follows or ready > 0):
                ready -= not follows
                reach.add(row.id)
                mine.append(row)
                turn.plan.assign(row.id, name)
        given += mine
        rest = [row for row in rest if row not in mine]
    _announce(turn, given)
    return bool(given)


def _assign_ahead(turn: Turn) -> bool:
    """Give every developer the one task that it can do next turn, if each does one in this."""
    loads = _loads(turn)
    current: dict[str, Row] = {}
    for row in turn.rows:
        if row.status in OPEN and turn.can_start(row):
            current.setdefault(row.owner, row)
    soon = turn.done.union(row.id for row in current.values())
    queued = {row.owner for row in turn.rows if row.status in OPEN and row.id not in soon}
    rows = [row for row in _without_owner(turn) if soon.issuperset(row.dependencies)]
    pairs = list(zip(rows, (name for name in loads if name not in queued), strict=False))
    for row, name in pairs:
        turn.plan.assign(row.id, name)
    _announce(turn, [row for row, _ in pairs])
    return bool(pairs)


def _stuck(turn: Turn, loads: dict[str, int]) -> list[str]:
    """Developers whose open tasks all wait for others: they have hands free after all."""
    moving = {row.owner for row in turn.rows if row.status in OPEN and turn.can_start(row)}
    return [name for name in loads if name not in moving]


def _without_owner(turn: Turn) -> list[Row]:
    return [row for row in turn.free if not row.owner]


def _loads(turn: Turn) -> dict[str, int]:
    """Tasks ever given to each developer who may get more, in the order of the team."""
    loads = {name: 0 for name in turn.brief.developers if name != turn.me}
    for row in turn.rows:
        if row.owner in loads:
            loads[row.owner] += 1
    lost = _lost(turn)
    reliable = {name: load for name, load in loads.items() if name not in lost}
    open_ = [row for row in turn.rows if row.status in OPEN]
    stuck = {row.owner for row in open_} - {row.owner for row in open_ if turn.can_start(row)}
    if reliable.keys() - stuck:
        return reliable
    # If all who are left wait for what nobody does, those who seem lost are worth another try, but not those
    # of whom the last reply was told that they are.
    told = {outcome.text.partition(" ")[0] for outcome in turn.refused("assign_task", "not_allowed")}
    return {name: load for name, load in loads.items() if name not in told} or loads


def _lost(turn: Turn) -> set[str]:
    """Developers who lost a task that this lead gave them: down, or given up. One who writes is forgiven."""
    holder: dict[str, str] = {}
    lost: set[str] = set()
    for said in turn.past.said:
        for task, name in said.assigned:
            if holder.get(task, name) != name:
                lost.add(holder[task])
            holder[task] = name
    lost.update(holder[row.id] for row in turn.free if row.id in holder)
    return lost.difference(mail.sender for mail in turn.prompt.mail)


def _announce(turn: Turn, rows: list[Row]) -> None:
    if rows:
        again = {task for said in turn.past.said for task, _ in said.assigned}
        about = "reassign" if all(row.id in again for row in rows) else "assign"
        turn.plan.say(sentence(turn.draws, about, [row.name for row in rows]))
