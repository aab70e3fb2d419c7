"""The adapter against streams that misbehave, and what it leaves open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from engine.models import caching, lite
from engine.models.base import Message, ModelError
from engine.models.lite import LiteModel
from engine.record.config import CallConfig
from tests.helpers.serving import Served, serving

T = TypeVar("T")
ASK = [Message("system", ("You are ", "Dev1.")), Message("user", ("# Round 1\n", "Go."))]
Run = Callable[[Coroutine[Any, Any, T]], T]


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[[Coroutine[Any, Any, T]], T]]:
    with asyncio.Runner() as runner:
        runner.run(lite.load())
        yield runner.run
        runner.run(lite.close())


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as made:
        yield made


def model(served: Served, suffix: str = "", **calls: Any) -> LiteModel:
    waits = {"first_seconds": 60.0, "gap_seconds": 60.0, "whole_seconds": 120.0}
    config = CallConfig(api_base=served.address, **{**waits, **calls})
    return LiteModel(f"openai/sim/claude-sonnet-4-6{suffix}", {}, config, seed=4)


def test_a_stream_is_heard_in_pieces_and_comes_to_the_same_reply_as_a_whole_body(
    run: Run[Any], served: Served
) -> None:
    heard: list[str] = []
    streamed = run(model(served).complete(ASK, heard.append))
    whole = run(model(served, stream=False).complete(ASK))
    assert streamed == whole
    assert "".join(heard) == streamed.text
    assert len(heard) > 2
    assert streamed.cost_usd is None, "nobody lists a price for a model of an own server"


@pytest.mark.parametrize(
    ("suffix", "kind", "words"),
    [
        ("+cut", "connection", "not completed"),
        ("+short", "connection", "broke off after"),
        ("+malformed", "connection", "line 1 column"),
        ("+429:retry_after=3", "rate_limit", "too many requests"),
        ("+500", "server", "internal error"),
        ("+529", "server", "overloaded"),
    ],
)
def test_a_stream_that_breaks_is_a_failure_that_may_be_repeated(
    run: Run[Any], served: Served, suffix: str, kind: str, words: str
) -> None:
    with pytest.raises(ModelError) as caught:
        run(model(served, suffix).complete(ASK))
    assert (caught.value.kind, caught.value.retryable) == (kind, True)
    assert words in caught.value.detail
    assert caught.value.retry_after == (3.0 if kind == "rate_limit" else None)


@pytest.mark.parametrize(
    ("suffix", "calls", "words"),
    [
        ("+hang", {"first_seconds": 0.3}, "no sign of a reply within 0.3 s"),
        ("+stall", {"gap_seconds": 0.3}, "silent for 0.3 s after"),
        ("+drip:seconds=2", {"whole_seconds": 0.5}, "no whole reply within 0.5 s"),
    ],
)
def test_three_timeouts_say_what_was_waited_for(
    run: Run[Any], served: Served, suffix: str, calls: dict[str, float], words: str
) -> None:
    run(model(served).complete(ASK))  # what the first call of all loads is not to be timed
    with pytest.raises(ModelError) as caught:
        run(model(served, suffix, **calls).complete(ASK))
    assert caught.value.kind == "timeout"
    assert words in caught.value.detail


def test_counts_that_the_provider_does_not_report_are_unknown(run: Run[Any], served: Served) -> None:
    reply = run(model(served, "+nousage").complete(ASK))
    assert (reply.input_tokens, reply.output_tokens, reply.cost_usd) == (None, None, None)


def test_a_cancelled_call_frees_its_connection(run: Run[Any], served: Served) -> None:
    async def scene() -> None:
        left, calls = served.counts.left, []
        for suffix in ("+hang", "+stall"):
            calls += [asyncio.ensure_future(model(served, suffix).complete(ASK)) for _ in range(5)]
        async with asyncio.timeout(120):
            while served.counts.open < 10:  # noqa: ASYNC110 - the server is in another thread
                await asyncio.sleep(0.01)
        for call in calls:
            call.cancel()
        assert all(
            isinstance(each, asyncio.CancelledError)
            for each in await asyncio.gather(*calls, return_exceptions=True)
        )
        async with asyncio.timeout(120):
            while served.counts.open:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        assert served.counts.left == left + 10
        await lite.close()

    run(scene())
    assert served.settled()


def test_only_models_that_want_marks_get_them_on_the_brief_and_the_latest_prompts() -> None:
    assert caching.marks("anthropic/claude-sonnet-4-6")
    assert not caching.marks("openai/gpt-4o-mini")
    assert not caching.marks("openai/sim/claude-sonnet-4-6")
    talk = [Message("system", ("brief",))]
    for number in range(4):
        talk += [Message("user", (f"ask {number}",)), Message("assistant", ("answer",))]
    talk.append(Message("user", ("ask 4",)))
    marked = caching.wire(talk, marked=True)
    places = [place for place, each in enumerate(marked) if isinstance(each["content"], list)]
    assert places == [0, 7, 9]
    assert marked[9]["content"] == [{"type": "text", "text": "ask 4", "cache_control": {"type": "ephemeral"}}]
    assert caching.wire(talk, marked=False)[9] == {"role": "user", "content": "ask 4"}
