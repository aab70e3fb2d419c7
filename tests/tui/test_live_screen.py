"""The live screen under a person's fingers: every key does what the footer says, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual._compositor import Compositor

from engine.control import Answer, Heal, Inject, Pause, Resume, Say, Step, Stop
from engine.record import events as ev
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import Script, ended, scripted
from tui.screens.dialogs import MessageDialog, QuitDialog
from tui.screens.faults import FaultDialog
from tui.screens.live import LiveScreen


def play(scene: Callable[[Stage], Awaitable[None]], events: list[Any] | None = None, **kwargs: Any) -> Stage:
    async def run() -> Stage:
        async with staged(events if events is not None else scripted().events, **kwargs) as stage:
            await scene(stage)
        return stage

    return asyncio.run(run())


def paused_run() -> list[Any]:
    return scripted().add(ev.PauseRequested, author="you").add(ev.Paused).events


def toasts(stage: Stage) -> list[str]:
    return [notification.message for notification in stage.app._notifications]


# ---------------------------------------------------------------- steering


def test_to_go_to_another_panel_repaints_the_two_panels_and_not_the_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole: list[object] = []
    paint = Compositor.render_full_update

    def noted(self: Compositor, simplify: bool = False) -> object:
        whole.append(self)
        return paint(self, simplify)

    async def scene(stage: Stage) -> None:
        await stage.press("tab")
        monkeypatch.setattr(Compositor, "render_full_update", noted)
        before = stage.app.screen.focused
        await stage.press("tab")
        assert stage.app.screen.focused is not before

    play(scene)
    assert not whole


def test_p_pauses_a_running_team() -> None:
    stage = play(lambda stage: stage.press("p"))
    assert stage.controller.sent == [Pause()]


def test_p_resumes_a_paused_team() -> None:
    stage = play(lambda stage: stage.press("p"), paused_run())
    assert stage.controller.sent == [Resume()]


def test_s_steps_one_round() -> None:
    stage = play(lambda stage: stage.press("s"), paused_run())
    assert stage.controller.sent == [Step()]


def test_capital_h_heals_every_fault() -> None:
    stage = play(lambda stage: stage.press("H"))
    assert stage.controller.sent == [Heal()]


def test_capital_h_does_nothing_when_nothing_is_disturbed() -> None:
    stage = play(lambda stage: stage.press("H"), Script().start().events)
    assert stage.controller.sent == []


def test_an_ended_run_cannot_be_steered() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("p", "s", "f", "m", "H")
        assert isinstance(stage.app.screen, LiveScreen)

    assert play(scene, ended().events).controller.sent == []


def test_a_recording_cannot_be_steered() -> None:
    assert play(lambda stage: stage.press("p", "s"), live=False).controller.sent == []


def test_a_refusal_is_shown_in_the_engine_s_words_and_never_as_markup() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("p")
        assert toasts(stage) == ["[/] the team is [@click=app.quit]busy[/]"]
        async with asyncio.timeout(180):
            while "[@click=app.quit]busy" not in stage.text():
                await stage.rest()

    play(scene, answer=Answer(ok=False, detail="[/] the team is [@click=app.quit]busy[/]"))


def test_a_controller_that_fails_is_a_refusal_and_no_crash() -> None:
    async def scene(stage: Stage) -> None:
        def broken(command: object) -> Answer:
            raise OSError("socket gone")

        stage.controller.send = broken  # type: ignore[method-assign]  # the test breaks it
        await stage.press("p")
        assert toasts(stage) == ["The command could not be sent: socket gone."]

    play(scene)


# ---------------------------------------------------------------- faults


def test_f_injects_the_chosen_fault_into_the_chosen_agent() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("f")
        assert isinstance(stage.app.screen, FaultDialog)
        await stage.press("down", "enter", "down", "enter")  # below "revive Dev3": crash; Dev2

    assert play(scene).controller.sent == [Inject(kind="crash", target="Dev2")]


def test_f_takes_parameters_and_a_duration() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("f", "down", "down", "down", "tab", "tab")
        await stage.press(*["backspace"] * 3, "8", "tab", "2", "0", "enter")

    expected = Inject(kind="slow", target="Dev1", params={"factor": 8.0}, duration_seconds=20.0)
    assert play(scene).controller.sent == [expected]


def test_f_explains_a_parameter_that_makes_no_sense_and_stays_open() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("f", "down", "down", "down", "tab", "tab")
        await stage.press(*["backspace"] * 3, "x", "enter")
        assert isinstance(stage.app.screen, FaultDialog)
        assert "factor is a number, not “x”." in stage.text()

    assert play(scene).controller.sent == []


def test_f_revives_who_is_down() -> None:
    assert play(lambda stage: stage.press("f", "enter")).controller.sent == [Heal(fault=1)]


def test_f_targets_the_agent_whose_pane_has_the_keyboard() -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.live.view.panel("agent:Dev4")
        assert panel is not None
        panel.focus()
        await stage.press("f", "down", "enter", "enter")

    assert play(scene).controller.sent == [Inject(kind="crash", target="Dev4")]


def test_escape_closes_the_fault_dialog_without_harm() -> None:
    assert play(lambda stage: stage.press("f", "down", "escape")).controller.sent == []


# ---------------------------------------------------------------- messages


def test_m_writes_to_all_by_default() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m")
        assert isinstance(stage.app.screen, MessageDialog)
        await stage.press(*"hold on", "enter")
        assert toasts(stage) == ["Sent to all: it is in the next prompt."]

    assert play(scene).controller.sent == [Say(text="hold on", to=None)]


def test_m_writes_to_one_agent() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m", "shift+tab", "down", "down", "enter", *"hi", "enter")

    assert play(scene).controller.sent == [Say(text="hi", to="Dev2")]


def test_an_empty_message_is_not_sent() -> None:
    assert play(lambda stage: stage.press("m", "space", "enter", "escape")).controller.sent == []


def test_a_message_may_hold_what_looks_like_markup_or_keys() -> None:
    text = "[/]q?1"
    keys = ["left_square_bracket", "slash", "right_square_bracket", "q", "question_mark", "1"]
    sent = play(lambda stage: stage.press("m", *keys, "enter")).controller.sent
    assert sent == [Say(text=text, to=None)]


# ---------------------------------------------------------------- leaving


def test_q_asks_once_and_escape_stays() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("q")
        assert isinstance(stage.app.screen, QuitDialog)
        await stage.press("escape")
        assert isinstance(stage.app.screen, LiveScreen)
        assert stage.app.is_running

    assert play(scene).controller.sent == []


def test_q_can_leave_the_team_running() -> None:
    stage = play(lambda stage: stage.press("q", "l"))
    assert stage.app.left_running
    assert stage.controller.sent == []


def test_q_can_stop_the_team_and_leaves_when_it_has_ended() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("q", "s")
        assert [type(command) for command in stage.controller.sent] == [Stop]
        assert stage.app.is_running
        await stage.feed(ended().events[len(scripted().events) :])

    stage = play(scene)
    assert not stage.app.left_running
    assert stage.app.return_code == 0


def test_q_while_stopping_leaves_at_once() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("q", "s")
        await stage.press("q")

    assert play(scene).app.left_running


def test_q_on_an_ended_run_leaves_without_a_question() -> None:
    stage = play(lambda stage: stage.press("q"), ended().events)
    assert stage.app.return_code == 0


def test_ctrl_c_asks_as_q_does() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("ctrl+c")
        assert isinstance(stage.app.screen, QuitDialog)

    play(scene)


def test_ctrl_c_twice_stops_the_team() -> None:
    sent = play(lambda stage: stage.press("ctrl+c", "ctrl+c")).controller.sent
    assert [type(command) for command in sent] == [Stop]


@pytest.mark.parametrize("key", ["f", "m", "question_mark", "enter"])
def test_ctrl_c_closes_any_dialog(key: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(key)
        assert not isinstance(stage.app.screen, LiveScreen)
        await stage.press("ctrl+c")
        assert isinstance(stage.app.screen, LiveScreen)

    assert play(scene).controller.sent == []
