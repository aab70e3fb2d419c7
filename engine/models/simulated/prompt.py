"""Read a prompt back: what the team, the board, the outcomes and the mail say, from the text alone.

Tolerant: a section that is absent or written otherwise is read as empty, never as an error. Quoted text
(``> ``) and fenced file contents are data, so nothing written by an agent can pass for a section.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

import msgspec

OPEN = ("assigned", "in_progress")


@dataclass(frozen=True, slots=True)
class Brief:
    """What the first message says once: who the agent is, with whom, and how the team works."""

    agent: str
    role: str
    suite: str
    team: tuple[str, ...]
    strategy: str
    own: tuple[str, ...]
    completion: str
    silent: bool = False  # refusals are not told

    @property
    def developers(self) -> tuple[str, ...]:
        """The team without its lead: the agent itself if it is that, else who is called so."""
        if self.role == "lead":
            return tuple(name for name in self.team if name != self.agent) or self.team
        return tuple(name for name in self.team if name != "Lead") or self.team

    @property
    def rank(self) -> int:
        """Place of the agent among the developers, from 0 (0 also for a lead)."""
        developers = self.developers
        return developers.index(self.agent) if self.agent in developers else 0


class Row(msgspec.Struct, frozen=True):
    """A task on the board; ``owner`` is empty if nobody owns it."""

    id: str
    status: str
    owner: str
    dependencies: tuple[str, ...]
    name: str
    title: str


class Board(dict[str, Row]):
    """The rows of a board by id, in its order, and what follows from them alone.

    All agents of a round read the same board, which may hold thousands of tasks: it is looked through once.
    Its lists are for all of them; do not change them.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        super().__init__((row.id, row) for row in rows)
        self.rows = list(self.values())
        self.done = frozenset(row.id for row in self.rows if row.status == "done")
        self.free = [row for row in self.rows if row.status not in (*OPEN, "review", "done")]
        self.ready = [row for row in self.free if self.done.issuperset(row.dependencies)]
        self.owned: dict[str, list[Row]] = {}
        for row in self.rows:
            if row.owner:
                self.owned.setdefault(row.owner, []).append(row)


class Outcome(msgspec.Struct, frozen=True):
    """What became of one action of the last reply, and the sentence that says so."""

    action: str
    object: str
    verdict: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A message in the inbox."""

    sender: str
    text: str


@dataclass(slots=True)
class Prompt:
    """A turn's prompt, read."""

    round: int = 0
    board: Board = field(default_factory=Board)
    changes: dict[str, str] = field(default_factory=dict)  # path -> author of its newest version
    opening: bool = True  # nothing else stands before or among board, changes and outcomes
    outcomes: list[Outcome] = field(default_factory=list)
    mail: list[Mail] = field(default_factory=list)
    tasks: dict[str, str] = field(default_factory=dict)  # id -> section, unquoted
    files: dict[str, str] = field(default_factory=dict)  # path -> author of the version shown
    reviews: tuple[str, ...] = ()  # ids of tasks to review
    contents: dict[str, str] = field(default_factory=dict)  # path -> content, for reviews
    copies: dict[str, tuple[str, str]] = field(default_factory=dict)  # id -> kind and state of an own copy


OPENING = ("Task board", "Files changed", "Outcomes")
"""The sections with which a prompt usually begins."""

NEWS = "## News\n"
"""How the section begins that says how the team and its work changed, and who is of it."""

CHANGED = "## The team works otherwise from here on\n"
"""How the section begins that says what of the brief holds no more."""


_BRIEF = {
    "you": re.compile(
        r"^You are (?P<agent>\S+), (?:the )?(?P<role>\w+) of the team that builds (?P<suite>.+?)\.?$", re.M
    ),
    "team": re.compile(r"^Team: (.+?)\.?$", re.M),
    "strategy": re.compile(r"^Strategy: ([\w-]+)", re.M),
    "own": re.compile(r"^Your tasks, in this order: (.+?)\.?$", re.M),
    "completion": re.compile(r"^Completion: (\w+)", re.M),
    "feedback": re.compile(r"^Feedback: (\w+)", re.M),
}
_ROUND = re.compile(r"^# Round (\d+)", re.M)
_FENCE = re.compile(r"(~{3,})[^\n]*\n")
_CHANGE = re.compile(r"^(.+) v\d+ by (.+)$")
_OUTCOME = re.compile(
    r"- (\w+)(?: (.*?))?: (ok|refused|passed|failed|error|timeout)(?: \((\w+)\))?\.?(?: (.*))?$"
)
_MAIL = re.compile(r"- \S+ from (.+?) in round \d+:$")


@lru_cache(maxsize=512)  # one entry per agent of a large team; a brief is read at every turn
def read_brief(text: str) -> Brief:
    """Read the first message. What it does not say is empty; the agent is then ``Dev1``, a developer."""
    found = {name: pattern.search(text) for name, pattern in _BRIEF.items()}
    you, team, own = found["you"], found["team"], found["own"]
    agent = you["agent"] if you else "Dev1"
    ids = own[1] if own and own[1] != "none" else ""
    return Brief(
        agent=agent,
        role=you["role"] if you else "developer",
        suite=you["suite"] if you else "",
        team=_names(team[1]) if team else (agent,),
        strategy=_first(found["strategy"]),
        own=_names(ids),
        completion=_first(found["completion"]),
        silent=_first(found["feedback"]) == "none",
    )


RECAST = "## Your role is another from here on\n"
"""How the section begins that gives an agent another role."""


@lru_cache(maxsize=512)  # as above
def amended(brief: Brief, section: str) -> Brief:
    """The brief as a section of a later prompt changes it: team, strategy and own tasks."""
    now = read_brief(section)
    return replace(brief, team=now.team, strategy=now.strategy, own=now.own)


def read_prompt(text: str) -> Prompt:
    """Read a turn's prompt."""
    prompt = Prompt()
    number = _ROUND.search(text)
    if number:
        prompt.round = int(number[1])
    others = False
    for heading, body in sections(text):
        if not heading.startswith(OPENING):
            others = True
            _read_other(prompt, heading, body)
            continue
        prompt.opening &= not others
        if heading.startswith("Task board"):
            prompt.board = _board(body)
        elif heading.startswith("Files changed"):
            prompt.changes = read_changes(body)
        else:
            prompt.outcomes = read_outcomes(body)
    return prompt


def _read_other(prompt: Prompt, heading: str, body: str) -> None:
    if heading == "Mail":
        prompt.mail = _mail(body)
    elif heading == "To review":
        prompt.reviews = tuple(line.split(" | ", 1)[0] for line in body.splitlines() if " | " in line)
    elif heading == "Your copies of tasks":
        cells = (line.split(" | ", 3) for line in body.splitlines())
        prompt.copies = {found[0]: (found[1], found[2]) for found in cells if len(found) == 4}
    elif heading.startswith("Task "):
        prompt.tasks[heading[5:].partition(":")[0]] = _unquoted(body)
    elif heading.startswith("File "):
        match = _CHANGE.match(heading[5:])
        if match:
            prompt.files[match[1]] = match[2]
            if prompt.reviews:
                prompt.contents[match[1]] = _fenced(body)


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Headings and bodies of a prompt, in order; the fenced content of a file is not searched."""
    start = _heading(text, 0)
    while start >= 0:
        line_end = text.find("\n", start)
        if line_end < 0:
            line_end = len(text)
        heading, begin = text[start + 3 : line_end], line_end + 1
        search_from = begin
        if heading.startswith("File "):
            fence = _FENCE.match(text, begin)
            if fence:
                end = text.find(f"\n{fence[1]}\n", fence.end() - 1)
                search_from = end + 1 if end >= 0 else len(text)
        start = _heading(text, search_from)
        yield heading, text[begin : start if start >= 0 else len(text)]


def _heading(text: str, since: int) -> int:
    """Where the first heading stands in lines that begin at ``since`` or later; -1 if there is none.

    A pattern would be tried at each line of the board, of which there may be thousands.
    """
    if since == 0 and text.startswith("## ") and text[3:4] not in ("", "\n"):
        return 0
    while (found := text.find("\n## ", max(0, since - 1))) >= 0:
        if text[found + 4 : found + 5] not in ("", "\n"):
            return found + 1
        since = found + 2
    return -1


def read_changes(body: str) -> dict[str, str]:
    """Paths and the authors of their newest versions."""
    found = (_CHANGE.match(line) for line in body.splitlines())
    return {match[1]: match[2] for match in found if match}


def read_outcomes(body: str) -> list[Outcome]:
    """Outcomes in the order of the actions. Quoted lines (test output) are for those who can read it."""
    found = (_OUTCOME.match(line) for line in body.splitlines())
    return [Outcome(*match.groups(default="")) for match in found if match]


@lru_cache(maxsize=4)  # all agents of a round are shown the same board, which may hold thousands of tasks
def _board(body: str) -> Board:
    cells = (line.split(" | ", 5) for line in body.splitlines())
    return Board(
        Row(
            identity,
            status,
            "" if owner == "-" else owner,
            () if dependencies == "-" else tuple(dependencies.replace(" ", "").split(",")),
            name,
            title,
        )
        for identity, status, owner, dependencies, name, title in (row for row in cells if len(row) == 6)
    )


def _mail(body: str) -> list[Mail]:
    mail: list[Mail] = []
    for line in body.splitlines():
        match = _MAIL.match(line)
        if match:
            mail.append(Mail(match[1], ""))
        elif line.startswith(">") and mail:
            text = f"{mail[-1].text}\n{line[2:]}" if mail[-1].text else line[2:]
            mail[-1] = Mail(mail[-1].sender, text)
    return mail


def _fenced(body: str) -> str:
    fence = _FENCE.match(body)
    return body[fence.end() :].rpartition(f"{fence[1]}\n")[0] if fence else ""


def _unquoted(body: str) -> str:
    return "\n".join(line[2:] if line.startswith("> ") else line.lstrip(">") for line in body.splitlines())


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in (part.strip() for part in text.split(",")) if name)


def _first(match: re.Match[str] | None) -> str:
    return match[1] if match else ""
