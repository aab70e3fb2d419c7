"""What all simulated developers do alike: mend what failed, react to refusals, talk."""

from __future__ import annotations

from collections.abc import Sequence

from engine.models.simulated.costs import files_that_fit
from engine.models.simulated.profile import Forgets, Profile
from engine.models.simulated.prompt import Row
from engine.models.simulated.speech import sentence
from engine.models.simulated.turn import Turn

# The recordings hold no messages between agents; these rates are set by hand.
ASKS_OWNER = 0.12  # chance per turn that one who waits asks the owner of what it waits for
TELLS_OWNER = 0.25  # chance that one who completes tells the owner of a task that builds on it
TELLS_ALL = 0.1  # chance that one who completes tells everybody
ANSWERS = 0.8  # chance that a request for a status is answered


def mend(turn: Turn, profile: Profile, *, others: bool, most: int = 100) -> list[Row]:
    """Rewrite what the last tests found wrong; ``others``: also files that somebody else wrote last.

    ``most`` is how many tasks at most, but for those whose completion was refused or that were rejected. Of
    what fails, only that is written again whose dependencies pass. A file that was mended in the reply
    before and whose completion is refused again needs a wider look: the plan then wants a run of all tests.
    """
    failing = turn.failing()
    roots = {row.id for row in failing}
    seen = [row for row in failing if others or row.owner == turn.me or turn.wrote(row)]
    start = int(turn.draws.uniform("mends") * len(seen))  # teammates see the same and begin elsewhere
    rows = {row.id: row for row in (seen[start:] + seen[:start])[:most]}
    before = turn.past.said[-1].edits if turn.past.said else ()
    for row in turn.unverified():
        below = {task.id: task for task in turn.below(row)}
        if roots.isdisjoint(below):
            rows[row.id] = row
            turn.plan.wants_test |= any(path in before for path in turn.paths(row))
        else:
            rows |= {task: root for task, root in below.items() if task in roots}
            rows.pop(row.id, None)
    rows |= {row.id: row for row in turn.rejected()}
    mended = list(rows.values())[: files_that_fit(profile.tokens)]
    for row in mended:
        turn.write(row, profile.repair)
    if mended:
        turn.plan.say(sentence(turn.draws, "mend", [row.name for row in mended]))
    return mended


def back_up(turn: Turn, profile: Profile) -> None:
    """Write the copies of late tasks and report them, and nothing else: somebody waits for that."""
    again = {outcome.object for outcome in turn.refused("complete_task")}
    for row in turn.mine:
        ready = turn.done.union(turn.plan.completed).issuperset(row.dependencies)
        if row.id not in turn.backups or not ready or turn.plan.edits >= files_that_fit(profile.tokens):
            continue
        mended = row.id in again and turn.wrote(row)
        turn.write(row, profile.repair if mended else 1 - profile.wrong)
        turn.plan.complete(row.id)
    finish_talk(turn)


def review(turn: Turn, profile: Profile | None = None) -> None:
    """Approve or reject what is to be reviewed, if it was shown; else ask to see it.

    Reviewers err as authors do: they pass over what is wrong as often as its author would not mend it, and
    find fault with what is right as often as authors write what is wrong. Without a profile they never err.
    """
    for task in turn.prompt.reviews:
        row = turn.prompt.board.get(task)
        if row is None:
            continue
        right = turn.right(row)
        if right is None:
            turn.plan.look([path for path in turn.paths(row) if path not in turn.prompt.contents])
            continue
        err = profile is not None and turn.draws.chance(
            f"review {task}", profile.wrong if right else 1 - profile.repair
        )
        if right != err:
            turn.plan.approve(task)
        else:
            turn.plan.reject(task, sentence(turn.draws, "reject", [row.name]))


def react(turn: Turn) -> None:
    """Say something about the refusals of the last reply, if there were any."""
    board = turn.prompt.board
    for reason, about in (("locked", "locked"), ("owned", "owned"), ("blocked", "blocked")):
        refused = [o for o in turn.prompt.outcomes if o.verdict == "refused" and o.reason == reason]
        if refused:
            known = [board[o.object] for o in refused if o.object in board]
            who = _holder(turn, refused[0].text) or next((row.owner for row in known if row.owner), "")
            turn.plan.say(sentence(turn.draws, about, [row.name for row in known], who=who))
            return
    if any(o.action == "run_tests" and o.verdict == "passed" for o in turn.prompt.outcomes):
        turn.plan.say(sentence(turn.draws, "green"))


def answer_mail(turn: Turn) -> None:
    """Answer who asks for a status, and acknowledge people."""
    for mail in turn.prompt.mail:
        if mail.sender not in turn.brief.team:
            turn.plan.say(sentence(turn.draws, "noted", who=mail.sender if mail.sender.isalnum() else "all"))
        elif "status" in mail.text.lower() and turn.draws.chance("answers", ANSWERS):
            busy = [row.name for row in turn.mine]
            turn.plan.send(mail.sender, sentence(turn.draws, "status" if busy else "status_idle", busy[:1]))
            return


def tell(turn: Turn) -> None:
    """Now and then tell those who wait that a task is done."""
    if turn.solo or not turn.plan.completed:
        return
    last = turn.plan.completed[-1]
    name = turn.names([last])
    for row in turn.rows:
        if last in row.dependencies and row.owner and row.owner != turn.me:
            if turn.draws.chance("tells owner", TELLS_OWNER):
                turn.plan.send(row.owner, sentence(turn.draws, "tell", name))
            return
    if turn.draws.chance("tells all", TELLS_ALL):
        turn.plan.broadcast(sentence(turn.draws, "tell", name))


def wait(turn: Turn, row: Row) -> None:
    """Say what a task waits for, and now and then ask its owner."""
    open_below = [
        turn.prompt.board[d] for d in row.dependencies if d not in turn.done and d in turn.prompt.board
    ]
    names = [below.name for below in open_below]
    turn.plan.say(sentence(turn.draws, "waiting", names or [row.name]))
    owners = [below.owner for below in open_below if below.owner and below.owner != turn.me]
    if owners and turn.draws.chance("asks owner", ASKS_OWNER):
        turn.plan.send(owners[0], sentence(turn.draws, "ask", names))


def idle(turn: Turn) -> None:
    """Say something without doing anything."""
    if len(turn.done) == len(turn.rows):
        turn.plan.say(sentence(turn.draws, "all_done"))
    elif turn.brief.strategy.startswith("lead") and not any(row.owner == turn.me for row in turn.rows):
        turn.plan.say(sentence(turn.draws, "unassigned"))
    else:
        turn.plan.say(sentence(turn.draws, "idle"))


def finish_talk(turn: Turn) -> None:
    """Add the sentences that belong to the actions taken."""
    plan, draws = turn.plan, turn.draws
    started = turn.names(plan.claimed) or turn.names(plan.completed)
    if started:
        about = "start" if turn.number == 1 else "next"
        plan.say(sentence(draws, f"{about}_{'one' if len(started) == 1 else 'many'}", started))
    elif plan.tests and not plan.talk:
        plan.say(sentence(draws, "test"))
    if plan.completed and plan.claimed and plan.cut is None:
        done = turn.names(plan.completed)
        plan.say(sentence(draws, "finish" if len(done) == 1 else "finish_many", done))
    if not plan.talk and not plan.steps:
        idle(turn)


def look(turn: Turn, chance: float) -> None:
    """Run the tests with the given chance, and in any case if something asked for it."""
    if turn.plan.wants_test or turn.draws.chance("tests", chance):
        turn.plan.test()


def write_all(turn: Turn, profile: Profile, rows: Sequence[Row]) -> bool:
    """Write the files of tasks, as many as fit into a reply; False if the reply was cut off there."""
    room = files_that_fit(profile.tokens) - turn.plan.edits
    for row in rows:
        paths = [path for path in turn.paths(row) if path not in turn.plan.paths]
        if len(paths) > room:
            if paths:
                turn.plan.cut = (paths[0], turn.content(row, paths[0], 1.0))
            return False
        room -= len(paths)
        # What stands already was seen and tested; a second version is as good as what recorded teams left.
        share = profile.wrong * (1 - profile.repair) if turn.written(row) else profile.wrong
        turn.write(row, 1 - share)
    return True


def overlook(turn: Turn, forgets: Forgets, *, claims: bool) -> None:
    """Let the team lose sight of one task for good, in as many runs as the recordings have such.

    A team that is not told of refusals takes for done what was never closed. It is one of the tasks that
    nothing builds on, the same for all agents of a run.
    """
    agents = len(turn.brief.developers)
    share = forgets.share(agents, claims=claims, chained=turn.chained)
    # Runs of one seed in other teams or on other suites draw for themselves: a seed is not a fate. Of a few
    # seeds in a row as many fail as should: what is drawn for them is spread evenly.
    run = f"{turn.brief.suite} {turn.brief.strategy} {agents} {turn.chain}"
    if turn.draws.spread_uniform(f"overlooks {run}") < share:
        built_on = {task for row in turn.rows for task in row.dependencies}
        last = [row.id for row in turn.rows if row.id not in built_on]
        if last:
            turn.plan.overlooked = last[int(turn.draws.run_uniform("overlooked") * len(last))]


def _holder(turn: Turn, text: str) -> str:
    """The teammate whom a refusal names first."""
    words = text.replace(";", " ").replace(",", " ").replace(".", " ").split()
    return next((word for word in words if word in turn.brief.team and word != turn.me), "")
