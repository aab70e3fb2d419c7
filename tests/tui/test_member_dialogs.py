"""Dialogs that change a running team: what is typed is what the engine is told."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from textual.app import App
from textual.widgets import Static

from engine.control import AddAgent, AddDependency, AddTask, AnyCommand, RemoveAgent, SetLimits
from engine.record import events as ev
from engine.record.state import RunState
from tests.helpers.scripted import started
from tui.screens.limits import LimitsDialog
from tui.screens.members import DependencyDialog, FormDialog, JoinDialog, LeaveDialog, TaskDialog

STATE = RunState.of([started(agents=3)])


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
    assert typed(JoinDialog(STATE), *"Ann", "enter", *"sim/x", "enter") == AddAgent(name="Ann", model="sim/x")


def test_empty_fields_leave_the_choice_to_the_engine() -> None:
    assert typed(JoinDialog(STATE), "enter", "enter") == AddAgent()


def test_arrows_go_back_to_a_field_that_is_then_typed_anew() -> None:
    told = typed(DependencyDialog(STATE), "9", "enter", "2", "up", "1", "down", "enter")
    assert told == AddDependency(task="1", on="2")


def test_a_task_has_a_title_a_file_and_what_it_waits_for() -> None:
    told = typed(TaskDialog(STATE), *"Sum", "enter", *"s.py", "enter", *"1,2", "enter", "enter")
    assert told == AddTask(title="Sum", files=("s.py",), after=("1", "2"))


@pytest.mark.parametrize(("dialog", "count"), [(TaskDialog, 4), (DependencyDialog, 2)])
def test_a_form_without_what_it_needs_stays_open(dialog: type[FormDialog], count: int) -> None:
    assert typed(dialog(STATE), *["enter"] * count) is None


@pytest.mark.parametrize(
    ("dialog", "keys", "problem", "mended"),
    [
        (
            DependencyDialog,
            ("2", "enter", *"11", "enter"),
            'There is no task "11".',
            ("backspace", "enter"),
        ),
        (
            TaskDialog,
            (*"Sum", "enter", *"s.py", "enter", *"1,x", "enter", "enter"),
            'There is no task "x".',
            ("up", *"1", "enter", "enter"),
        ),
        (
            JoinDialog,
            (*"dev1", "enter", "enter"),
            "Dev1 is of the team already; choose another name.",
            ("up", *"Ann", "enter", "enter"),
        ),
    ],
)
def test_what_cannot_be_is_said_in_the_form_and_can_be_mended(
    dialog: type[FormDialog], keys: tuple[str, ...], problem: str, mended: tuple[str, ...]
) -> None:
    async def shown() -> str:
        app = Stage()
        async with app.run_test(size=(80, 24)) as pilot:
            form = dialog(STATE)
            app.push_screen(form)
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
            assert app.screen is form
            return str(form.query_one(".problem", Static).content)

    assert asyncio.run(shown()).startswith(problem)
    assert typed(dialog(STATE), *keys) is None
    assert typed(dialog(STATE), *keys, *mended) is not None


def test_a_task_is_made_to_wait() -> None:
    assert typed(DependencyDialog(STATE), "2", "enter", "1", "enter") == AddDependency(task="2", on="1")


def test_whom_to_take_out_is_chosen_among_those_who_are_there() -> None:
    gone = ev.AgentLeft(agent="Dev1", epoch=1, author="x", seq=2)
    state = RunState.of([started(agents=3), gone])
    assert typed(LeaveDialog(state, "Dev2"), "down", "enter") == RemoveAgent(name="Dev3")
    assert typed(LeaveDialog(state), "escape") is None


def test_limits_stand_in_their_fields_and_only_what_is_changed_is_told() -> None:
    limits = RunState.of(
        [msgspec.structs.replace(started(), limits=ev.Limits(tokens=5000, cost_usd=2.5), seq=1)]
    )
    keys = [*"50000", *["enter"] * 6]
    assert typed(LimitsDialog(limits), *keys) == SetLimits(changes={"tokens": 50000})
    assert typed(LimitsDialog(limits), *["enter"] * 6) is None
    assert typed(LimitsDialog(limits), "x", *["enter"] * 6) is None
    lifted = typed(LimitsDialog(limits), "enter", *["backspace"] * 3, *["enter"] * 5)
    assert lifted == SetLimits(changes={"cost_usd": None})
