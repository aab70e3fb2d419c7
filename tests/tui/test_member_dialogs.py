"""Dialogs that change a running team: what is typed is what the engine is told."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import App

from engine.control import AddAgent, AddDependency, AddTask, AnyCommand, RemoveAgent
from engine.record import events as ev
from engine.record.state import RunState
from tests.helpers.scripted import started
from tui.screens.members import DependencyDialog, FormDialog, JoinDialog, LeaveDialog, TaskDialog


class Stage(App[None]):
    """Holds one dialog."""

    told: AnyCommand | None = None


def typed(dialog: FormDialog | LeaveDialog, *keys: str) -> AnyCommand | None:
    """What comes of the dialog when these keys are pressed."""
    return asyncio.run(_typed(dialog, *keys))


async def _typed(dialog: FormDialog | LeaveDialog, *keys: str) -> AnyCommand | None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:

        def chosen(command: AnyCommand | None) -> None:
            app.told = command

        app.push_screen(dialog, chosen)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
    return app.told


def test_an_agent_joins_with_what_was_typed() -> None:
    assert typed(JoinDialog(), *"Ann", "enter", *"sim/x", "enter") == AddAgent(name="Ann", model="sim/x")


def test_empty_fields_leave_the_choice_to_the_engine() -> None:
    assert typed(JoinDialog(), "enter", "enter") == AddAgent()


def test_arrows_go_back_to_a_field_that_is_then_typed_anew() -> None:
    told = typed(DependencyDialog(), "3", "enter", "2", "up", "1", "down", "enter")
    assert told == AddDependency(task="1", on="2")


def test_a_task_has_a_title_a_file_and_what_it_waits_for() -> None:
    told = typed(TaskDialog(), *"Sum", "enter", *"s.py", "enter", *"1,2", "enter", "enter")
    assert told == AddTask(title="Sum", files=("s.py",), after=("1", "2"))


@pytest.mark.parametrize(("dialog", "count"), [(TaskDialog, 4), (DependencyDialog, 2)])
def test_a_form_without_what_it_needs_stays_open(dialog: type[FormDialog], count: int) -> None:
    assert typed(dialog(), *["enter"] * count) is None


def test_a_task_is_made_to_wait() -> None:
    assert typed(DependencyDialog(), "3", "enter", "2", "enter") == AddDependency(task="3", on="2")


def test_whom_to_take_out_is_chosen_among_those_who_are_there() -> None:
    gone = ev.AgentLeft(agent="Dev1", epoch=1, author="x", seq=2)
    state = RunState.of([started(agents=3), gone])
    assert typed(LeaveDialog(state, "Dev2"), "down", "enter") == RemoveAgent(name="Dev3")
    assert typed(LeaveDialog(state), "escape") is None
