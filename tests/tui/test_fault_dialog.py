"""The fault dialog over the whole catalogue: it scrolls, takes selectors, and saves what was done by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, OptionList, Static

from engine.control import AnyCommand, Heal, Inject
from engine.faults.catalogue import FAULTS
from engine.faults.plan import parse
from engine.record import events as ev
from engine.record.codec import encode
from engine.record.folder import RunFolder
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import scripted
from tui.screens.faults import FaultDialog
from tui.screens.replaykeys import REPLAY
from tui.screens.saving import save_plan
from tui.screens.summary import SUMMARY


def play(
    scene: Callable[[Stage], Awaitable[None]],
    size: tuple[int, int] = (80, 24),
    events: list[Any] | None = None,
) -> list[AnyCommand]:
    async def run() -> list[AnyCommand]:
        async with staged(events if events is not None else scripted().events, size=size) as stage:
            await scene(stage)
        return stage.controller.sent

    return asyncio.run(run())


def test_every_fault_of_the_catalogue_can_be_reached_and_injected_on_a_small_terminal() -> None:
    async def scene(stage: Stage) -> None:
        for place, spec in enumerate(FAULTS, start=1):  # below "revive Dev3"
            await stage.press("f")
            stage.app.screen.query_one("#kinds", OptionList).highlighted = place
            await stage.settle()
            assert any(spec.title in line for line in stage.lines())
            assert "esc cancel" in stage.text()  # nothing is pushed out of the box
            await stage.press("enter", *([] if spec.whole_run else ["enter"]))

    for spec, sent in zip(FAULTS, play(scene), strict=True):
        assert isinstance(sent, Inject)
        assert sent.kind == spec.kind
        assert sent.target == ("all" if spec.whole_run else "Dev1")
        assert sent.params == {param.name: param.default for param in spec.params}


def test_arrows_go_down_to_the_last_fault() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("f", "end", "up", "down", "enter")

    assert play(scene) == [Inject(kind=FAULTS[-1].kind, target="all")]


def test_targets_end_with_selectors() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("f", "down", "enter", "end")
        assert "critical-path-owner" in stage.text()
        assert stage.app.screen.query_one("#targets", OptionList).option_count == 4 + 1 + 5  # and no lead
        await stage.press("enter")

    assert play(scene) == [Inject(kind="crash", target="critical-path-owner")]


def test_a_fault_on_the_whole_run_takes_no_target_and_is_healed_by_name() -> None:
    events = scripted().add(ev.FaultStarted, id=7, kind="disk_full", targets=(), params={}, author="x").events

    async def scene(stage: Stage) -> None:
        await stage.press("f", "down")
        assert "heal disk_full of the run" in stage.text()
        await stage.press("enter")

    assert play(scene, events=events) == [Heal(fault=7)]


def test_what_was_injected_by_hand_is_saved_as_a_plan(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run [1]")
    folder.path.mkdir()
    events = scripted().events
    folder.events_path.write_bytes(b"".join(encode(event) for event in events))

    async def scene(stage: Stage) -> None:
        await stage.app.push_screen(FaultDialog(stage.source.state, None, folder))
        await stage.settle()
        await stage.press("ctrl+w")
        assert "Saved as" in stage.text()

    play(scene, size=(160, 40))
    [entry] = parse((folder.path / "faults.toml").read_text("utf-8"), "p")
    assert (entry.kind, entry.target) == ("crash", "Dev3")


def test_where_there_is_no_folder_or_nothing_to_save_that_is_said(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)

    async def scene(stage: Stage) -> None:
        await stage.press("f", "ctrl+w")
        assert "This run has no folder to save a plan in." in stage.text()
        await stage.press("escape")
        await stage.app.push_screen(FaultDialog(stage.source.state, None, folder))
        await stage.settle()
        await stage.press("ctrl+w")
        said = str(stage.app.screen.query_one(".problem", Static).render())
        assert "cannot take the plan" in said

    assert play(scene, size=(160, 40)) == []


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("owner-of(8)", "owner-of(8)"),
        ("holder-of(add.py)", "holder-of(add.py)"),
        ("Dev1, Dev4", "Dev1, Dev4"),
    ],
)
def test_a_target_can_be_typed_and_goes_before_the_list(typed: str, target: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("f", "down")  # crash
        stage.app.screen.query_one("#whom", Input).value = typed
        await stage.press("ctrl+s")

    assert play(scene) == [Inject(kind="crash", target=target)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Dex1", "There is no agent 'Dex1'. Did you mean \"Dev1\"?"),
        ("owner-of(adds)", "There is no task 'adds'. Did you mean \"add\"?"),
        ("actor", "actor is the agent of an event"),
        ("lead", "This team has no lead"),
        ("Dev1, Dex2", "There is no agent 'Dex2'"),
        ("random(0)", "Write random(k)"),
    ],
)
def test_a_typed_target_that_names_nobody_is_said_and_nothing_is_sent(typed: str, said: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("f", "down")
        stage.app.screen.query_one("#whom", Input).value = typed
        await stage.press("ctrl+s")
        assert said in str(stage.app.screen.query_one(".problem", Static).render())

    assert play(scene) == []


def test_what_was_injected_by_hand_is_saved_from_the_replay_and_the_summary_too(
    tmp_path: Path, make_journal: Any, save_run: Any
) -> None:
    folder = save_run(tmp_path / "runs", "mine", make_journal(2))
    assert asyncio.run(save_plan(folder)) == (
        False,
        "Nothing was injected by hand yet, so there is no plan to save.",
    )
    for keys in (REPLAY, SUMMARY):
        assert [key.action for key in keys if key.keys == "w"] == ["save_plan"]


def test_the_words_of_a_parameter_are_leafed_through_with_the_arrows() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("f")
        kinds = stage.app.screen.query_one("#kinds", OptionList)
        kinds.highlighted = 1 + [spec.kind for spec in FAULTS].index("corrupt")
        await stage.settle()
        mode = stage.app.screen.query_one("#param0", Input)
        assert "↑↓ one of 11" in stage.text()
        mode.focus()
        await stage.press("up")
        assert mode.value == "injection"
        await stage.press("down", "down", "down")
        assert mode.value == "truncated"
        await stage.press("enter")

    [sent] = play(scene)
    assert isinstance(sent, Inject)
    assert sent.params == {"mode": "truncated"}
