"""The adapter for real models, against litellm's mocks and a server on the loopback."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest

from engine.models import lite, providers
from engine.models.base import Message, ModelError, Reply
from engine.models.lite import LiteModel
from engine.models.replies import read
from engine.record.config import CallConfig

T = TypeVar("T")
KEY = "sk-test-0123456789abcdef"
ASK = [Message("system", ("You are ", "Dev1.")), Message("user", ("# Round 1\n", "Go."))]


class Server(ThreadingHTTPServer):
    """Answers every call with ``status``, ``headers`` and ``body``; keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: str = ""
        self.hold = threading.Event()
        self.hold.set()
        self.asked: list[dict[str, Any]] = []
        self.arrived = threading.Event()

    def answers(self, body: object, status: int = 200, **headers: str) -> None:
        self.status, self.headers = status, {name.replace("_", "-"): v for name, v in headers.items()}
        self.body = body if isinstance(body, str) else json.dumps(body)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.asked.append({**asked, "key": self.headers["Authorization"]})
        server.arrived.set()
        server.hold.wait(180)
        data = server.body.encode()
        try:
            self.send_response(server.status)
            for name, value in {"Content-Type": "application/json", **server.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:
            pass  # the caller has given up, which is what is tested

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        pass


def completion(
    text: str | None, usage: object = None, finish: str = "stop", model: str = "gpt-4o-mini"
) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    body = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
    }
    return {**body, "usage": usage} if usage else body


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[[Coroutine[Any, Any, T]], T]]:
    """One loop for the module: litellm keeps clients that belong to a loop."""
    with asyncio.Runner() as runner:
        runner.run(lite.load())
        yield runner.run


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.hold.set()
    server.shutdown()
    server.server_close()


def model(server: Server, name: str = "openai/gpt-4o-mini", **calls: Any) -> LiteModel:
    """A model whose replies come whole; streams are tested against the server of simulated models."""
    address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_API_BASE": address}
    return LiteModel(name, environ, CallConfig(stream=False, **calls))


def failure(run: Any, model: LiteModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        run(model.complete(ASK))
    assert "\n" not in caught.value.detail
    assert KEY not in caught.value.detail
    return caught.value


def test_a_reply_comes_back_with_text_usage_and_cost(run: Any, server: Server) -> None:
    usage = {
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "total_tokens": 1100,
        "prompt_tokens_details": {"cached_tokens": 400},
        "completion_tokens_details": {"reasoning_tokens": 30},
    }
    server.answers(completion("Done. <run_tests/>", usage, "length"))
    reply = run(model(server).complete(ASK))
    cost = 600 * 0.15e-6 + 400 * 0.075e-6 + 100 * 0.6e-6
    assert reply.cost_usd == pytest.approx(cost)
    assert replace(reply, cost_usd=None) == Reply(
        text="Done. <run_tests/>",
        input_tokens=1000,
        output_tokens=100,
        finish_reason="length",
        cost_source="reported",
        cached_tokens=400,
        reasoning_tokens=30,
    )


def test_the_call_carries_messages_temperature_limit_and_key(run: Any, server: Server) -> None:
    server.answers(completion("ok"))
    run(model(server).complete(ASK))
    (asked,) = server.asked
    assert asked["messages"] == [
        {"role": "system", "content": "You are Dev1."},
        {"role": "user", "content": "# Round 1\nGo."},
    ]
    assert asked["temperature"] == 0.7
    assert 8192 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))
    assert asked["key"] == f"Bearer {KEY}"
    assert KEY not in os.environ.values()


def test_a_reply_without_usage_has_unknown_tokens_and_cost(run: Any, server: Server) -> None:
    server.answers(completion("ok"))
    reply = run(model(server).complete(ASK))
    assert (reply.input_tokens, reply.output_tokens) == (None, None)
    assert (reply.cost_usd, reply.cost_source) == (None, "unknown")


def test_an_unlisted_model_has_an_unknown_cost_and_not_none(run: Any, server: Server) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    server.answers(completion("ok", usage, model="a-model-nobody-priced"))
    reply = run(model(server, "openai/a-model-nobody-priced").complete(ASK))
    assert (reply.input_tokens, reply.output_tokens) == (9, 2)
    assert (reply.cost_usd, reply.cost_source) == (None, "unknown")


def test_too_many_requests_is_retryable_after_the_time_the_provider_names(run: Any, server: Server) -> None:
    server.answers({"error": {"message": f"slow down, {KEY}"}}, 429, Retry_After="7")
    error = failure(run, model(server))
    assert (error.kind, error.retryable, error.retry_after) == ("rate_limit", True, 7.0)
    assert len(server.asked) == 1


def test_a_server_error_is_retryable_and_made_once(run: Any, server: Server) -> None:
    server.answers({"error": {"message": "boom"}}, 500)
    error = failure(run, model(server))
    assert (error.kind, error.retryable, error.retry_after) == ("server", True, None)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (401, "bad key", "authentication"),
        (403, "not yours", "authentication"),
        (404, "no such model", "bad_request"),
        (400, "nonsense", "bad_request"),
        (400, "This model's maximum context length is 128000 tokens", "context"),
        (429, "You exceeded your current quota: insufficient_quota", "spend_limit"),
        (402, "pay first", "spend_limit"),
    ],
)
def test_what_a_repeat_cannot_mend_is_not_retryable(
    run: Any, server: Server, status: int, message: str, kind: str
) -> None:
    server.answers({"error": {"message": message}}, status)
    error = failure(run, model(server))
    assert (error.kind, error.retryable) == (kind, False)


def test_silence_is_a_timeout_after_our_own_limit(run: Any, server: Server) -> None:
    server.hold.clear()
    error = failure(run, model(server, whole_seconds=0.2))
    assert (error.kind, error.retryable) == ("timeout", True)
    assert error.detail == "no reply within 0.2 s"


@pytest.mark.parametrize("body", ["{", "<html>Bad gateway</html>"])
def test_an_answer_that_is_not_json_is_a_retryable_failure(run: Any, server: Server, body: str) -> None:
    server.answers(body)
    assert failure(run, model(server)).retryable


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_a_reply_without_text_is_empty_and_retryable(run: Any, server: Server, text: str | None) -> None:
    server.answers(completion(text))
    error = failure(run, model(server))
    assert (error.kind, error.retryable) == ("empty", True)


def test_a_reply_without_choices_is_empty(run: Any, server: Server) -> None:
    server.answers({**completion("x"), "choices": []})
    assert failure(run, model(server)).kind == "empty"


def test_a_refused_connection_is_retryable(run: Any) -> None:
    unused = Server()
    unused.server_close()
    with socket.socket() as nobody:  # has the port, so that nobody else gets it, and does not listen
        nobody.bind(("127.0.0.1", 0))
        unused.server_address = nobody.getsockname()
        error = failure(run, model(unused))
    assert (error.kind, error.retryable) == ("connection", True)


def test_lone_surrogates_never_leave_the_adapter(run: Any, server: Server) -> None:
    server.answers('{"choices": [{"message": {"content": "caf\\u00e9 \\ud800!"}, "finish_reason": "stop"}]}')
    assert run(model(server).complete(ASK)).text == "café ?!"


def test_cancelling_a_turn_cancels_its_call(run: Any, server: Server) -> None:
    server.hold.clear()

    async def cancelled() -> bool:
        call = asyncio.create_task(model(server).complete(ASK))
        await asyncio.to_thread(server.arrived.wait, 180)
        call.cancel()
        return (await asyncio.gather(call, return_exceptions=True))[0].__class__ is asyncio.CancelledError

    assert run(cancelled())


@pytest.mark.parametrize(
    ("mock", "kind", "retryable"),
    [
        ("litellm.RateLimitError", "rate_limit", True),
        ("litellm.InternalServerError", "server", True),
        ("litellm.ContextWindowExceededError", "context", False),
    ],
)
def test_errors_that_litellm_makes_itself_are_understood(
    run: Any, monkeypatch: pytest.MonkeyPatch, mock: str, kind: str, retryable: bool
) -> None:
    arguments = {"api_key": KEY, "mock_response": mock}
    monkeypatch.setattr(providers, "arguments", lambda provider, environ: arguments)
    error = failure(run, LiteModel("openai/gpt-4o-mini", {}))
    assert (error.kind, error.retryable) == (kind, retryable)


def test_nothing_is_printed_whatever_happens(
    run: Any, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    server.answers({"error": {"message": "boom"}}, 500)
    failure(run, model(server))
    assert capfd.readouterr() == ("", "")


def test_the_installed_litellm_can_pass_tools(run: Any) -> None:
    """Several releases fail on any call with tools; this tells before a user does."""

    async def call() -> Any:
        litellm = await lite.load()
        function = {"name": "f", "parameters": {"type": "object", "properties": {}}}
        return await litellm.acompletion(
            model="openai/gpt-4o-mini",
            messages=[{"role": "user", "content": "hi"}],
            tools=[{"type": "function", "function": function}],
            mock_response="fine",
            api_key=KEY,
        )

    assert read(run(call())).text == "fine"


def test_the_import_leaves_no_key_file_in_the_environment(run: Any) -> None:
    assert os.environ["LITELLM_MODE"] == "PRODUCTION"
    assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"


FIRST = """
import asyncio, sys
from engine.models import lite
from engine.models.base import Message
from engine.models.lite import LiteModel
from engine.record.config import CallConfig

async def first():
    await lite.load()
    before = set(sys.modules)
    calls = CallConfig(api_base=sys.argv[1], stream=False)
    await LiteModel("openai/any", {}, calls).complete([Message("user", ("hi",))])
    await lite.close()
    return set(sys.modules) - before

print(len(asyncio.run(first())))
"""


@pytest.mark.deep  # a process that imports litellm anew: seconds
def test_what_the_first_call_needs_is_loaded_before_it_and_not_on_the_event_loop(server: Server) -> None:
    server.answers(completion("hello"))
    done = subprocess.run(
        [sys.executable, "-c", FIRST, f"http://127.0.0.1:{server.server_address[1]}/v1"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert int(done.stdout) < 50, "hundreds of modules were loaded while the first call ran"
