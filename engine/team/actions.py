"""Everything an agent may ask for: one table from which grammar, scanner and help come.

An action is a tag in a reply, ``<claim_task id="3"/>``, or one with a body, ``<broadcast>text</broadcast>``.
To add one, add a row to ``ACTIONS``: the scanner reads it and prompts teach it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from engine.record.events import Role

Body: TypeAlias = Literal["none", "content", "text"]
"""``content`` is kept byte for byte; ``text`` is talk: its outer blanks do not count, it may not be empty."""


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """A row of the table.

    ``help`` is one line: what the action does and what it needs. ``examples`` are the ways to write it that
    agents are taught; the first one is quoted back when an agent nearly got it right.
    """

    name: str
    help: str
    examples: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    body: Body = "none"
    roles: tuple[Role, ...] = ("developer", "lead")
    since: int = 1
    """The version of the prompts that teaches it first."""

    @property
    def has_body(self) -> bool:
        """True if the tag encloses something."""
        return self.body != "none"

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of all attributes that the tag may carry."""
        return self.required + self.optional

    @property
    def example(self) -> str:
        """The usual way to write the action, on one line."""
        return self.examples[0].replace("\n", " ")


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "claim_task",
        "Take a task as your own. Needs a task that nobody owns and whose dependencies are all done.",
        ('<claim_task id="3"/>',),
        required=("id",),
    ),
    ActionSpec(
        "complete_task",
        "Report your task as done. Needs a task that you own and whose dependencies are all done.",
        ('<complete_task id="3"/>',),
        required=("id",),
    ),
    ActionSpec(
        "release_task",
        "Give your task back to the team.",
        ('<release_task id="3"/>',),
        required=("id",),
    ),
    ActionSpec(
        "show_task",
        "See the full text of a task in your next prompt.",
        ('<show_task id="3"/>',),
        required=("id",),
    ),
    ActionSpec(
        "run_tests",
        "Run the tests, all of them or those of one task, on the workspace as it stands at that moment.",
        ("<run_tests/>", '<run_tests id="3"/>'),
        optional=("id",),
    ),
    ActionSpec(
        "read_file",
        "See a file of the workspace in your next prompt.",
        ('<read_file path="add.py"/>',),
        required=("path",),
    ),
    ActionSpec(
        "edit_file",
        "Write a file: the whole new content, not a part or a diff. Tags in it are content, not actions.",
        ('<edit_file path="add.py">\n…whole new content…\n</edit_file>',),
        required=("path",),
        optional=("base",),
        body="content",
    ),
    ActionSpec(
        "send_message",
        "Write to one teammate, who reads it in the next prompt.",
        ('<send_message to="Dev2">text</send_message>',),
        required=("to",),
        body="text",
    ),
    ActionSpec(
        "broadcast",
        "Write to all teammates.",
        ("<broadcast>text</broadcast>",),
        body="text",
    ),
    ActionSpec(
        "ask_person",
        "Ask the people who run the team something. An answer comes as mail, if at all: go on meanwhile.",
        ("<ask_person>question</ask_person>",),
        body="text",
        since=3,
    ),
    ActionSpec(
        "approve_task",
        "Approve a task that a teammate handed in; then it is done. Needs its files as last shown to you.",
        ('<approve_task id="3"/>',),
        required=("id",),
        roles=("developer",),
    ),
    ActionSpec(
        "reject_task",
        "Give a task that a teammate handed in back to its author, with the reason.",
        ('<reject_task id="3">reason</reject_task>',),
        required=("id",),
        body="text",
        roles=("developer",),
    ),
    ActionSpec(
        "assign_task",
        "Give a task to a developer.",
        ('<assign_task id="3" to="Dev2"/>',),
        required=("id", "to"),
        roles=("lead",),
    ),
    ActionSpec(
        "request_status",
        "Ask a developer how far it is.",
        ('<request_status to="Dev2"/>',),
        required=("to",),
        roles=("lead",),
    ),
    ActionSpec(
        "add_task",
        "Put a new task on the board: what it should do, its file, and the tasks it builds on (if any).",
        ('<add_task title="Report as CSV" file="csv_report.py" after="3,7">text</add_task>',),
        required=("title", "file"),
        optional=("after",),
        body="text",
        roles=("lead",),
        since=2,
    ),
    ActionSpec(
        "add_dependency",
        "Have a task that nobody has begun wait for another one, too.",
        ('<add_dependency id="7" on="3"/>',),
        required=("id", "on"),
        roles=("lead",),
        since=2,
    ),
    ActionSpec(
        "synthesize",
        "Tell the whole team where the work stands and what follows from it.",
        ("<synthesize>text</synthesize>",),
        body="text",
        roles=("lead",),
    ),
)
"""The table. Its order is the order in which agents are taught."""

REVIEWING = ("approve_task", "reject_task")
"""Actions that only teams have in which agents review each other's work."""

LATEST = max(spec.since for spec in ACTIONS)
"""The version of the prompts that teaches all of it."""

BY_NAME: Mapping[str, ActionSpec] = MappingProxyType({spec.name: spec for spec in ACTIONS})
"""The table by name."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action as found in ``reply[start:end]``, complete and well-formed.

    ``args`` holds the attributes by lower-case name, values as written; ``body`` is None if the action has
    none. Whether it makes sense now (is there such a task?) is for the engine to judge.
    """

    name: str
    args: Mapping[str, str]
    body: str | None = None
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A near-miss in ``reply[start:end]``: meant as ``action``, not understood, without effect.

    ``sentence`` tells the agent what is wrong and what to write instead; ``snippet`` is how its tag begins,
    on one line. Both hold agent text and are as untrusted as the reply.
    """

    action: str
    sentence: str
    snippet: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What a reply holds: actions and near-misses in text order, and ``speech``, the text around them."""

    items: tuple[Action | Malformed, ...]
    speech: str

    @property
    def actions(self) -> tuple[Action, ...]:
        """The well-formed ones."""
        return tuple(item for item in self.items if isinstance(item, Action))


def render(action: Action) -> str:
    """The action as a tag; scanning it gives an equal action.

    Raises ``ValueError`` for values that no tag can carry: an attribute with both kinds of quotes, with
    ``<`` or a line break.
    """
    spec = BY_NAME[action.name]
    tag = action.name + "".join(f" {name}={_quoted(value)}" for name, value in action.args.items())
    if action.body is None:
        return f"<{tag}/>"
    newline = "\n" if spec.body == "content" else ""
    return f"<{tag}>{newline}{action.body}</{action.name}>"


def _quoted(value: str) -> str:
    if not value.strip() or any(c in value for c in "<\r\n"):
        raise ValueError(f"no attribute can hold {value!r}")
    for quote in "\"'":
        if quote not in value:
            return f"{quote}{value}{quote}"
    raise ValueError(f"no attribute can hold {value!r}")


def grammar_text(
    role: Role, *, omit: Collection[str] = (), optimistic: bool = False, template: int = LATEST
) -> str:
    """The lines that teach an agent of this role its actions.

    ``omit`` names actions that the strategy does not offer; ``optimistic`` teaches the ``base`` of an edit;
    ``template`` is the version of the prompts.
    """
    lines = []
    for spec in ACTIONS:
        if role not in spec.roles or spec.name in omit or spec.since > template:
            continue
        lines.append("  or  ".join(spec.examples))
        lines.append(f"    {spec.help}")
        if optimistic and "base" in spec.optional:
            lines.append(
                '    Add base="2" to say that your content follows version 2; without it, the version you '
                "were shown last counts. The edit is refused if the file has moved on."
            )
    return "\n".join(lines)
