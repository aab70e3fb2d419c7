"""Targets by what they are at the moment of the strike."""

from __future__ import annotations

import pytest

from engine.errors import UsageError
from engine.faults import selectors
from engine.record import events as ev
from tests.helpers.faultplay import Script, inject, timed
from tests.helpers.scripted import Played, Say, edit, graph, play, started

CHAIN = graph("a", "b", "c", "d", b="a", c="b")
SCRIPT: Script = {
    "Dev1": ['<claim_task id="4"/>'],
    "Dev2": [Say('<claim_task id="1"/>', 3.0)],
    "Dev3": [edit("a.py")],
}


def struck(target: str, script: Script = SCRIPT, at: float = 3.5, **settings: object) -> tuple[str, ...]:
    """Whom a fault on ``target`` strikes in the second round."""
    played: Played = timed(
        script,
        [(at, inject("slow", target))],
        settings.pop("tasks", CHAIN),  # type: ignore[arg-type]  # a graph
        agents=3,
        max_rounds=2,
        **settings,
    )
    return played.one(ev.FaultStarted).targets


def test_an_owner_is_found_by_the_id_and_by_the_name_of_its_task() -> None:
    assert struck("owner-of(1)") == struck("owner-of(a)") == ("Dev2",)
    assert struck("owner-of(d)") == ("Dev1",)


def test_the_owner_of_the_critical_path_is_who_holds_up_the_longest_chain() -> None:
    assert struck("critical-path-owner") == ("Dev2",)


def test_the_slowest_is_who_took_longest_for_its_replies_so_far() -> None:
    assert struck("slowest") == ("Dev2",)


def test_the_holder_of_a_path_is_found_while_it_holds_it() -> None:
    script: Script = {"Dev1": [edit("a.py")], "Dev2": [Say("", 3.0)]}
    assert struck("holder-of(a.py)", script, at=2.0) == ("Dev1",)


def test_all_is_everybody_and_lead_the_lead() -> None:
    assert struck("all", strategy="lead") == ("Lead", "Dev1", "Dev2", "Dev3")
    assert struck("lead", strategy="lead") == ("Lead",)


def test_choices_are_developers_drawn_from_the_seed() -> None:
    ones = {struck("one", seed=seed, strategy="lead") for seed in range(12)}
    assert ones == {("Dev1",), ("Dev2",), ("Dev3",)}
    assert struck("random(2)", seed=4) == struck("random(2)", seed=4)
    assert len({struck("random(2)", seed=seed) for seed in range(12)}) == 3
    assert len(struck("random(9)")) == 3
    assert len(struck("half")) == 1


def test_who_is_down_is_not_drawn() -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "Dev1"\nat_round = 1\n'
    plan += '[[fault]]\nkind = "slow"\ntarget = "random(3)"\nat_round = 2\n'
    played = play({}, plan=plan, agents=3, max_rounds=2)
    assert played.of(ev.FaultStarted)[1].targets == ("Dev2", "Dev3")


def test_a_selector_of_the_plan_that_finds_nobody_is_recorded_and_harms_nobody() -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "owner-of(2)"\nat_round = 1\n'
    played = play({}, plan=plan, max_rounds=2)
    assert played.of(ev.FaultStarted) == []
    refused = played.one(ev.ControlRefused)
    assert (refused.author, refused.detail) == ("plan", "At this moment owner-of(2) names no agent.")


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("Dve1", "p: there is no agent 'Dve1'. Did you mean \"Dev1\"?"),
        ("slowset", "p: there is no agent 'slowset'. Did you mean \"slowest\"?"),
        ("owner(2)", "p: there is no agent 'owner(2)'."),
        ("random(0)", "p: write random(k) with a number of agents from 1, not '0'."),
        ("random(x)", "p: write random(k) with a number of agents from 1, not 'x'."),
        ("random(99999999999999999999)", "p: write random(k) with a number of agents from 1, not '9"),
        ("owner-of(9)", "p: there is no task '9'."),
        ("owner-of()", "p: there is no task ''."),
        ("holder-of( )", "p: say in holder-of(…) of what."),
        ("lead", "p: this team has no lead; target one of Dev1, Dev2, or all."),
    ],
)
def test_what_can_never_name_anybody_is_refused_with_the_nearest_name(target: str, sentence: str) -> None:
    start = started()
    with pytest.raises(UsageError) as wrong:
        selectors.check(target, start.team, start.tasks, "p")
    assert str(wrong.value).startswith(sentence)


def test_every_form_is_understood() -> None:
    start = started(strategy="lead")
    for form in selectors.FORMS:
        target = form.replace("(task)", "(1)").replace("(path)", "(add.py)").replace("(k)", "(2)")
        selectors.check(target, start.team, start.tasks, "p")
