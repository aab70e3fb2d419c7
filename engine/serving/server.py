"""The server itself: routes, the time that replies take, what goes wrong with them, and what was served."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from engine.errors import TeamtopError, UsageError
from engine.models.registry import SIMULATED
from engine.models.simulated.model import SimulatedReply, simulate
from engine.serving import wire
from engine.serving.mishaps import Mishap, Plan, read
from tasks.errors import nearest

HOST = "127.0.0.1"
"""Loopback only: whoever reaches it can have it compute, and nobody is asked for a key."""

BODY_MAX = 32 << 20
"""Bytes of a request: far above the longest conversation that any model takes."""

FIRST_SHARE = 0.3
"""Share of a reply's time that passes before its first piece; the rest is spread over the pieces."""

FAULT_HEADER = "X-Teamtop-Fault"
"""Asks for a fault on one call (``none``: for none, whatever the plan says)."""

TOO_LONG = "context_length_exceeded"
"""The code by which the protocol says that a prompt is too long."""

CLOSE_SECONDS = 1.0
"""How long calls that are open when the server ends may take to notice."""


@dataclass(slots=True)
class Counts:
    """What was served. Tokens are as they were reported, of replies that were sent whole.

    ``replies`` were sent to the end; ``refused`` were answered with an error; ``broken`` were begun, or
    would have been, and came to no whole reply by a fault; ``left`` are calls that the client gave up.
    ``lost_output_tokens`` is what broken and abandoned replies had cost to write. Every request is exactly
    one of replies, refused, broken, left and open.
    """

    requests: int = 0
    replies: int = 0
    refused: int = 0
    broken: int = 0
    left: int = 0
    open: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    lost_output_tokens: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)

    def table(self, connections: int) -> dict[str, object]:
        """As JSON. ``connections`` are those that are open now."""
        return {
            "requests": self.requests,
            "replies": self.replies,
            "refused": self.refused,
            "broken": self.broken,
            "left": self.left,
            "open": self.open,
            "connections": connections,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "lost_output_tokens": self.lost_output_tokens,
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "faults": dict(sorted(self.faults.items())),
            "models": dict(sorted(self.models.items())),
        }

    def sentence(self) -> str:
        """The closing line."""
        struck = ", ".join(f"{kind} × {count}" for kind, count in sorted(self.faults.items())) or "none"
        return (
            f"Served {self.requests:,} requests: {self.replies:,} whole replies, {self.refused:,} refused, "
            f"{self.broken:,} broken, {self.left:,} given up by the client; "
            f"{self.prompt_tokens:,} + {self.completion_tokens:,} tokens. Faults: {struck}."
        )


class SimServer:
    """Serves the simulated models at ``http://127.0.0.1:PORT/v1``.

    ``speed`` is simulated seconds per second, 0: no waiting. ``seed`` is for requests that bring none. Use
    it as an async context manager; ``port`` is then the real one. Raises ``TeamtopError`` if it is taken.
    """

    def __init__(self, plan: Plan, *, port: int = 0, speed: float = 1.0, seed: int = 0) -> None:
        self.port = port
        self.counts = Counts()
        self._plan = plan
        self._speed = speed
        self._seed = seed
        app = web.Application(client_max_size=BODY_MAX)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/counts", self._count)
        # A handler whose client has gone is cancelled: a hanging call does not outlive its caller.
        self._runner = web.AppRunner(
            app, handler_cancellation=True, access_log=None, shutdown_timeout=CLOSE_SECONDS
        )

    @property
    def address(self) -> str:
        """What clients call the base address."""
        return f"http://{HOST}:{self.port}/v1"

    @property
    def connections(self) -> int:
        """Connections that clients hold now."""
        server = self._runner.server
        return 0 if server is None else len(server.connections)

    async def __aenter__(self) -> SimServer:
        await self._runner.setup()
        try:
            site = web.TCPSite(self._runner, HOST, self.port)
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise TeamtopError(
                f"Port {self.port} cannot be had ({error.strerror}): give another --port."
            ) from None
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    # ------------------------------------------------------------ routes

    async def _models(self, request: web.Request) -> web.Response:
        return _json(200, wire.models(SIMULATED))

    async def _count(self, request: web.Request) -> web.Response:
        return _json(200, msgspec.json.encode(self.counts.table(self.connections)))

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        counts = self.counts
        counts.requests += 1
        counts.open += 1
        try:
            answer = await self._answer(request, counts.requests)
        except (asyncio.CancelledError, ConnectionError):
            counts.left += 1
            raise
        except _Broken as broken:
            counts.broken += 1
            if request.transport is not None:
                request.transport.abort()
            return broken.answer
        except wire.BadRequest as error:
            counts.refused += 1
            counts.statuses[400] += 1
            return _json(400, wire.error(str(error), "invalid_request_error", param=error.param))
        finally:
            counts.open -= 1
        return answer

    async def _answer(self, request: web.Request, number: int) -> web.StreamResponse:
        counts = self.counts
        asked = wire.read(await request.read())
        if asked.model not in SIMULATED:
            counts.refused += 1
            counts.statuses[404] += 1
            sentence = f"There is no model {asked.model[:80]!r}.{nearest(asked.model, SIMULATED)}"
            return _json(404, wire.error(sentence, "invalid_request_error", "model_not_found", "model"))
        counts.models[asked.model] += 1
        mishap = self._mishap(request, asked, number)
        if mishap is not None:
            counts.faults[mishap.kind.name] += 1
            if mishap.kind.status is not None:
                return self._refuse(request, asked, mishap, mishap.kind.status)
        seed = self._seed if asked.seed is None else asked.seed
        reply = simulate(asked.model, seed, asked.messages)
        sending = _Sending(self, request, asked, reply, number, mishap)
        try:
            return await (sending.streamed() if asked.stream else sending.whole())
        except (asyncio.CancelledError, ConnectionError, _Broken):
            counts.lost_output_tokens += reply.output_tokens
            raise

    def _mishap(self, request: web.Request, asked: wire.Request, number: int) -> Mishap | None:
        """By header, else by the name of the model, else by plan."""
        planned = self._plan.strikes(number, asked.model, asked.digest, asked.tokens)
        for text, where in ((request.headers.get(FAULT_HEADER, ""), FAULT_HEADER), (asked.suffix, "model")):
            if text.strip() == "none":
                return None
            if text:
                try:
                    found = read(text, where)
                except UsageError as error:
                    raise wire.BadRequest(str(error)) from None
                return found if found.concerns(asked.tokens) else None
        return planned

    def _refuse(self, request: web.Request, asked: wire.Request, mishap: Mishap, status: int) -> web.Response:
        self.counts.refused += 1
        self.counts.statuses[status] += 1
        kind = mishap.kind
        sentence, headers = f"{kind.about} (on request)", {}
        if mishap.params.get("retry_after"):
            headers["Retry-After"] = f"{mishap.number('retry_after'):g}"
        if kind.name == "leak":
            sentence = f"upstream said no to {request.headers.get('Authorization', 'nobody')}"
        if kind.name == "context":
            most = f"This model's maximum context length is {mishap.number('tokens'):.0f} tokens"
            sentence = f"{most}; your messages have about {asked.tokens} (on request)."
            return _json(status, wire.error(sentence, "invalid_request_error", TOO_LONG, "messages"))
        type_ = "rate_limit_error" if status == 429 else "server_error"
        return _json(status, wire.error(sentence, type_), headers)

    async def wait(self, seconds: float) -> None:
        """Let simulated seconds pass."""
        if self._speed and seconds:
            await asyncio.sleep(seconds / self._speed)


class _Broken(Exception):  # noqa: N818 - an outcome
    """The reply is not sent to its end, and the connection is to be broken."""

    def __init__(self, answer: web.StreamResponse) -> None:
        super().__init__()
        self.answer = answer


class _Sending:
    """One reply on its way."""

    def __init__(  # noqa: PLR0917 - the parts of one call
        self,
        server: SimServer,
        request: web.Request,
        asked: wire.Request,
        reply: SimulatedReply,
        number: int,
        mishap: Mishap | None,
    ) -> None:
        self._server = server
        self._request = request
        self._asked = asked
        self._reply = reply
        self._number = number
        self._kind = mishap.kind.name if mishap is not None else ""
        self._params: Mapping[str, float] = mishap.params if mishap is not None else {}
        factor = self._params["factor"] if self._kind == "usage" else 1.0
        self._counts = None if self._kind == "nousage" else wire.usage(reply, factor)
        self._seconds = reply.latency_seconds * (self._params["factor"] if self._kind == "slow" else 1.0)

    async def whole(self) -> web.Response:
        """Send it in one body."""
        if self._kind in ("hang", "stall"):
            await asyncio.sleep(self._params["seconds"])
        await self._server.wait(self._seconds)
        body = wire.whole(self._number, self._asked.model, self._reply, self._counts)
        if self._kind in ("cut", "short"):
            part = web.StreamResponse(headers={"Content-Type": "application/json"})
            if self._kind == "cut":
                part.content_length = len(body)
            await part.prepare(self._request)
            await part.write(body[: int(len(body) * self._params["share"])])
            raise _Broken(part)
        if self._kind == "malformed":
            self._lost()
            return _json(200, body[:-1] + b",")
        self._sent()
        return _json(200, body)

    async def streamed(self) -> web.StreamResponse:
        """Send it in pieces."""
        model, number = self._asked.model, self._number
        if self._kind == "hang":
            await asyncio.sleep(self._params["seconds"])
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        answer = web.StreamResponse(headers=headers)
        await answer.prepare(self._request)
        parts = wire.pieces(self._reply.text)
        last = self._last(len(parts))
        await self._server.wait(self._seconds * FIRST_SHARE)
        await answer.write(wire.chunk(number, model, {"role": "assistant", "content": ""}))
        pause = self._seconds * (1 - FIRST_SHARE) / len(parts)
        for place, part in enumerate(parts):
            if place == last:
                await self._break(answer)
                if self._kind != "stall":
                    return answer
            await self._server.wait(pause)
            if self._kind == "drip":
                await asyncio.sleep(self._params["seconds"])
            await answer.write(wire.chunk(number, model, {"content": part}))
        await answer.write(wire.chunk(number, model, {}, self._reply.finish_reason))
        if self._counts is not None and self._asked.usage_wanted:
            await answer.write(wire.usage_chunk(number, model, self._counts))
        await answer.write(wire.DONE)
        await answer.write_eof()
        self._sent()
        return answer

    def _last(self, count: int) -> int | None:
        """The piece before which something goes wrong; null if all go out."""
        if self._kind == "malformed":
            return min(1, count - 1)
        if self._kind in ("cut", "short", "stall"):
            return min(int(count * self._params["share"]), count - 1)
        return None

    async def _break(self, answer: web.StreamResponse) -> None:
        if self._kind == "cut":
            raise _Broken(answer)
        if self._kind == "stall":
            await asyncio.sleep(self._params["seconds"])
            return
        if self._kind == "malformed":
            await answer.write(b'data: {"choices": [{"delta": {"content": "\n\n')
        await answer.write_eof()
        self._lost()

    def _lost(self) -> None:
        self._server.counts.broken += 1
        self._server.counts.lost_output_tokens += self._reply.output_tokens

    def _sent(self) -> None:
        counts = self._server.counts
        counts.replies += 1
        counts.statuses[200] += 1
        reported: Mapping[str, int] = self._counts or {}
        counts.prompt_tokens += reported.get("prompt_tokens", 0)
        counts.completion_tokens += reported.get("completion_tokens", 0)


def _json(status: int, body: bytes, headers: Mapping[str, Any] | None = None) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)
