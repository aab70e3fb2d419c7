"""The server of simulated models: its protocol, what goes wrong on request, and what it counts."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import TeamtopError
from engine.models.base import Message
from engine.models.registry import SIMULATED
from engine.models.simulated.model import simulate
from engine.serving import wire
from engine.serving.mishaps import KINDS, Plan, read, read_plan
from engine.serving.server import FAULT_HEADER, SimServer

ASK = [{"role": "user", "content": "# Round 1\nGo."}]


def scene(
    work: Callable[[SimServer, aiohttp.ClientSession], Awaitable[None]], plan: str = "", **options: Any
) -> SimServer:
    """Have ``work`` done with a server that waits for nothing; the server, closed."""

    async def play() -> SimServer:
        async with (
            SimServer(Plan(read_plan(plan), 1), speed=0, **options) as server,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=180)) as client,
        ):
            await work(server, client)
        return server

    return asyncio.run(play())


async def ask(
    server: SimServer,
    client: aiohttp.ClientSession,
    model: str = "sim/gpt-5.2",
    header: str = "",
    *,
    stream: bool = False,
    **more: Any,
) -> tuple[int, Any, dict[str, str]]:
    body = {"model": model, "messages": ASK, "stream": stream, **more}
    headers = {FAULT_HEADER: header} if header else {}
    async with client.post(f"{server.address}/chat/completions", json=body, headers=headers) as answer:
        text = await answer.text()
        return answer.status, text if stream else json.loads(text), dict(answer.headers)


def chunks(text: str) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def test_it_lists_the_simulated_models_and_answers_as_they_do() -> None:
    async def work(server: SimServer, client: aiohttp.ClientSession) -> None:
        async with client.get(f"{server.address}/models") as answer:
            assert [row["id"] for row in (await answer.json())["data"]] == list(SIMULATED)
        expected = simulate("sim/gpt-5.2", 7, [Message("user", (ASK[0]["content"],))])
        status, body, _ = await ask(server, client, seed=7)
        assert status == 200
        assert body["choices"][0]["message"]["content"] == expected.text
        assert body["choices"][0]["finish_reason"] == "stop"
        assert body["usage"]["prompt_tokens"] == expected.input_tokens
        assert body["usage"]["completion_tokens"] == expected.output_tokens
        options = {"include_usage": True}
        _, text, headers = await ask(server, client, stream=True, seed=7, stream_options=options)
        assert headers["Content-Type"] == "text/event-stream"
        assert text.endswith("data: [DONE]\n\n")
        parts = chunks(text)
        assert "".join(p["choices"][0]["delta"].get("content", "") for p in parts if p["choices"]) == (
            expected.text
        )
        assert parts[-1]["usage"] == body["usage"]
        assert parts[-2]["choices"][0]["finish_reason"] == "stop"

    counts = scene(work).counts
    assert (counts.requests, counts.replies) == (2, 2)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        ("{}", "model is missing"),
        ('{"model": "sim/perfect"}', "messages"),
        ('{"model": "sim/perfect", "messages": [3]}', "role"),
        ('{"model": "sim/perfect", "messages": [{"role": "pope"}]}', "role"),
        ('{"model": "sim/perfect+bang", "messages": [{"role": "user", "content": ""}]}', "no fault"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_request_is_told_so_in_the_form_of_the_protocol(body: str, words: str) -> None:
    async def work(server: SimServer, client: aiohttp.ClientSession) -> None:
        async with client.post(f"{server.address}/chat/completions", data=body) as answer:
            assert answer.status == 400
            assert words in (await answer.json())["error"]["message"]

    counts = scene(work).counts
    assert (counts.requests, counts.refused, counts.open) == (1, 1, 0)


def test_an_unknown_model_is_told_its_neighbour() -> None:
    async def work(server: SimServer, client: aiohttp.ClientSession) -> None:
        status, body, _ = await ask(server, client, "sim/perfct")
        assert (status, body["error"]["code"]) == (404, "model_not_found")
        assert "sim/perfect" in body["error"]["message"]

    scene(work)


def test_faults_come_by_header_by_name_of_the_model_and_by_plan_in_this_order() -> None:
    async def work(server: SimServer, client: aiohttp.ClientSession) -> None:
        assert (await ask(server, client))[0] == 500
        status, _, headers = await ask(server, client, "sim/perfect+429:retry_after=7")
        assert (status, headers["Retry-After"]) == (429, "7")
        assert (await ask(server, client, "sim/perfect+429", "529"))[0] == 529
        assert (await ask(server, client, header="none"))[0] == 200
        assert (await ask(server, client, header="slow:factr=2"))[0] == 400

    counts = scene(work, "500").counts
    assert dict(counts.faults) == {"500": 1, "429": 1, "529": 1}
    assert (counts.refused, counts.replies) == (4, 1)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("kind", ["cut", "short", "malformed"])
def test_a_broken_reply_is_counted_as_broken_and_its_tokens_as_lost(kind: str, stream: bool) -> None:
    async def work(server: SimServer, client: aiohttp.ClientSession) -> None:
        if kind in ("short", "malformed") and stream:
            _, text, _ = await ask(server, client, header=kind, stream=True)
            assert "[DONE]" not in text
            return
        with pytest.raises((aiohttp.ClientError, json.JSONDecodeError)):
            await ask(server, client, header=kind, stream=stream)

    counts = scene(work).counts
    assert (counts.requests, counts.broken, counts.replies, counts.open) == (1, 1, 0, 0)
    assert counts.lost_output_tokens > 0
    assert counts.completion_tokens == 0


@pytest.mark.parametrize("kind", ["hang", "stall"])
@pytest.mark.parametrize("stream", [True, False])
def test_a_call_that_its_client_gives_up_ends_on_the_server_too(kind: str, stream: bool) -> None:
    async def work(server: SimServer, client: aiohttp.ClientSession) -> None:
        call = asyncio.ensure_future(ask(server, client, header=kind, stream=stream))
        async with asyncio.timeout(120):
            while not server.counts.open:  # noqa: ASYNC110 - nor that one has come
                await asyncio.sleep(0.005)
        await asyncio.wait([call], timeout=0.1)  # into the stall, unless the machine is very busy
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        async with asyncio.timeout(120):
            while server.counts.open:  # noqa: ASYNC110 - the server tells nobody that a client has gone
                await asyncio.sleep(0.005)

    counts = scene(work).counts
    assert (counts.left, counts.open, counts.replies) == (1, 0, 0)


def test_wrong_and_missing_usage_are_what_was_asked_for() -> None:
    async def work(server: SimServer, client: aiohttp.ClientSession) -> None:
        right = (await ask(server, client))[1]["usage"]
        wrong = (await ask(server, client, header="usage:factor=3"))[1]["usage"]
        assert wrong["prompt_tokens"] == 3 * right["prompt_tokens"]
        assert "usage" not in (await ask(server, client, header="nousage"))[1]

    scene(work)


def test_counts_can_be_read_while_it_serves() -> None:
    async def work(server: SimServer, client: aiohttp.ClientSession) -> None:
        await ask(server, client)
        async with client.get(server.address.removesuffix("v1") + "counts") as answer:
            told = await answer.json()
        assert (told["requests"], told["replies"], told["open"]) == (1, 1, 0)
        assert told["completion_tokens"] == server.counts.completion_tokens > 0

    sentence = scene(work).counts.sentence()
    assert sentence.startswith("Served 1 requests: 1 whole replies")


def test_who_asks_first_changes_nothing_in_what_strikes_whom() -> None:
    def struck(order: list[str]) -> dict[str, bool]:
        plan = Plan(read_plan("429:probability=0.5"), 3)
        return {each: plan.strikes(n, "m", each) is not None for n, each in enumerate(order, 1)}

    names = [f"request {n}" for n in range(40)]
    forward = struck(names)
    assert forward == struck(names[::-1])
    assert 5 < sum(forward.values()) < 35
    plan = Plan(read_plan("429:probability=0.5"), 3)
    assert len({plan.strikes(n, "m", "the same again") is None for n in range(20)}) == 2


def test_entries_strike_at_a_request_at_every_so_manieth_and_for_one_model() -> None:
    plan = Plan(read_plan("500:at=2,529:every=3,cut:model=sim/perfect"), 0)
    struck = [plan.strikes(number, "other", str(number)) for number in range(1, 7)]
    kinds = [each.kind.name if each is not None else "" for each in struck]
    assert kinds == [
        "",
        "500",
        "529",
        "",
        "",
        "529",
    ]
    found = plan.strikes(1, "sim/perfect", "x")
    assert found is not None
    assert found.kind.name == "cut"


def test_prompts_that_are_too_long_are_refused_and_shorter_ones_pass_the_entry_by() -> None:
    plan = Plan(read_plan("context:tokens=100,500"), 0)
    long, short = plan.strikes(1, "m", "x", 101), plan.strikes(2, "m", "y", 100)
    assert [each and each.kind.name for each in (long, short)] == ["context", "500"]

    async def work(server: SimServer, client: aiohttp.ClientSession) -> None:
        for words, expected in (("x" * 480, 400), ("x" * 400, 200)):
            status, body, _ = await ask(
                server,
                client,
                "sim/perfect+context:tokens=100",
                messages=[{"role": "user", "content": words}],
            )
            assert status == expected
            if status == 400:
                assert body["error"]["code"] == "context_length_exceeded"
                assert "maximum context length is 100 tokens" in body["error"]["message"]

    counts = scene(work).counts
    assert (counts.requests, counts.refused, counts.replies) == (2, 1, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("430", "no fault"),
        ("cut:share=2", "at most 1"),
        ("cut:shar=0.5", "share"),
        ("429:probability=x", "is a number"),
        ("429:probability", "no key=value"),
        ("429:at=0", "from 1"),
        ("429:retry_after=-1", "from 0"),
        ("429:retry_after=inf", "from 0"),
        ("none.toml", "cannot be read"),
    ],
)
def test_a_wrong_plan_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(TeamtopError, match=words):
        read_plan(text)


def test_a_plan_in_a_file_has_the_same_keys(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('[[fault]]\nkind = "429"\nretry_after = 2\nat = 3\n')
    assert read_plan(str(path)) == (read("429:retry_after=2:at=3", ""),)
    path.write_text("[fault]\n")
    with pytest.raises(TeamtopError, match="list of"):
        read_plan(str(path))


@given(st.binary(max_size=200) | st.sampled_from(list(KINDS)).map(lambda kind: kind.encode()))
def test_no_body_brings_the_reader_down(body: bytes) -> None:
    with contextlib.suppress(wire.BadRequest):
        assert wire.read(body).messages


@given(st.text(max_size=9_000))
def test_the_pieces_of_a_reply_are_the_reply(text: str) -> None:
    pieces = wire.pieces(text)
    assert "".join(pieces) == text
    assert len(pieces) <= wire.PIECES_MAX
