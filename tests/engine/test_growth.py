"""Tasks and dependencies that are added while the team works."""

from __future__ import annotations

import pytest

from engine import control
from engine.analysis.consistency import check
from engine.analysis.laws import bounds_of
from engine.record import events as ev
from engine.restore import Past
from tests.helpers.scripted import IDLE, Played, Say, Script, Steering, done, graph, play

THREE = graph("a", "b", "c", b="a")


def add(title: str = "Report", file: str = "report.py", *after: str, **more: str) -> control.AddTask:
    return control.AddTask(title=title, files=(file,), after=after, **more)


def refusal(command: control.AnyCommand, **settings: object) -> str:
    """What the command is refused with in a team that works on task 1 and has done task 3."""

    async def steer(person: Steering) -> None:
        await person.until(ev.TaskCompleted)
        answer = await person.do(command)
        assert not answer.ok
        assert not person.run.state.board.tasks.keys() - {"1", "2", "3"}

    script = {"Dev1": [done("3", "c.py") + '<claim_task id="1"/>']}
    return play(script, THREE, steer=steer, max_rounds=2).answers[0].detail


def test_a_task_of_a_person_is_on_the_board_with_the_next_prompt_and_has_to_be_done() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TaskCompleted)
        answer = await person.do(add("A report", "out/report.py", "b", "3", description="Print all."))
        assert answer.ok

    script = {
        "Dev1": [done("1", "a.py"), done("2", "b.py"), done("4", "out/report.py")],
        "Dev2": [done("3", "c.py")],
    }
    played = play(script, THREE, steer=steer)
    added = played.one(ev.TaskAdded)
    assert (added.spec.id, added.spec.name, added.spec.dependencies) == ("4", "report", ("2", "3"))
    assert "Task 4 (report) is new." in played.section("Dev2", 2, "News")
    assert "4 | pending | - | 2,3 | report | A report (no tests)" in played.prompt("Dev1", 2)
    assert "> Print all." in played.prompt("Dev1", 3)
    assert played.outcome == "completed"
    assert played.one(ev.TaskCompleted, task="4").evidence == "none"
    assert played.state.board.total == 4
    assert (played.state.run.span, played.state.run.p) == (3, 0.25)
    assert bounds_of(played.state) == pytest.approx((1 / (0.75 + 0.25 / 2), 4 / 3))
    assert check(played.events).verdict != "false"


def test_a_task_without_tests_is_done_without_them_where_completions_are_verified() -> None:
    async def steer(person: Steering) -> None:
        await person.do(add())

    script = {
        "Dev1": ["".join(done(str(n + 1), f"{x}.py") for n, x in enumerate("abc")) + done("4", "report.py")]
    }
    played = play(script, THREE, steer=steer, completion="verified")
    assert played.outcome == "completed"
    assert len(played.of(ev.TestsStarted)) == 3


def test_a_dependency_blocks_a_task_that_nobody_has_begun_and_one_that_is_done_blocks_nothing() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TaskCompleted)
        assert (await person.do(control.AddDependency(task="c", on="b"))).ok
        assert (await person.do(control.AddDependency(task="3", on="1"))).ok

    script = {"Dev1": [done("1", "a.py"), done("3", "c.py") + done("2", "b.py"), done("3", "c.py")]}
    played = play(script, THREE, steer=steer, agents=1)
    refused = played.of(ev.ActionRefused, action="claim_task")[0]
    assert (refused.object, refused.reason) == ("3", "blocked")
    assert "Task 3 waits for task 2, too." in played.section("Dev1", 2, "News")
    assert played.outcome == "completed"
    assert played.state.run.span == 3
    assert check(played.events).verdict != "false"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (add(file="a.py"), "a.py is a file of task 1 already"),
        (add(file="x/b.py"), "Task 2 is called b already"),
        (add(file="test_x.py"), "belongs to the tests"),
        (add(file="../x.py"), "leaves the workspace"),
        (add("  "), "needs a title"),
        (add("x" * 201), "more than 200"),
        (add("Report", "report.py", "9"), "There is no task '9'"),
        (add(description="x" * 20_000), "more than 16384"),
        (control.AddTask(title="x", files=()), "needs a file"),
        (control.AddTask(title="x", files=tuple(f"f{n}.py" for n in range(21))), "at most 20 files"),
        (control.AddDependency(task="2", on="2"), "cycle: 2 → 2"),
        (control.AddDependency(task="2", on="1"), "waits for 1 already"),
        (control.AddDependency(task="1", on="2"), "is in progress"),
        (control.AddDependency(task="3", on="2"), "is done"),
        (control.AddDependency(task="zzz", on="2"), "There is no task 'zzz'"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(command: control.AnyCommand, words: str) -> None:
    assert words in refusal(command)


def test_a_task_that_is_handed_in_takes_no_further_dependency() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.ReviewRequested)
        answer = await person.do(control.AddDependency(task="1", on="2"))
        assert answer.detail == "Task 1 is handed in; only one that nobody has begun can wait for more."

    script = {"Dev1": [done("1", "a.py")]}
    play(script, THREE, strategy="verified-by", verified_by="review", steer=steer, max_rounds=1)


def test_a_cycle_is_named() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TurnStarted)
        answer = await person.do(control.AddDependency(task="1", on="2"))
        assert answer.detail == "That would be a cycle: 2 → 1 → 2 (each waits for the next)."

    play({}, THREE, steer=steer, max_rounds=1)


def test_a_lead_adds_tasks_and_dependencies_and_developers_do_not() -> None:
    tag = '<add_task title="Report" file="report.py" after="1">Print all.</add_task>'
    script = {
        "Lead": [tag + '<add_dependency id="3" on="1"/><add_dependency id="1" on="3"/>'],
        "Dev1": [tag + '<add_dependency id="3" on="2"/>'],
    }
    played = play(script, THREE, strategy="lead", max_rounds=2)
    assert (played.one(ev.TaskAdded).author, played.one(ev.TaskAdded).turn) == ("Lead", 1)
    assert played.one(ev.DependencyAdded).dependency == "1"
    assert [e.reason for e in played.of(ev.ActionRefused, agent="Lead")] == ["graph"]
    assert [e.reason for e in played.of(ev.ActionRefused, agent="Dev1")] == ["not_allowed"] * 2
    assert "- add_task 4: ok. It is on the board." in played.section("Lead", 2, "Outcomes")
    assert "<add_task" in played.asked["Lead"][0][0][1]
    assert "<add_task" not in played.asked["Dev1"][0][0][1]


def test_an_added_task_of_a_preassigned_team_goes_to_whoever_has_least() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TurnStarted)
        await person.do(add())

    played = play({}, THREE, steer=steer, strategy="preassigned", max_rounds=1)
    assert played.one(ev.TaskAssigned, task="4").agent == "Dev2"


def _grown() -> Played:
    async def steer(person: Steering) -> None:
        await person.until(ev.TaskCompleted)
        await person.do(add("Report", "report.py", "2"))
        await person.until(ev.RoundEnded)
        await person.do(control.AddDependency(task="3", on="4"))

    script: Script = {"Dev1": [done("1", "a.py"), done("2", "b.py"), Say(done("4", "report.py"), 2.0), IDLE]}
    return play(script, THREE, steer=steer, max_rounds=5)


def test_prompts_and_board_are_rebuilt_from_the_journal_of_a_graph_that_grew() -> None:
    played = _grown()
    past = Past()
    for event in played.events:
        past.apply(event)
        if isinstance(event, ev.TurnStarted):
            assert past.conversations.request(event.agent) == event.request
    assert past.shape.tasks["3"].dependencies == ("4",)
    assert past.state.board.tasks["3"].dependencies == ("4",)
    assert played.data == _grown().data
