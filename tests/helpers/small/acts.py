"""An event of each kind that an agent does in a turn, or that looks as if it did."""

from __future__ import annotations

from collections.abc import Callable

from engine.record import events as ev

_NODE = "test_add.py::test_it"


def _released(agent: str, turn: int) -> ev.Event:
    return ev.TaskReleased(task="1", agent=agent, reason="released", turn=turn)


def _taken_away(agent: str, turn: int) -> ev.Event:
    return ev.TaskReleased(task="1", agent=agent, reason="reassigned", turn=turn)


def _lost(agent: str, turn: int) -> ev.Event:
    return ev.TaskReleased(task="1", agent=agent, reason="lease", turn=turn)


def _approved(agent: str, turn: int) -> ev.Event:
    return ev.TaskCompleted(task="1", agent="Dev9", turn=turn, evidence="none", reviewer=agent)


def _reviewed(agent: str, turn: int) -> ev.Event:
    return ev.ReviewGiven(task="1", agent=agent, author="Dev9", turn=turn, approved=True)


def _edited(agent: str, turn: int) -> ev.Event:
    return ev.FileEdited(
        path="add.py", agent=agent, turn=turn, version=1, base=0, content="", hash="", previous=""
    )


def _denied(agent: str, turn: int) -> ev.Event:
    return ev.LockDenied(path="add.py", agent=agent, turn=turn, holder="Dev9", age_seconds=1.0)


def _testing(agent: str, turn: int) -> ev.Event:
    return ev.TestsStarted(run=1, agent=agent, turn=turn, tasks=("1",), tree="ab")


def _tested(agent: str, turn: int) -> ev.Event:
    return ev.TestsFinished(
        run=1, agent=agent, turn=turn, verdict="passed", passed=(_NODE,), failed=(), seconds=1.0
    )


def _drafted(agent: str, turn: int) -> ev.Event:
    return ev.DraftEdited(
        draft=1, task="1", agent=agent, turn=turn, path="add.py", base=0, content="", hash=""
    )


def _submitted(agent: str, turn: int) -> ev.Event:
    return ev.DraftSubmitted(draft=1, task="1", agent=agent, turn=turn, run=1, hash="")


def _sent(agent: str, turn: int) -> ev.Event:
    return ev.MessageSent(id="m1", sender=agent, recipients=("Dev9",), text="", kind="message", turn=turn)


def _told(agent: str, turn: int) -> ev.Event:
    return ev.MessageSent(id="m1", sender="you", recipients=(agent,), text="", kind="operator")


def _added(agent: str, turn: int) -> ev.Event:
    spec = ev.TaskSpec(id="9", name="mul", title="", description="", files=(), dependencies=(), tests=())
    return ev.TaskAdded(spec=spec, author=agent, turn=turn)


def _refused(agent: str, turn: int) -> ev.Event:
    return ev.ActionRefused(
        agent=agent, turn=turn, action="claim_task", object="1", reason="owned", detail=""
    )


def _fenced(agent: str, turn: int) -> ev.Event:
    return ev.ActionRefused(
        agent=agent, turn=turn, action="claim_task", object="1", reason="fenced", detail=""
    )


ACTS: dict[str, Callable[[str, int], ev.Event]] = {
    "claim": lambda agent, turn: ev.TaskClaimed(task="1", agent=agent, turn=turn),
    "complete": lambda agent, turn: ev.TaskCompleted(task="1", agent=agent, turn=turn, evidence="none"),
    "complete by review": _approved,
    "release": _released,
    "take away": _taken_away,
    "lose to time": _lost,
    "assign": lambda agent, turn: ev.TaskAssigned(task="1", agent="Dev9", by=agent, turn=turn),
    "be given": lambda agent, turn: ev.TaskAssigned(task="1", agent=agent, by="strategy"),
    "hand in": lambda agent, turn: ev.ReviewRequested(task="1", agent=agent, turn=turn, reviewer="Dev9"),
    "review": _reviewed,
    "edit": _edited,
    "lock": lambda agent, turn: ev.LockAcquired(path="add.py", agent=agent, turn=turn, token=1),
    "be denied": _denied,
    "free": lambda agent, turn: ev.LockReleased(path="add.py", agent=agent, token=1, reason="barrier"),
    "begin tests": _testing,
    "end tests": _tested,
    "draft": _drafted,
    "submit": _submitted,
    "accept": lambda agent, turn: ev.DraftAccepted(draft=1, task="1", agent=agent, turn=turn, run=1),
    "ask": lambda agent, turn: ev.InfoRequested(agent=agent, turn=turn, action="show_task", object="1"),
    "ask people": lambda agent, turn: ev.PersonAsked(agent=agent, turn=turn, text="What now?"),
    "send": _sent,
    "be told": _told,
    "depend": lambda agent, turn: ev.DependencyAdded(task="1", dependency="9", author=agent, turn=turn),
    "add": _added,
    "be refused": _refused,
    "be fenced": _fenced,
}
"""By what is done: the event of an agent in a turn. Some name no turn, or nobody who acts."""
