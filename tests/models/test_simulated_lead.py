from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.models.simulated.model import simulate
from engine.team.actions import Action
from engine.team.scanner import scan

Talk = Callable[..., Any]
TEAM = ("Lead", "Dev1", "Dev2", "Dev3", "Dev4")
DEVELOPERS = TEAM[1:]
MODEL = "sim/claude-sonnet-4-6"


def lead(talk: Talk, strategy: str, structure: str = "mixed") -> Any:
    return talk("mathutils", structure, agent="Lead", team=TEAM, strategy=strategy)


def answer(conversation: Any, seed: int = 1, **shown: Any) -> str:
    text = simulate(MODEL, seed, conversation.prompt(**shown)).text
    conversation.answered(text)
    return text


def acts(text: str, name: str) -> list[Action]:
    return [item for item in scan(text).actions if item.name == name]


def assigned(text: str) -> dict[str, str]:
    return {item.args["id"]: item.args["to"] for item in acts(text, "assign_task")}


def test_a_lead_assigns_all_tasks_in_its_first_turn_with_even_loads(talk: Talk) -> None:
    given = assigned(answer(lead(talk, "lead-assigned")))
    assert len(given) == 20
    assert [list(given.values()).count(name) for name in DEVELOPERS] == [5, 5, 5, 5]


def test_a_chain_is_kept_together_as_far_as_even_loads_allow(talk: Talk) -> None:
    given = assigned(answer(lead(talk, "lead-assigned", "serial")))
    changes = sum(given[str(n)] != given[str(n + 1)] for n in range(1, 16))
    assert changes <= 4


def test_after_that_it_watches_and_assigns_nothing_twice(talk: Talk) -> None:
    conversation = lead(talk, "lead-assigned")
    for task, name in assigned(answer(conversation)).items():
        conversation.own(task, agent=name)
    conversation.own("11", agent="Dev2", status="done")
    text = answer(conversation)
    assert assigned(text) == {}
    assert "1 of 20" in scan(text).speech


def test_tasks_that_lost_their_owner_go_to_somebody_else(talk: Talk) -> None:
    for seed in range(20):
        conversation = lead(talk, "lead-assigned")
        given = assigned(answer(conversation, seed))
        for task, name in given.items():
            conversation.own(task, agent=name)
        lost = [task for task, name in given.items() if name == "Dev3"]
        for task in lost:
            conversation.board[task] = ("pending", "")
        again = assigned(answer(conversation, seed))
        assert sorted(again) == sorted(lost)
        assert "Dev3" not in again.values()


def test_who_lost_work_gets_none_until_it_writes(talk: Talk) -> None:
    conversation = lead(talk, "lead", "parallel")
    given = assigned(answer(conversation))
    for task, name in given.items():
        conversation.own(task, agent=name if name != "Dev3" else "Dev1")
    conversation.answered(
        "\n".join(f'<assign_task id="{t}" to="Dev1"/>' for t, n in given.items() if n == "Dev3")
    )
    later = [str(n) for n in range(1, 21) if str(n) not in given]
    assert later, "some tasks are left for later"
    assert "Dev3" not in assigned(answer(conversation)).values()
    mail = [("m1", "Dev3", 2, "Nothing open on my side, I can take more.")]
    assert "Dev3" in assigned(answer(conversation, mail=mail)).values()


def test_a_lead_that_assigns_as_it_goes_gives_to_everybody_without_work(talk: Talk) -> None:
    conversation = lead(talk, "lead")
    first = assigned(answer(conversation))
    assert set(first.values()) == set(DEVELOPERS)
    assert max(list(first.values()).count(name) for name in DEVELOPERS) <= 4
    for task, name in first.items():
        conversation.own(task, agent=name, status="done" if name != "Dev2" else "in_progress")
    assert set(assigned(answer(conversation)).values()) <= {"Dev1", "Dev3", "Dev4"}


def test_what_it_assigns_can_be_begun_or_follows_on_what_it_assigned_with_it(talk: Talk) -> None:
    conversation = lead(talk, "lead", "serial")
    given = assigned(answer(conversation))
    for task, name in given.items():
        for needed in conversation.suite.by_id[task].dependencies:
            assert given.get(needed) == name


def test_it_asks_for_a_status_now_and_then_and_only_those_at_work(talk: Talk) -> None:
    asked = []
    for seed in range(80):
        conversation = lead(talk, "lead-assigned").own(*(str(n) for n in range(1, 21)), agent="Dev2")
        asked += [a.args["to"] for a in acts(answer(conversation, seed), "request_status")]
    assert set(asked) == {"Dev2"}
    assert 3 < len(asked) < 30


def test_near_the_end_it_sums_up_once(talk: Talk) -> None:
    sums = []
    for seed in range(20):
        conversation = lead(talk, "lead-assigned").own(
            *(str(n) for n in range(1, 20)), agent="Dev1", status="done"
        )
        conversation.own("20", agent="Dev2")
        sums.append(sum(len(acts(answer(conversation, seed), "synthesize")) for _ in range(8)))
    assert max(sums) == 1
    assert sum(sums) > 15


def test_a_lead_never_writes_files_and_never_claims(talk: Talk) -> None:
    for strategy in ("lead", "lead-assigned"):
        conversation = lead(talk, strategy)
        for seed in range(10):
            text = answer(conversation, seed)
            assert not acts(text, "edit_file")
            assert not acts(text, "claim_task")
