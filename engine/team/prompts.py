"""The texts agents read. A change of any of them is a new ``TEMPLATE``, for journals refer to texts by it.

The forms are fixed, one per line, so that the journal can rebuild every prompt byte for byte and a simulated
model can read them back. Text that is not the engine's own (descriptions, mail, test output) is quoted with
``> ``; file contents stand between fences.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from engine.record.barrier import slack
from engine.record.events import AgentSpec, RunStarted, TaskSpec
from engine.strategies.base import Strategy
from engine.team.actions import REVIEWING, grammar_text

TEMPLATE = 4
"""Version of these texts; runs go on under the one that they began with.

2 teaches leads to add tasks and dependencies, 3 everybody to ask people; 4 says anew, after a conversation
was shortened, what is otherwise than in the brief.
"""

_ROUND = """\
# How a round works
- The team works in rounds. In each round every agent gets one prompt like this and answers with one reply.
- Write what you think in plain words, and ask for actions with tags. They are carried out in the order of
  your text, each by itself: one that is refused does not stop the next.
- What came of them, mail, and files that others changed are in your next prompt.
- Plain words reach nobody else; to tell teammates something, send a message.
- All agents share one workspace. A task counts as done when its owner completes it.
- The tests of the project exist already and cannot be changed."""

_AT_OWN_PACE = """\
# How a turn works
- Each agent works at its own pace: it gets a prompt like this, answers with one reply, and is prompted again
  without waiting for {others}. The number of your turn stands at the top.
- Write what you think in plain words, and ask for actions with tags. They are carried out in the order of
  your text, each by itself: one that is refused does not stop the next.
- What came of them, mail, and files that others changed are in your next prompt. Others go on while you
  think: what you were shown may have changed when your reply arrives.
- Plain words reach nobody else; to tell teammates something, send a message.
- All agents share one workspace. A task counts as done when its owner completes it.
- The tests of the project exist already and cannot be changed."""

_LOCKS = {
    "pessimistic": "- The first agent to edit a file in a round holds it until the round ends; "
    "edits of others are refused until then.",
    "optimistic": "- An edit is refused if the file changed since the version you last saw; "
    "look at the new version and edit again.",
    "none": "- Files are not locked: the last edit of a file wins.",
}

_LOCK_AT_OWN_PACE = (
    "- The first agent to edit a file holds it until all turns have ended that were open then; "
    "edits of others are refused until then."
)

_COMPLETION = {
    "reported": "- complete_task does not check anything: run the tests of a task before you complete it.",
    "verified": "- complete_task runs the tests of the task and is refused unless all of them pass.",
}


def quote(text: str) -> str:
    """Every line of ``text`` with ``> `` before it, newline at the end."""
    return "".join(f"> {line}\n" for line in text.rstrip("\n").split("\n"))


def brief(
    run: RunStarted, agent: AgentSpec, strategy: Strategy, own: Sequence[str], members: Collection[str]
) -> str:
    """The first message to ``agent``. ``own`` are the ids that it owns, ``members`` the team as it is."""
    team = ", ".join(members)
    lines = [
        f"You are {agent.name}, {agent.role} of the team that builds {run.suite}.\n",
        f"Team: {team}.\n",
        f"Strategy: {run.strategy}.\n",
    ]
    if strategy.preassigns:
        lines.append(f"Your tasks, in this order: {', '.join(own) or 'none'}.\n")
    lines.append(f"Completion: {run.completion}.\n")
    if run.quirks:
        lines.append("Feedback: none on edits, claims and completions that are refused.\n")
    lines.append(f"\n# Project\n{quote(run.brief)}")
    lines.append(f"\n{_pace(run)}\n{_COMPLETION[run.completion]}\n")
    omit = () if strategy.reviews and run.verified_by == "review" else REVIEWING
    optimistic = run.locks == "optimistic"
    grammar = grammar_text(agent.role, omit=omit, optimistic=optimistic, template=run.template)
    lines.append(f"\n# Actions\n{grammar}\n")
    lines.append(f"\n# Rules of the strategy\n{strategy.rules(agent.role).rstrip()}\n")
    return "".join(lines)


def team_changed(
    run: RunStarted, agent: AgentSpec, strategy: Strategy, own: Sequence[str], members: Collection[str]
) -> str:
    """The section that says how the team goes on, to an agent whose brief told otherwise."""
    lines = [
        "## The team works otherwise from here on\n",
        f"Team: {', '.join(members)}.\n",
        f"Strategy: {run.strategy}.\n",
    ]
    if strategy.preassigns:
        lines.append(f"Your tasks, in this order: {', '.join(own) or 'none'}.\n")
    lines.append(f"{strategy.rules(agent.role).rstrip()}\n")
    return "".join(lines)


def role_changed(run: RunStarted, agent: AgentSpec, strategy: Strategy) -> str:
    """The section that says what an agent does from here on whose brief gave it another role."""
    grammar = grammar_text(agent.role, optimistic=run.locks == "optimistic", template=run.template)
    return (
        "## Your role is another from here on\n"
        f"You are {agent.name}, {agent.role} of the team that builds {run.suite}.\n"
        f"Your actions from here on:\n{grammar}\n"
        f"Rules of the strategy for you:\n{strategy.rules(agent.role).rstrip()}\n"
    )


def _pace(run: RunStarted) -> str:
    bound = slack(run.barrier)
    if bound == 0:
        return f"{_ROUND}\n{_LOCKS[run.locks]}"
    others = "anybody" if bound is None else f"others, until it is {bound} turns ahead of the slowest"
    locks = _LOCK_AT_OWN_PACE if run.locks == "pessimistic" else _LOCKS[run.locks]
    return f"{_AT_OWN_PACE.format(others=others)}\n{locks}"


def board_line(task: TaskSpec, status: str, owner: str, *, untested: bool = False) -> str:
    """One line of the board. ``untested`` says of a task that came later that no test will judge it."""
    needs = ",".join(task.dependencies) or "-"
    title = f"{task.title} (no tests)" if untested else task.title
    return f"{task.id} | {status} | {owner or '-'} | {needs} | {task.name} | {title}\n"


def board(done: int, total: int, lines: Iterable[str]) -> str:
    """The board section."""
    return f"## Task board ({done} of {total} done)\n" + "".join(lines)


def changes(files: Iterable[tuple[str, int, str]]) -> str:
    """Files that others changed: path, version, author."""
    return "## Files changed since your last turn\n" + "".join(
        f"{path} v{version} by {author}\n" for path, version, author in files
    )


def outcome(action: str, subject: str, result: str, sentence: str, more: str = "") -> str:
    """One outcome; ``more`` (test output) is quoted below it. What an agent wrote cannot break the line."""
    line = " ".join(f"- {action} {subject}".split()) + f": {result}. " + " ".join(sentence.split())
    return line.rstrip() + "\n" + (quote(more) if more else "")


def outcomes(lines: Iterable[str]) -> str:
    """The section of outcomes."""
    return "## Outcomes of your last reply\n" + "".join(lines)


def mail(messages: Iterable[tuple[str, str, int, str]]) -> str:
    """The mail section: id, sender, round, text. A person's name cannot break the line."""
    return "## Mail\n" + "".join(
        f"- {message_id} from {' '.join(sender.split())} in round {round_}:\n{quote(text)}"
        for message_id, sender, round_, text in messages
    )


def news(lines: Iterable[str], members: Iterable[str]) -> str:
    """What changed in the team and its work since the agent's last turn, and the team as it is."""
    return "## News\n" + "".join(f"- {line}\n" for line in lines) + f"Team: {', '.join(members)}.\n"


def task_section(task: TaskSpec) -> str:
    """The full text of a task."""
    return (
        f"## Task {task.id}: {task.name}\nFiles: {', '.join(task.files)}\n"
        f"Dependencies: {', '.join(task.dependencies) or 'none'}\n{quote(task.description)}"
    )


def file_section(path: str, version: int, author: str, content: str) -> str:
    """A file with its content between fences longer than any run of tildes that opens a line in it."""
    fence = "~~~"
    while any(line.startswith(fence) for line in content.split("\n")):
        fence += "~"
    language = "python" if path.endswith(".py") else "text"
    end = "" if content.endswith("\n") or not content else "\n"
    return f"## File {path} v{version} by {author}\n{fence}{language}\n{content}{end}{fence}\n"


def drafts(rows: Iterable[tuple[str, str, str, str]]) -> str:
    """The agent's own drafts: task, kind, whether it is open or submitted, name of the task."""
    return (
        "## Your copies of tasks\n"
        + "".join(f"{' | '.join(row)}\n" for row in rows)
        + "What you edit, test and complete of these tasks is your own copy; nobody else sees it.\n"
    )


def reviews(rows: Iterable[tuple[str, str, str]]) -> str:
    """What the agent is to review: task, name of the task, author."""
    return "## To review\n" + "".join(f"{' | '.join(row)}\n" for row in rows)


def more_tasks(count: int) -> str:
    """Says that further tasks are open whose full text was not shown."""
    return f"{count} more tasks are open to you; show_task gives their full text.\n"


def reply_section(agent: str) -> str:
    """The closing line."""
    return f"## Reply\nIt is your turn, {agent}: say briefly what you do, and use action tags.\n"
