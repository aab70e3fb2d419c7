"""Whatever agents, suites and saved runs hold: it is shown as text, harms nothing, and does nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.screen import Screen

from engine.record import events as ev
from engine.record.clean import clean_line
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import Script
from tui.screens.details import TurnDialog
from tui.screens.dialogs import MessageDialog
from tui.screens.faults import FaultDialog
from tui.screens.stories import AgentDialog, PathDialog, PromptDialog, TaskDialog
from tui.widgets.layout import PANELS
from tui.widgets.viewed import ViewedPanel

CORPUS = {
    "closing markup": "[/]",
    "markup action": "[@click=app.quit]click me[/]",
    "nested markup": "[@click=app.push_screen('[')]x[/] [$error]y[/] [50%] [",
    "rich markup": "[bold red]x[/bold red] [link=file:///etc/passwd]y[/link]",
    "backslash": "end\\",
    "ansi": "\x1b[31mred\x1b[0m \x1b[2J\x1b[H",
    "clipboard": "\x1b]52;c;cHduZWQ=\x07 \x1b]52;c;cHduZWQ=\x1b\\",
    "title": "\x1b]2;pwned\x07 \x1b]0;pwned\x1b\\",
    "device query": "\x1b[6n\x1bP+q544e\x1b\\\x05",
    "c1": "\x9b31mred\x9d0;pwned\x9c\x85\x90",
    "nul and controls": "a\x00b\x07c\x08d\x0be\x0cf\x7f",
    "bidi": "safe\u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "zero width": "ze\u200bro\u200d\u2060\ufeff wid\u00adth",
    "line ends": "one\r\ntwo\rthree\u2028four\u2029five",
    "wide": "漢字かな交じり文 ☃️ 👩‍👩‍👧‍👦 🇩🇪",
    "combining": "a" + "\u0301" * 400,
    "lone surrogate": "x\udc80y",
    "megabyte": "A" * 1_000_000,
    "megabyte of words": "word " * 200_000,
    "megabyte of lines": "x\n" * 500_000,
}


def hostile(bads: tuple[str, ...]) -> list[Any]:
    """A run in which every field that others write holds one of ``bads``."""
    s = Script()
    s.add(
        ev.RunStarted,
        suite=bads[0],
        structure=bads[0],
        suite_hash=bads[0],
        brief=bads[0],
        p=0.5,
        tasks=tuple(
            ev.TaskSpec(id=b, name=b, title=b, description=b, files=(b,), dependencies=bads[:1], tests=(b,))
            for b in bads
        ),
        files=(),
        team=tuple(ev.AgentSpec(name=bad, model=bad) for bad in bads),
        strategy=bads[-1],
        seed=1,
        locks="pessimistic",
        completion="reported",
        tests="simulated",
        clock="scaled",
        speed=1.0,
        max_rounds=3,
        lease_seconds=5.0,
        template=1,
    )
    s.open_round(*bads)
    for bad in bads:
        act(s, bad)
    s.say(bads[0], bads, bads[0], "operator")
    return s.events


def act(s: Script, bad: str) -> None:
    """A turn of agent ``bad``, who writes nothing but its own name."""
    s.think(bad)
    turn = {"turn": s.turn, "agent": bad}
    s.add(ev.CallFailed, **turn, attempt=1, kind=bad, detail=bad, retry_seconds=1.0)
    s.at(s.ts + 1).reply(bad, bad)
    s.add(ev.TaskClaimed, **turn, task=bad)
    s.add(ev.LockAcquired, **turn, path=bad, token=1)
    s.add(ev.LockDenied, **turn, path=bad, holder=bad, age_seconds=1.0)
    s.add(ev.FileEdited, **turn, path=bad, version=1, base=0, content=bad, hash=bad, previous=bad)
    s.add(ev.ActionRefused, **turn, action=bad, object=bad, reason="malformed", detail=bad, holder=bad)
    verdict = {"passed": (bad,), "failed": (bad,), "seconds": 0.1, "output": bad}
    s.add(ev.TestsFinished, **turn, run=1, verdict="failed", **verdict)
    s.say(bad, (bad,), bad, "broadcast")
    s.add(ev.FaultStarted, id=s.turn, kind=bad, targets=(bad,), params={bad: bad}, author=bad, why=bad)
    s.add(ev.AgentCrashed, agent=bad, epoch=1, lease_until=9.0, why=bad)
    s.add(ev.ControlRefused, author=bad, command=bad, detail=bad)


HARMFUL = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories of characters that control, hide, reorder or break lines."""


def harmless(stage: Stage) -> None:
    """Nothing on the screen controls the terminal or misleads, and no text is a link or an action."""
    for strip in stage.app.screen._compositor.render_strips():
        for segment in strip:
            assert segment.text.isprintable(), repr(segment.text[:40])
            assert not segment.control
            if segment.style is not None:
                assert segment.style.link is None
                assert "@click" not in segment.style.meta


NAMES = tuple(CORPUS)
BATCHES = [NAMES[start : start + 4] for start in range(0, len(NAMES), 4)]
"""Four at a time: as many as there are panes on a screen."""


@pytest.mark.parametrize("names", BATCHES, ids=lambda names: names[0])
def test_hostile_text_is_shown_and_does_nothing(names: tuple[str, ...]) -> None:
    bads = tuple(CORPUS[name] for name in names)

    async def scene() -> None:
        async with staged(hostile(bads)) as stage:

            async def look(screen: Screen[Any] | None = None) -> None:
                if screen is not None:
                    stage.app.push_screen(screen)
                await stage.rest()
                harmless(stage)
                if screen is not None:
                    stage.app.pop_screen()

            state, view = stage.source.state, stage.live.view
            await look()
            for panel in (*PANELS, *(f"agent:{name}" for name in state.agents.agents)):
                view.zoom(panel)
                await look()
                widget = view.panel(panel)
                if isinstance(widget, ViewedPanel):
                    for view_name in widget.VIEWS[1:]:
                        widget.choose(view_name)
                        await look()
            view.zoom(None)
            for agent in state.agents.agents:
                await look(TurnDialog(stage.source, agent))
                for page in (AgentDialog(stage.source, agent), PathDialog(stage.source, agent)):
                    await look(page)
                await look(PromptDialog(stage.source, agent, 1))
            for task in state.board.tasks:
                await look(TaskDialog(stage.source, task))
            await look(FaultDialog(state))
            await look(MessageDialog(state))
            for bad in bads:
                stage.app.say(bad)
            stage.source.note = clean_line(bads[0])
            stage.live.paint()
            await look()
            await stage.pilot.resize_terminal(80, 24)
            await look()
            assert stage.app.is_running
            assert stage.controller.sent == []

    asyncio.run(scene())


def test_clicking_on_hostile_text_runs_nothing() -> None:
    async def scene() -> None:
        bads = (CORPUS["markup action"], CORPUS["nested markup"])
        async with staged(hostile(bads)) as stage:
            for y in range(1, 35, 4):
                await stage.pilot.click(offset=(20, y))
                await stage.pilot.click(offset=(60, y))
            assert stage.app.is_running
            assert stage.controller.sent == []

    asyncio.run(scene())
