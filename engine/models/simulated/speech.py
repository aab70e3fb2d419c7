"""What the simulated agents say: short sentences that fit what they do, varied by a draw."""

from __future__ import annotations

from collections.abc import Sequence

from engine.models.simulated.draws import Draws

_SENTENCES: dict[str, tuple[str, ...]] = {
    "start_one": (
        "Starting with {tasks}.",
        "I will take {tasks} first.",
        "I begin with {tasks}.",
        "Let me do {tasks}.",
    ),
    "start_many": (
        "Taking {tasks} in one go.",
        "I will write {tasks} together, they are small.",
        "Working through {tasks}.",
        "Here are {tasks}.",
    ),
    "next_one": (
        "Next is {tasks}.",
        "Going on with {tasks}.",
        "{tasks} is free now, taking it.",
        "Picking up {tasks}.",
    ),
    "next_many": (
        "Going on with {tasks}.",
        "Next batch: {tasks}.",
        "Trying {tasks} now.",
    ),
    "finish": (
        "{tasks} is done.",
        "Reporting {tasks} as done.",
        "That completes {tasks}.",
        "{tasks} is written, closing it.",
    ),
    "finish_many": (
        "{tasks} are done.",
        "Closing {tasks}.",
        "That completes {tasks}.",
    ),
    "hold": (
        "I want to see the tests before I report {tasks}.",
        "I will look at {tasks} once more.",
        "Not closing {tasks} yet.",
    ),
    "locked": (
        "{who} was writing the same file.",
        "{who} held the lock last time.",
        "I ran into the lock of {who}.",
    ),
    "owned": (
        "{who} was faster on {tasks}.",
        "{who} has {tasks}; looking for something else.",
        "Too late for {tasks}.",
    ),
    "blocked": (
        "Too early for {tasks}.",
        "Blocked on {tasks}; the chain has to move first.",
        "The dependencies of {tasks} are not done yet.",
    ),
    "waiting": (
        "Waiting for {tasks} before I can go on.",
        "My next step depends on {tasks}.",
        "I cannot go on without {tasks}.",
    ),
    "mend": (
        "Tests fail: mending {tasks}.",
        "Not content with {tasks}, here is a better version.",
        "Fixing {tasks}.",
        "I think I see what is wrong with {tasks}.",
    ),
    "rewrite": (
        "I also went over {tasks}.",
        "Aligning {tasks} with my part.",
        "A second look at {tasks}.",
        "Rewriting {tasks}, to be safe.",
    ),
    "green": (
        "All tests passed.",
        "Tests are green.",
    ),
    "test": (
        "Running the tests.",
        "Let me see what the tests say.",
        "Checking with the tests.",
    ),
    "idle": (
        "Nothing for me to do at the moment.",
        "All of my work is done; standing by.",
        "I am idle this round.",
        "No free task for me, I wait for the others.",
        "Looks good so far, I keep watching the board.",
        "My part is finished.",
        "Waiting for the team.",
    ),
    "unassigned": (
        "Nothing is assigned to me, I wait for the lead.",
        "Ready for work.",
        "Standing by for an assignment.",
    ),
    "reject": (
        "{tasks} does not do what its task asks for.",
        "{tasks} is wrong at the edges, look at the rules again.",
        "I would not pass {tasks} like this.",
    ),
    "all_done": (
        "Everything on the board is done.",
        "The board is complete.",
    ),
    "noted": (
        "Noted, {who}.",
        "Understood, {who}.",
        "Thanks, {who}.",
    ),
    "ask": (
        "How far are you with {tasks}? My next task needs that.",
        "I need {tasks} before I can go on. Anything I can do?",
        "Waiting for {tasks}; tell me when that is in.",
    ),
    "tell": (
        "{tasks} is in, the next link is free.",
        "Done with {tasks}; whatever builds on that can start.",
        "{tasks} is finished on my side.",
    ),
    "status": (
        "Working on {tasks}, no obstacles.",
        "{tasks} is under way.",
        "I am at {tasks}, done soon.",
    ),
    "status_idle": (
        "Nothing open on my side, I can take more.",
        "All of mine is done.",
    ),
    "assign": (
        "Here is who does what.",
        "Distributing the work.",
        "Assignments for the team:",
    ),
    "reassign": (
        "Finding a new owner for {tasks}.",
        "Reassigning {tasks}.",
    ),
    "monitor": (
        "{done} of {total} done, going well.",
        "We are at {done} of {total}.",
        "Status: {done} of {total} tasks done.",
        "{done} of {total}. Keep going.",
    ),
    "synthesis": (
        "{done} of {total} tasks are done; the rest is in hand. Each function stands in its own file.",
        "Nearly there: {done} of {total}. The chain is complete as far as the board shows.",
    ),
}


def sentence(draws: Draws, about: str, tasks: Sequence[str] = (), who: str = "", **numbers: int) -> str:
    """A sentence about a situation; ``tasks`` are names, of which the first three are said."""
    form = draws.choice(f"say {about}", _SENTENCES[about])
    return form.format(tasks=listing(tasks) or "my part", who=who or "a teammate", **numbers)


def listing(names: Sequence[str]) -> str:
    """Names in a sentence: ``a``, ``a and b``, ``a, b and 4 more``."""
    if len(names) <= 1:
        return "".join(names)
    if len(names) == 2:
        return f"{names[0]} and {names[1]}"
    if len(names) == 3:
        return f"{names[0]}, {names[1]} and {names[2]}"
    return f"{names[0]}, {names[1]} and {len(names) - 2} more"
