"""Events of files, locks, test runs and drafts."""

from __future__ import annotations

from typing import Literal

from engine.record.events.common import Event, Verdict


class FileEdited(Event, frozen=True, kw_only=True, tag="file_edited"):
    """``agent`` wrote ``path``, whole; ``version`` counts per path from 1.

    ``base`` is the version the agent had seen (0: none); ``token`` is the fencing token of its lock, null
    without locks; ``previous`` is the author of the version before, empty if there was none.
    """

    path: str
    agent: str
    turn: int
    version: int
    base: int
    content: str
    hash: str
    previous: str = ""
    token: int | None = None


class LockAcquired(Event, frozen=True, kw_only=True, tag="lock_acquired"):
    """``agent`` holds ``path``; ``token`` grows with every acquisition of the path."""

    path: str
    agent: str
    turn: int
    token: int


class LockDenied(Event, frozen=True, kw_only=True, tag="lock_denied"):
    """``agent`` asked for ``path``, which ``holder`` has held for ``age_seconds``."""

    path: str
    agent: str
    turn: int
    holder: str
    age_seconds: float


class LockReleased(Event, frozen=True, kw_only=True, tag="lock_released"):
    """``path`` is free again; ``forgotten``: the lock service lost it, and its holder does not know.

    ``released``: its holder gave it up, which only agents of other engines can.
    """

    path: str
    agent: str
    token: int
    reason: Literal["barrier", "lease", "end", "forgotten", "left", "released"]


class TestsStarted(Event, frozen=True, kw_only=True, tag="tests_started"):
    """``agent`` tests the workspace as it stands (``tree`` is its hash). ``tasks`` empty: all of them.

    With ``drafts``, what is tested (and hashed) is the workspace with these drafts laid over it; such a run
    says nothing about the workspace itself.
    """

    __test__ = False  # not a test class, whatever pytest thinks of its name

    run: int
    agent: str
    turn: int
    tasks: tuple[str, ...]
    tree: str
    drafts: tuple[int, ...] = ()


class TestsFinished(Event, frozen=True, kw_only=True, tag="tests_finished"):
    """The verdict of test run ``run``: node ids that passed, and those expected that did not.

    ``wait_seconds`` is how long the run waited for a slot, ``seconds`` how long it took after that;
    ``exit_code`` is the runner's, where that is all that was recorded.
    """

    __test__ = False

    run: int
    agent: str
    turn: int
    verdict: Verdict
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    seconds: float
    wait_seconds: float = 0.0
    output: str = ""
    exit_code: int | None = None


class DraftOpened(Event, frozen=True, kw_only=True, tag="draft_opened"):
    """``agent`` gets a draft: a version of the files of ``task`` of its own, which nobody else sees.

    A ``backup`` stands in for the work of ``owner``, who had been at it for ``late_seconds`` where
    ``typical_seconds`` are usual; a ``version`` is one of several that have to agree.
    """

    draft: int
    task: str
    agent: str
    kind: Literal["backup", "version"]
    owner: str = ""
    late_seconds: float | None = None
    typical_seconds: float | None = None


class DraftEdited(Event, frozen=True, kw_only=True, tag="draft_edited"):
    """``agent`` wrote ``path`` in its draft, whole. ``base`` is the workspace's version it had been shown."""

    draft: int
    task: str
    agent: str
    turn: int
    path: str
    base: int
    content: str
    hash: str


class DraftSubmitted(Event, frozen=True, kw_only=True, tag="draft_submitted"):
    """The draft passed the tests of its task in test run ``run``; ``hash`` is of all its files together."""

    draft: int
    task: str
    agent: str
    turn: int
    run: int
    hash: str


class DraftAccepted(Event, frozen=True, kw_only=True, tag="draft_accepted"):
    """The draft becomes the files of its task, by the edits that follow, and completes it.

    ``run`` is the test run that it passed. ``agreeing`` are the drafts that agree on the tests, itself
    included, of which ``needed`` had to be; ``clones`` is how many of them are equal to another one.
    """

    draft: int
    task: str
    agent: str
    turn: int
    run: int
    needed: int = 1
    agreeing: tuple[int, ...] = ()
    clones: int = 0


class DraftEnded(Event, frozen=True, kw_only=True, tag="draft_ended"):
    """A copy of a task came to nothing. ``draft`` 0: it was the owner's own, in the workspace.

    ``lost``: ``winner`` completed the task first; ``agreed``: it was a vote for the version of ``winner``,
    which was taken; ``lease``: its agent was lost; ``left``: it left the team; ``failing``: its calls failed
    for a lease; ``changed``: the strategy was, in a fork. ``characters`` is what was written for it;
    ``cancelled`` the turn whose reply was not waited for (0: none), and whose tokens nobody reports.
    """

    draft: int
    task: str
    agent: str
    reason: Literal["lost", "agreed", "lease", "changed", "left", "failing"]
    winner: str = ""
    characters: int = 0
    cancelled: int = 0
