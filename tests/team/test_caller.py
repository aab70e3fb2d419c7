"""Calls to a model: bounded attempts, an event per failed one, waits that grow and are the seed's."""

from __future__ import annotations

from typing import Any

import pytest

from engine.models.base import ModelError
from engine.record import events as ev
from engine.team.caller import ATTEMPTS, FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS
from tests.helpers.scripted import Played, Say, done, play


def failing(*errors: BaseException, then: str = "", **settings: Any) -> Played:
    script = [Say(error=error, seconds=0.5) for error in errors] + [Say(then, 1.0)]
    return play({"Dev1": script}, agents=1, max_rounds=1, **settings)


def server(**more: Any) -> ModelError:
    return ModelError("server", "503 overloaded", retryable=True, **more)


def test_a_failed_attempt_is_an_event_and_repeated_after_a_wait() -> None:
    played = failing(server(), then=done("1", "add.py"))
    failed = played.one(ev.CallFailed)
    assert (failed.attempt, failed.kind, failed.detail, failed.ts) == (1, "server", "503 overloaded", 0.5)
    assert failed.retry_seconds is not None
    assert 0 < failed.retry_seconds <= FIRST_WAIT_SECONDS
    replied = played.one(ev.Replied)
    assert replied.attempts == 2
    assert replied.latency_seconds == pytest.approx(0.5 + failed.retry_seconds + 1.0, abs=1e-3)
    assert played.one(ev.TaskCompleted).task == "1"


def test_waits_are_drawn_from_all_of_a_bound_that_doubles() -> None:
    drawn: list[list[float]] = [[], [], []]
    for seed in range(30):
        waits = [event.retry_seconds for event in failing(*[server()] * 9, seed=seed).of(ev.CallFailed)]
        assert len(waits) == ATTEMPTS
        assert waits[-1] is None
        for number, wait in enumerate(waits[:-1]):
            assert wait is not None
            assert 0 < wait <= FIRST_WAIT_SECONDS * 2**number
            drawn[number].append(wait / 2**number)
    for shares in drawn:  # full jitter: not a share of the bound, all of it
        assert min(shares) < 0.25
        assert max(shares) > 0.75


def test_after_the_last_attempt_the_turn_is_lost_and_the_run_goes_on() -> None:
    played = failing(*[server()] * 9)
    assert [event.attempt for event in played.of(ev.CallFailed)] == [1, 2, 3, 4]
    ended = played.one(ev.TurnEnded)
    assert (ended.outcome, ended.detail) == ("failed", "the model call failed (server): 503 overloaded")
    assert played.of(ev.Replied) == []
    assert played.outcome == "max_rounds"


def test_an_error_that_cannot_be_mended_by_repeating_is_not_repeated() -> None:
    played = failing(ModelError("authentication", "401", retryable=False))
    assert played.one(ev.CallFailed).retry_seconds is None
    assert played.one(ev.TurnEnded).outcome == "failed"


def test_the_wait_that_a_provider_asks_for_is_kept_up_to_a_limit() -> None:
    played = failing(server(retry_after=7.0), server(retry_after=4000.0))
    first, second = (event.retry_seconds for event in played.of(ev.CallFailed))
    assert first is not None
    assert second is not None
    assert 7.0 <= first <= 7.0 + FIRST_WAIT_SECONDS
    assert second == LONGEST_WAIT_SECONDS


@pytest.mark.parametrize(
    "error", [ValueError("odd"), KeyError("x"), RecursionError(), MemoryError(), OSError()]
)
def test_whatever_else_a_model_raises_costs_the_turn_and_not_the_run(error: Exception) -> None:
    played = failing(error)
    failed = played.one(ev.CallFailed)
    assert (failed.kind, failed.retry_seconds) == ("unknown", None)
    assert type(error).__name__ in failed.detail
    assert played.outcome == "max_rounds"


def test_waits_are_drawn_from_the_runs_seed_alone() -> None:
    def waits(seed: int, loop_seed: int) -> list[float | None]:
        played = failing(*[server()] * 9, seed=seed, loop_seed=loop_seed)
        return [event.retry_seconds for event in played.of(ev.CallFailed)]

    assert waits(1, 1) == waits(1, 2)
    assert waits(1, 1) != waits(2, 1)


def test_agents_do_not_come_back_as_a_herd() -> None:
    script: dict[str, list[str | Say]] = {f"Dev{n}": [Say(error=server()), ""] for n in range(1, 6)}
    played = play(script, agents=5, max_rounds=1)
    assert len({event.retry_seconds for event in played.of(ev.CallFailed)}) == 5
