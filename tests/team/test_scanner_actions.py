"""The action table, and what is made from it."""

import pytest

from engine.record.events import Role
from engine.team.actions import ACTIONS, BY_NAME, Action, ActionSpec, grammar_text
from engine.team.scanner import scan


def test_names_are_unique_and_lower_case() -> None:
    assert len(BY_NAME) == len(ACTIONS)
    assert all(name == name.lower() for name in BY_NAME)


@pytest.mark.parametrize("spec", ACTIONS, ids=lambda spec: spec.name)
def test_every_example_is_understood_as_the_action_that_it_teaches(spec: ActionSpec) -> None:
    for example in (*spec.examples, spec.example):
        (found,) = scan(example).items
        assert isinstance(found, Action)
        assert found.name == spec.name
        assert set(spec.required) <= set(found.args)


@pytest.mark.parametrize("role", ["developer", "lead"])
def test_what_a_role_is_taught_is_what_it_may_do(role: Role) -> None:
    taught = {action.name for action in scan(grammar_text(role)).actions}
    assert taught == {spec.name for spec in ACTIONS if role in spec.roles}


def test_only_a_lead_is_taught_to_assign() -> None:
    assert "assign_task" in grammar_text("lead")
    assert "assign_task" not in grammar_text("developer")


def test_help_stands_beside_every_action() -> None:
    text = grammar_text("lead") + grammar_text("developer")
    assert all(spec.help in text for spec in ACTIONS)


def test_a_strategy_can_leave_actions_out() -> None:
    assert "claim_task" not in grammar_text("developer", omit={"claim_task"})


def test_the_base_of_an_edit_is_taught_only_where_it_counts() -> None:
    assert "base=" not in grammar_text("developer")
    assert "base=" in grammar_text("developer", optimistic=True)
