"""Refusals in an agent's pane: alone in full, in a row as one line."""

from __future__ import annotations

from engine.record import events as ev
from engine.record.state.agents import AgentsState
from engine.record.state.deeds import DeedsState
from engine.record.state.refusals import NAMED


def team() -> AgentsState:
    state = AgentsState()
    state.agents = {}
    state.run_started(
        ev.RunStarted(
            suite="s",
            structure="mixed",
            suite_hash="",
            brief="",
            p=0.5,
            tasks=(),
            files=(),
            team=(ev.AgentSpec(name="Dev1", model="m"),),
            strategy="decentralized",
            seed=0,
            locks="pessimistic",
            completion="reported",
            tests="simulated",
            clock="virtual",
            speed=0,
            max_rounds=1,
            lease_seconds=1,
            template=1,
        )
    )
    return state


def denied(path: str, holder: str = "Dev2", round_: int = 1) -> ev.LockDenied:
    return ev.LockDenied(round=round_, path=path, agent="Dev1", turn=1, holder=holder, age_seconds=3)


def ended(effects: int = 0) -> ev.TurnEnded:
    return ev.TurnEnded(turn=1, agent="Dev1", outcome="replied", effects=effects)


def lines(state: AgentsState) -> list[str]:
    return [line.text for line in state.agents["Dev1"].lines]


def test_a_single_refusal_names_holder_and_age() -> None:
    state = team()
    DeedsState(state).lock_denied(denied("a.py"))
    state.turn_ended(ended())
    assert lines(state) == ["⊘ denied a.py: Dev2 holds it 3 s"]


def test_a_series_is_one_line_that_counts_what_it_does_not_name() -> None:
    state = team()
    for number in range(NAMED + 3):
        DeedsState(state).lock_denied(denied(f"f{number}.py"))
    state.turn_ended(ended())
    assert lines(state) == ["⊘ denied f0.py, f1.py, f2.py, f3.py +3: Dev2 holds them"]


def test_another_holder_or_round_begins_another_line() -> None:
    state = team()
    DeedsState(state).lock_denied(denied("a.py"))
    DeedsState(state).lock_denied(denied("b.py", holder="Dev3"))
    DeedsState(state).lock_denied(denied("c.py", holder="Dev3", round_=2))
    state.turn_ended(ended())
    assert len(lines(state)) == 3


def test_a_series_stands_before_what_happened_after_it() -> None:
    state = team()
    for task in ("4", "5"):
        DeedsState(state).action_refused(
            ev.ActionRefused(
                agent="Dev1",
                turn=1,
                action="claim_task",
                object=task,
                reason="blocked",
                detail=f"Task {task} waits for 3.",
            )
        )
    DeedsState(state).task_claimed(ev.TaskClaimed(task="3", agent="Dev1", turn=1))
    assert lines(state) == ["⊘ claim task 4, 5: they wait for other tasks", "claims 3"]
