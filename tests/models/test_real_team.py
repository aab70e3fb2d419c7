"""A team over real HTTP on the loopback: through a storm, and the same team as without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from engine import fork, launch
from engine.models import lite
from engine.models.base import Message
from engine.models.lite import LiteModel
from engine.record import events as ev
from engine.record.config import CallConfig, RunConfig
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.record.state import RunState
from engine.team import caller
from tests.helpers.serving import Served, serving

KEY = "sk-canary-real-0123456789abcdef"
STORM = (
    "429:probability=0.12:retry_after=0.05,500:probability=0.1,529:probability=0.05,leak:probability=0.05,"
    "cut:probability=0.1,short:probability=0.05,malformed:probability=0.05,hang:probability=0.06"
)

Events = list[ev.AnyEvent]


def config(**settings: Any) -> RunConfig:
    chosen: dict[str, Any] = {
        "suite": "mathutils",
        "structure": "parallel",
        "agents": 5,
        "strategy": "decentralized",
        "model": "openai/sim/perfect",
        "seed": 3,
        "speed": 1.0,
        "clock": "wall",
        "tests": "simulated",
    }
    return RunConfig(**{**chosen, **settings})


def run(config: RunConfig, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Events, set[str]]:
    """Play a run in this process; its outcome, its events, and the tasks that it left behind."""
    left: set[str] = set()

    def watched(main: Coroutine[Any, Any, Any]) -> Any:
        async def watch() -> Any:
            try:
                return await main
            finally:
                left.update(
                    f"{t.get_name()} {t.get_coro()}" for t in asyncio.all_tasks() - {asyncio.current_task()}
                )

        return asyncio.Runner().run(watch())

    environ = {"OPENAI_API_KEY": KEY}
    prepared = launch.prepare(config, folder, f"r{len(list(folder.glob('*')))}", environ)
    monkeypatch.setattr(launch.asyncio, "run", watched)  # type: ignore[attr-defined]  # the module's own name for it
    outcome = launch.run_here(prepared, environ)
    return outcome, list(read(prepared.folder.events_path).events), left


def of(events: Events, *kinds: type[ev.Event]) -> Events:
    return [event for event in events if isinstance(event, kinds)]


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """The first call of all loads much of litellm; timeouts of a second are not for that."""

    async def first() -> None:
        await lite.load()
        with serving() as served:
            await LiteModel("openai/sim/perfect", {}, CallConfig(api_base=served.address)).complete(
                [Message("user", ("hello",))]
            )
        await lite.close()

    asyncio.run(first())


def storm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: Served, **calls: Any) -> Events:
    chosen = {"api_base": served.address, "first_seconds": 1.5, "gap_seconds": 1.5, "whole_seconds": 5.0}
    monkeypatch.setattr(caller, "FIRST_WAIT_SECONDS", 0.05)
    outcome, events, left = run(config(calls=CallConfig(**{**chosen, **calls})), tmp_path, monkeypatch)
    assert outcome == "completed"
    assert left == set(), "asyncio tasks outlived the run"
    assert served.settled(), "connections outlived the run"
    return events


@pytest.mark.parametrize("calls", [{}, {"hedge_seconds": 0.3}, {"stream": False}], ids=str)
def test_a_team_comes_through_a_storm_with_nothing_leaked_and_every_call_and_token_accounted_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: dict[str, Any]
) -> None:
    with serving(STORM, speed=100.0, seed=5) as served:
        events = storm(tmp_path, monkeypatch, served, **calls)
    counts, state = served.counts, RunState.of(events)
    assert len(state.board.tasks) == 20
    assert all(task.status == "done" for task in state.board.tasks.values())
    assert sum(counts.faults.values()) >= 5, "that was no storm"
    # Each request of the server is one attempt of ours, but for those given up before they were sent, and
    # both sides say the same of what became of it, but for those given up while the answer was on its way.
    replied, started = len(of(events, ev.Replied)), len(of(events, ev.CallStarted))
    failed = [event for event in events if isinstance(event, ev.CallFailed)]
    unknown = [event for event in failed if event.kind in ev.UNKNOWN_OUTCOME]
    abandoned = of(events, ev.CallAbandoned)
    late = len(abandoned) + sum(event.kind == "timeout" for event in failed)
    assert started == replied + len(failed) + len(abandoned)
    assert started - late <= counts.requests <= started
    assert counts.requests == counts.replies + counts.refused + counts.broken + counts.left
    assert 0 <= counts.replies - replied <= late
    assert 0 <= counts.refused - (len(failed) - len(unknown)) <= late
    assert state.metrics.tokens_unknown == len(unknown) + len(abandoned)
    # Tokens that were reported are those that were served; of what was given up, only the server knows.
    if counts.replies == replied:
        assert state.metrics.input_tokens == counts.prompt_tokens
        assert state.metrics.output_tokens == counts.completion_tokens
    assert state.metrics.input_tokens == 1000 * replied
    assert KEY not in repr(events)


def test_conversations_that_the_provider_refuses_as_too_long_are_shortened_and_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving("context:tokens=6000", speed=0) as served:
        calls = CallConfig(api_base=served.address)
        asked = config(
            model="openai/sim/claude-sonnet-4-6", calls=calls, agents=1, structure="serial", tests="simulated"
        )
        outcome, events, left = run(asked, tmp_path, monkeypatch)
    assert (outcome, left) == ("completed", set())
    failed = [event for event in events if isinstance(event, ev.CallFailed)]
    compacted = [event for event in events if isinstance(event, ev.ConversationCompacted)]
    assert {event.kind for event in failed} == {"context"}
    assert 2 <= len(compacted) == len(failed) == served.counts.refused
    assert all(event.refused for event in compacted)
    assert all(e.outcome == "replied" for e in events if isinstance(e, ev.TurnEnded)), "no turn was lost"

    # Played again on its replies, it asks nobody and comes to the same, shortened prompts included.
    again = fork.prepare(
        RunFolder(tmp_path / "r0"),
        lambda _: 0,
        runs_dir=tmp_path,
        run_id="again",
        speed=0.0,
        replies="strict",
        environ={},
    )
    assert launch.run_here(again, {}) == "completed"
    repeated = list(read(again.folder.events_path).events)
    assert replies(repeated) == replies(events)
    assert len(of(repeated, ev.ConversationCompacted)) == len(compacted)


def replies(events: Events) -> dict[tuple[str, int], str]:
    number = {e.turn: e.number for e in events if isinstance(e, ev.TurnStarted)}
    return {(e.agent, number[e.turn]): e.text for e in events if isinstance(e, ev.Replied)}


def files(events: Events) -> dict[str, str]:
    return {e.path: e.hash for e in events if isinstance(e, ev.FileEdited)}


def test_a_team_over_http_behaves_as_the_same_simulated_team_without_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = {"strategy": "preassigned", "agents": 3, "structure": "serial", "seed": 4}
    direct = config(model="sim/claude-sonnet-4-6", clock="virtual", speed=0.0, **same)
    with serving(speed=60.0, seed=999) as served:  # the seed that counts is the run's
        calls = CallConfig(api_base=served.address)
        over_http = config(model="openai/sim/claude-sonnet-4-6", calls=calls, **same)
        _, there, _ = run(over_http, tmp_path, monkeypatch)
    prepared = launch.prepare(direct, tmp_path, "direct", {})
    launch.run_here(prepared, {})
    here = list(read(prepared.folder.events_path).events)
    assert len(replies(here)) > 5
    assert replies(there) == replies(here)
    assert files(there) == files(here)


def test_a_streamed_reply_gives_signs_of_life_and_leaves_no_partial_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller, "HEARD_SECONDS", 0.02)
    with serving("drip:seconds=0.02", speed=0) as served:
        calls = CallConfig(api_base=served.address)
        _, events, _ = run(config(agents=1, max_rounds=1, calls=calls), tmp_path, monkeypatch)
    heard = [event for event in events if isinstance(event, ev.ReplyHeard)]
    assert len(heard) >= 2
    assert [event.characters for event in heard] == sorted(event.characters for event in heard)
    assert not (tmp_path / "r0" / "partial.json").exists()
