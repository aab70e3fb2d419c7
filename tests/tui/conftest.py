"""States of the scripted run, for everything that is drawn."""

from __future__ import annotations

from typing import Any

import pytest

from engine.record.state import RunState
from tests.helpers.teamscript import scripted
from tui.widgets.moment import Moment


@pytest.fixture(scope="session")
def events() -> tuple[Any, ...]:
    """The scripted run."""
    return tuple(scripted().events)


@pytest.fixture
def state(events: tuple[Any, ...]) -> RunState:
    """The scripted run after all of its events."""
    return RunState.of(events)


@pytest.fixture
def moment(state: RunState) -> Moment:
    """The same, looked at three seconds later, while its engine runs."""
    return Moment(state, now=state.ts + 3.0, mode="live", live=True)


@pytest.fixture(autouse=True)
def unhurried_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No screen asks the checker by itself: when that happens is a matter of real time."""
    monkeypatch.setattr("tui.checks.EVERY_SECONDS", 1e9)
