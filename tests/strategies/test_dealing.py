"""Work that changes hands while the run goes on: who gets what, what is never taken, what agents are told."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import pytest

from engine.record import events as ev
from engine.simulation.scenario import Settings, draw
from engine.simulation.world import play as simulate
from tests.helpers.scripted import Played, Say, Script, edit, graph, play

FOUR = graph("a", "b", "c", "d", c="a", d="c")
"""Dealt out to two: a, c, d to Dev1 and b to Dev2."""

SIX = graph("a", "b", "c", "d", "e", "f", c="a", d="a", e="a", f="a")
"""Dealt out to two: all but b to Dev1; once a is done, four are ready."""


def owners(played: Played, round_: int) -> list[tuple[str, str]]:
    """Tasks given out by the strategy at the beginning of that round, and to whom."""
    return [(e.task, e.agent) for e in played.of(ev.TaskAssigned, by="strategy", round=round_)]


def complete(*tasks: str) -> str:
    return "".join(f'<complete_task id="{task}"/>' for task in tasks)


# ------------------------------------------------------------ work stealing


def test_an_idle_agent_takes_ready_work_that_a_loaded_one_has_not_begun() -> None:
    played = play(
        {"Dev1": [complete("1")], "Dev2": [complete("2")]}, SIX, strategy="work-stealing", max_rounds=2
    )
    # Dev1 has four ready tasks then; one goes over, and a second would gain nothing worth it
    assert owners(played, 2) == [("6", "Dev2")]
    stolen = played.of(ev.TaskReleased)
    assert {(e.agent, e.reason, e.to, e.turn) for e in stolen} == {("Dev1", "stolen", "Dev2", 0)}
    assert [e.task for e in stolen] == [task for task, _ in owners(played, 2)]


def test_a_theft_is_one_release_and_one_assignment_with_nothing_between() -> None:
    played = play(
        {"Dev1": [complete("1")], "Dev2": [complete("2")]}, SIX, strategy="work-stealing", max_rounds=2
    )
    for release in played.of(ev.TaskReleased, reason="stolen"):
        after = played.events[release.seq]
        assert isinstance(after, ev.TaskAssigned)
        assert (after.task, after.agent, after.ts) == (release.task, release.to, release.ts)


def test_both_are_told_in_their_next_prompt() -> None:
    played = play(
        {"Dev1": [complete("1")], "Dev2": [complete("2")]}, SIX, strategy="work-stealing", max_rounds=2
    )
    lost = "- task 6: moved. Dev2 had nothing to do and you had not begun it: it is Dev2's now."
    got = "- task 6: yours. You had nothing to do, and Dev1 had not begun it."
    assert lost in played.section("Dev1", 2, "Outcomes")
    assert got in played.section("Dev2", 2, "Outcomes")
    assert "Write f." in played.section("Dev2", 2, "Task 6")  # with the text of its new task


@pytest.mark.parametrize("begun", ['<claim_task id="6"/>', edit("f.py")], ids=["claimed", "edited"])
def test_begun_work_is_not_taken(begun: str) -> None:
    script: Script = {"Dev1": [complete("1") + begun], "Dev2": [complete("2")]}
    played = play(script, SIX, strategy="work-stealing", max_rounds=2)
    assert "6" not in [task for task, _ in owners(played, 2)]
    assert owners(played, 2)


def test_a_file_written_ahead_of_its_dependencies_counts_as_begun() -> None:
    script: Script = {"Dev1": [edit("f.py") + complete("1")], "Dev2": [complete("2")]}
    played = play(script, SIX, strategy="work-stealing", max_rounds=2)
    assert [task for task, _ in owners(played, 2)] == ["5"]


def test_who_has_ready_work_of_its_own_takes_none_and_a_last_task_stays() -> None:
    calm = play({}, SIX, strategy="work-stealing", max_rounds=3)
    assert not calm.of(ev.TaskReleased)  # Dev2 has b all the time
    script: Script = {"Dev1": [complete("1")], "Dev2": [complete("2")]}
    last = play(script, FOUR, strategy="work-stealing", max_rounds=2)
    assert not last.of(ev.TaskReleased)  # of Dev1's tasks only c is ready


def test_even_a_last_task_goes_over_from_who_is_much_slower() -> None:
    script: Script = {"Dev1": [Say(complete("1"), 9.0)], "Dev2": [complete("2")]}
    played = play(script, FOUR, strategy="work-stealing", max_rounds=2)
    assert owners(played, 2) == [("3", "Dev2")]


def test_work_of_a_lost_agent_waits_for_its_lease() -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "Dev1"\nat_round = 2\n'
    script: Script = {"Dev1": [complete("1")], "Dev2": [complete("2")]}
    played = play(script, SIX, strategy="work-stealing", plan=plan, lease_seconds=2.5, max_rounds=6)
    crash = played.one(ev.AgentCrashed)
    after = [e for e in played.of(ev.TaskReleased) if e.seq > crash.seq]
    assert [e.reason for e in after] == ["lease"] * 3
    assert all(e.ts >= crash.lease_until for e in after)


# ------------------------------------------------------------ critical path


def test_ready_tasks_go_out_one_each_longest_chain_first() -> None:
    tasks = graph("x", "y", "a", "b", "c", b="a", c="b")
    played = play({}, tasks, strategy="critical-path", agents=2, max_rounds=2)
    assert owners(played, 1) == [("3", "Dev1"), ("1", "Dev2")]
    assert owners(played, 2) == []  # both are busy
    assert "- task 3: yours." in played.section("Dev1", 1, "Outcomes")
    assert played.section("Dev1", 1, "Task 3")
    assert not played.section("Dev1", 1, "Task 2")  # what it could get later is not shown


def test_nobody_claims_where_tasks_are_given_out() -> None:
    played = play(
        {"Dev1": ['<claim_task id="2"/>']}, graph("a", "b"), strategy="critical-path", agents=1, max_rounds=1
    )
    assert played.one(ev.ActionRefused).reason == "not_allowed"


def test_the_chain_goes_to_the_fast_agent_and_fillers_to_the_slow_one() -> None:
    tasks = graph("a", "b", "c", "d", "p", "q", "r", "s", "t", "u", b="a", c="b", d="c")
    by_id = {task.id: task for task in tasks}

    def brain(agent: str, call: int, messages: object) -> Say:
        mine = play_board(messages, agent)
        text = "".join(edit(by_id[task].files[0]) + complete(task) for task in mine[:1])
        return Say(text, 8.0 if agent == "Dev1" else 1.0)

    played = play(brain, tasks, strategy="critical-path", agents=2, max_rounds=30)
    assert played.outcome == "completed"
    done = {e.task: e.agent for e in played.of(ev.TaskCompleted)}
    # all are equal at first and a goes to Dev1; then it is known to be slow
    assert [done[task] for task in "1234"] == ["Dev1", "Dev2", "Dev2", "Dev2"]


def play_board(messages: object, agent: str) -> list[str]:
    """The agent's open tasks, as its last prompt shows them."""
    assert isinstance(messages, list)
    lines = [line.split(" | ") for line in messages[-1].text.splitlines() if line.count(" | ") == 5]
    return [cells[0] for cells in lines if cells[2] == agent and cells[1] in ("assigned", "in_progress")]


def test_who_completes_all_it_has_in_one_turn_is_given_more_and_the_next_link_along() -> None:
    names = [f"t{n}" for n in range(1, 9)]
    chain = graph(*names, **{name: before for before, name in pairwise(names)})

    def brain(agent: str, call: int, messages: object) -> str:
        return "".join(edit(f"t{task}.py") + complete(task) for task in play_board(messages, agent))

    played = play(brain, chain, strategy="critical-path", agents=1, max_rounds=9)
    assert [len(played.of(ev.TaskCompleted, round=r)) for r in (1, 2, 3)] == [1, 2, 4]
    assert played.outcome == "completed"


def test_a_slow_agent_is_not_given_the_next_link_along() -> None:
    tasks = graph("a", "b", "c", "x", "y", "z", b="a", c="b", y="x", z="y")
    names = {task.id: task.name for task in tasks}

    def brain(agent: str, call: int, messages: object) -> Say:
        mine = play_board(messages, agent)
        text = "".join(edit(f"{names[task]}.py") + complete(task) for task in mine)
        return Say(text, 8.0 if agent == "Dev2" else 1.0)

    played = play(brain, tasks, strategy="critical-path", agents=2, max_rounds=9)
    assert max(len(owners_of(played, "Dev2", r)) for r in range(1, 9)) == 1
    assert played.outcome == "completed"


def owners_of(played: Played, agent: str, round_: int) -> list[str]:
    return [task for task, name in owners(played, round_) if name == agent]


# ------------------------------------------------------------ both, in simulated teams under faults


@lru_cache(maxsize=2)
def histories(strategy: str) -> tuple[tuple[ev.AnyEvent, ...], ...]:
    settings = Settings(strategy=strategy)
    return tuple(tuple(simulate(draw(seed, settings)).events) for seed in range(12))


@pytest.mark.parametrize("strategy", ["work-stealing", "critical-path"])
def test_no_task_ever_has_two_owners(strategy: str) -> None:
    for events in histories(strategy):
        owner: dict[str, str] = {}
        for event in events:
            if isinstance(event, ev.TaskAssigned | ev.TaskClaimed):
                assert owner.get(event.task, event.agent) == event.agent
                owner[event.task] = event.agent
            elif isinstance(event, ev.TaskReleased):
                assert owner.pop(event.task) == event.agent


def test_a_stolen_task_was_never_begun_and_its_owner_was_between_two_turns() -> None:
    thefts = 0
    for events in histories("work-stealing"):
        begun: dict[str, set[str]] = {}
        open_: set[str] = set()
        files = {path: task.id for task in events[0].tasks for path in task.files}  # type: ignore[union-attr]  # the start
        for event in events:
            match event:
                case ev.TurnStarted():
                    open_.add(event.agent)
                case ev.TurnEnded():
                    open_.discard(event.agent)
                case ev.TaskAssigned():
                    begun[event.task] = set()
                case ev.TaskClaimed():
                    begun.setdefault(event.task, set()).add(event.agent)
                case ev.FileEdited() if event.path in files:
                    begun.setdefault(files[event.path], set()).add(event.agent)
                case ev.TaskReleased(reason="stolen"):
                    thefts += 1
                    assert event.agent not in begun[event.task]
                    assert event.agent not in open_
                case _:
                    pass
    assert thefts > 10
