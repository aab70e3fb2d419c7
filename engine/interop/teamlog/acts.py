"""What each type of line does to the ledger, but for those of the run itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.interop.teamlog import lines as log
from engine.interop.teamlog.ledger import File, Ledger, spec_of
from engine.record import events as ev
from engine.world.treehash import content_hash


def round_started(ledger: Ledger, line: log.RoundStarted) -> None:
    """The round before ends, a round begins."""
    ledger.end_round()
    ledger.begin_round()


def round_ended(ledger: Ledger, line: log.RoundEnded) -> None:
    """The barrier."""
    ledger.end_round()


# ---------------------------------------------------------------- agents


def agent_joined(ledger: Ledger, line: log.AgentJoined) -> None:
    """One more, unless it is there already."""
    known = ledger.members.get(line.agent)
    if known is None or known.gone:
        ledger.join(line.agent, line.role, line.model)


def agent_left(ledger: Ledger, line: log.AgentLeft) -> None:
    """One less; its tasks are free."""
    member = ledger.member(line.agent)
    ledger.emit(ev.AgentLeft(agent=line.agent, epoch=member.epoch, author="", why=line.why))
    member.gone = True
    ledger.end_turn(line.agent)
    for work in ledger.tasks.values():
        if work.owner == line.agent and not work.done:
            ledger.release(work, left=True)


def agent_crashed(ledger: Ledger, line: log.AgentCrashed) -> None:
    """It is down; nobody knows for how long its tasks stay its own."""
    member = ledger.member(line.agent)
    lease = ledger.now
    ledger.emit(ev.AgentCrashed(agent=line.agent, epoch=member.epoch, lease_until=lease, why=line.why))
    member.down = True
    ledger.end_turn(line.agent)


def agent_revived(ledger: Ledger, line: log.AgentRevived) -> None:
    """It is back."""
    ledger.member(line.agent)


# ---------------------------------------------------------------- turns


def turn_started(ledger: Ledger, line: log.TurnStarted) -> None:
    """It thinks."""
    ledger.begin(line.agent, explicit=True)


def replied(ledger: Ledger, line: log.Replied) -> None:
    """It thought. A second reply in a turn is a turn of its own that began when it came."""
    turn = ledger.member(line.agent).turn
    if turn is None or turn.replied or not turn.explicit:
        turn = ledger.begin(line.agent, explicit=True)
    turn.replied = True
    ledger.emit(
        ev.Replied(
            turn=turn.number,
            agent=line.agent,
            text=line.text or "",
            finish_reason="",
            input_tokens=line.input_tokens,
            output_tokens=line.output_tokens,
            latency_seconds=ledger.now - turn.began if line.seconds is None else line.seconds,
            attempts=1,
            cost_usd=line.cost_usd,
            cost_source="unknown" if line.cost_usd is None else "reported",
            cached_tokens=line.cached_tokens,
            reasoning_tokens=line.reasoning_tokens,
        )
    )


def call_failed(ledger: Ledger, line: log.CallFailed) -> None:
    """It thought in vain, so far."""
    turn = ledger.acting(line.agent)
    ledger.emit(
        ev.CallFailed(
            turn=turn.number,
            agent=line.agent,
            attempt=1,
            kind=line.kind,
            detail=line.detail,
            retry_seconds=line.retry_seconds,
        )
    )
    ledger.acted(line.agent)


def turn_ended(ledger: Ledger, line: log.TurnEnded) -> None:
    """It waits."""
    ledger.member(line.agent)
    ledger.end_turn(line.agent)


# ---------------------------------------------------------------- tasks


def task_added(ledger: Ledger, line: log.TaskAdded) -> None:
    """One more; dependencies that are not on the board yet come with it."""
    wanted = [each for each in dict.fromkeys(line.dependencies) if each != line.id]
    known = tuple(each for each in wanted if each in ledger.tasks)
    ledger.add(spec_of(line, known), line.author)
    for dependency in wanted:
        if dependency not in known:
            ledger.depend(line.id, dependency, line.author)


def dependency_added(ledger: Ledger, line: log.DependencyAdded) -> None:
    """One more thing to wait for."""
    ledger.depend(line.task, line.dependency, "")


def task_assigned(ledger: Ledger, line: log.TaskAssigned) -> None:
    """It has an owner."""
    ledger.member(line.agent)
    work = ledger.task(line.task)
    work.give(line.agent)
    ledger.emit(ev.TaskAssigned(task=line.task, agent=line.agent, by=line.by or ledger.source))


def task_claimed(ledger: Ledger, line: log.TaskClaimed) -> None:
    """Its owner begins."""
    turn, work = ledger.acting(line.agent), ledger.task(line.task)
    work.give(line.agent)
    ledger.emit(ev.TaskClaimed(task=line.task, agent=line.agent, turn=turn.number, token=work.token))
    ledger.acted(line.agent, 1)


def task_released(ledger: Ledger, line: log.TaskReleased) -> None:
    """It is nobody's, unless it is done."""
    work = ledger.task(line.task)
    if not work.done:
        ledger.release(work)


def task_completed(ledger: Ledger, line: log.TaskCompleted) -> None:
    """It is done."""
    turn, work = ledger.acting(line.agent), ledger.task(line.task)
    work.give(line.agent)
    work.done = True
    ledger.emit(
        ev.TaskCompleted(
            task=line.task,
            agent=line.agent,
            turn=turn.number,
            evidence=line.evidence,
            token=work.token,
            epoch=ledger.members[line.agent].epoch,
        )
    )
    ledger.acted(line.agent, 1)


# ---------------------------------------------------------------- files and locks


def file_edited(ledger: Ledger, line: log.FileEdited) -> None:
    """A path has one more version."""
    turn, file = ledger.acting(line.agent), ledger.files.setdefault(line.path, File())
    ledger.emit(
        ev.FileEdited(
            path=line.path,
            agent=line.agent,
            turn=turn.number,
            version=file.version + 1,
            base=0,
            content=line.content or "",
            hash="" if line.content is None else content_hash(line.content),
            previous=file.author,
        )
    )
    file.version, file.author = file.version + 1, line.agent
    ledger.acted(line.agent, 1)


def lock_acquired(ledger: Ledger, line: log.LockAcquired) -> None:
    """A path is held."""
    turn, file = ledger.acting(line.agent), ledger.files.setdefault(line.path, File())
    file.token, file.holder, file.since = file.token + 1, line.agent, ledger.now
    ledger.emit(ev.LockAcquired(path=line.path, agent=line.agent, turn=turn.number, token=file.token))
    ledger.acted(line.agent)


def lock_denied(ledger: Ledger, line: log.LockDenied) -> None:
    """A path was held by somebody else."""
    turn, file = ledger.acting(line.agent), ledger.files.get(line.path)
    ledger.emit(
        ev.LockDenied(
            path=line.path,
            agent=line.agent,
            turn=turn.number,
            holder=line.holder or (file.holder if file else ""),
            age_seconds=ledger.now - file.since if file and file.holder else 0.0,
        )
    )
    ledger.acted(line.agent)


def lock_released(ledger: Ledger, line: log.LockReleased) -> None:
    """A path is free; one that nobody held stays so without a word."""
    file = ledger.files.get(line.path)
    if file is not None and file.holder == line.agent:
        ledger.emit(ev.LockReleased(path=line.path, agent=line.agent, token=file.token, reason="released"))
        file.holder = ""


# ---------------------------------------------------------------- tests


def tests_started(ledger: Ledger, line: log.TestsStarted) -> None:
    """It tests."""
    turn = ledger.acting(line.agent)
    _test(ledger, line.agent, turn.number, tuple(ledger.task(task).spec.id for task in line.tasks))


def _test(ledger: Ledger, agent: str, turn: int, tasks: tuple[str, ...]) -> tuple[int, float]:
    ledger.runs += 1
    ledger.emit(ev.TestsStarted(run=ledger.runs, agent=agent, turn=turn, tasks=tasks, tree=""))
    ledger.members[agent].tests = run = (ledger.runs, ledger.now)
    return run


def tests_finished(ledger: Ledger, line: log.TestsFinished) -> None:
    """It tested."""
    turn = ledger.acting(line.agent)
    member = ledger.members[line.agent]
    run, began = member.tests or _test(ledger, line.agent, turn.number, ())
    member.tests = None
    ledger.emit(
        ev.TestsFinished(
            run=run,
            agent=line.agent,
            turn=turn.number,
            verdict=line.verdict,
            passed=line.passed,
            failed=line.failed,
            seconds=ledger.now - began if line.seconds is None else line.seconds,
            output=line.output,
        )
    )
    ledger.acted(line.agent)


# ---------------------------------------------------------------- talk


def message_sent(ledger: Ledger, line: log.MessageSent) -> None:
    """Mail that is there at once; to a person it goes out of the team, and nobody reads it here."""
    turn = 0 if line.operator else ledger.acting(line.sender).number
    others = (name for name, each in ledger.members.items() if name != line.sender and not each.gone)
    recipients = tuple(dict.fromkeys(line.recipients or others))
    ledger.messages += 1
    mail = f"m{ledger.messages}"
    ledger.emit(
        ev.MessageSent(
            id=mail,
            sender=line.sender,
            recipients=recipients,
            text=line.text,
            kind="operator" if line.operator else "message" if line.recipients else "broadcast",
            turn=turn,
        )
    )
    for name in recipients:
        if name in ledger.members:
            ledger.emit(ev.MessageDelivered(id=mail, recipient=name))
    if not line.operator:
        ledger.acted(line.sender)


def action_refused(ledger: Ledger, line: log.ActionRefused) -> None:
    """It tried in vain."""
    turn = ledger.acting(line.agent)
    ledger.emit(
        ev.ActionRefused(
            agent=line.agent,
            turn=turn.number,
            action=line.action,
            object=line.object,
            reason=line.reason,
            detail=line.detail,
        )
    )
    ledger.acted(line.agent)


Act = Callable[[Ledger, Any], None]  # each takes its own type of line; the table below keeps them apart

ACTS: Mapping[type, Act] = {
    log.RoundStarted: round_started,
    log.RoundEnded: round_ended,
    log.AgentJoined: agent_joined,
    log.AgentLeft: agent_left,
    log.AgentCrashed: agent_crashed,
    log.AgentRevived: agent_revived,
    log.TurnStarted: turn_started,
    log.Replied: replied,
    log.CallFailed: call_failed,
    log.TurnEnded: turn_ended,
    log.TaskAdded: task_added,
    log.DependencyAdded: dependency_added,
    log.TaskAssigned: task_assigned,
    log.TaskClaimed: task_claimed,
    log.TaskReleased: task_released,
    log.TaskCompleted: task_completed,
    log.FileEdited: file_edited,
    log.LockAcquired: lock_acquired,
    log.LockDenied: lock_denied,
    log.LockReleased: lock_released,
    log.TestsStarted: tests_started,
    log.TestsFinished: tests_finished,
    log.MessageSent: message_sent,
    log.ActionRefused: action_refused,
}
