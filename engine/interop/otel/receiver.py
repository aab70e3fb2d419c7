"""Takes spans that programs send to a port of this machine (OTLP over HTTP, as protobuf or JSON)."""

from __future__ import annotations

import asyncio
import heapq
import threading
import time
from collections import deque
from collections.abc import Callable

from aiohttp import web

from engine.errors import TeamtopError
from engine.interop.feed import Found
from engine.interop.loose import BadJson, parse_object
from engine.interop.otel import protobuf
from engine.interop.otel.gathering import Gathering
from engine.interop.otel.protobuf import document_of
from engine.interop.otel.reader import SOURCE
from engine.interop.teamlog.lines import Topic
from engine.interop.teamlog.tally import Tally

HOST = "127.0.0.1"
"""Loopback only: who sends is not asked who it is."""

PORT = 4318
"""Where exporters send to unless somebody tells them otherwise."""

BODY_MAX = 16 << 20
"""Bytes of a request, unpacked; larger ones are answered 413."""

BUFFER_MAX = 64 << 20
"""Bytes that wait to be read; when they are more, senders are told to come again (503 with Retry-After)."""

RETRY_SECONDS = 1
"""After which a sender that was turned away should come again."""

HOLD_SECONDS = 2.0
"""For how long spans wait for others that began before: exporters send in batches, each process its own."""

START_SECONDS = 20.0
"""How long the port is waited for; it takes milliseconds."""

PROTOBUF, JSON = "application/x-protobuf", "application/json"

USE_HTTP = (
    "This reads OTLP over HTTP, as protobuf or JSON: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf in the "
    "program that sends."
)

_CODES = {400: 3, 404: 5, 413: 8, 415: 3, 503: 14}
"""Of gRPC, which stand in the bodies of errors."""


class OtlpReader:
    """Listens at ``http://127.0.0.1:PORT/v1/traces`` (0: any free port) and gives what comes.

    A context manager; raises ``TeamtopError`` if the port cannot be had. ``clock`` is in seconds.
    """

    source = SOURCE
    lacks: tuple[Topic, ...] | None = (
        "contents",
        "nodes",
        "locks",
        "refusals",
        "rounds",
        "dependencies",
    )

    def __init__(self, port: int = PORT, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = "otlp"
        self.port = port
        self.tally = Tally()
        self.requests = 0
        self._clock = clock
        self._gathering = Gathering(self.tally)
        self._waiting: deque[tuple[int, bytes, bool]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._ordered: list[tuple[float, int, float, Found]] = []
        self._order = 0
        self._ready = threading.Event()
        self._error: OSError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="otlp", daemon=True)

    def __enter__(self) -> OtlpReader:
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TeamtopError(f"Port {self.port} could not be opened in {START_SECONDS:.0f} s.")
        if self._error is not None:
            why = self._error.strerror or str(self._error)
            raise TeamtopError(
                f"Port {self.port} cannot be had ({why}): another collector may listen there; give another "
                "one (--otlp PORT), or 0 for any that is free."
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._closing is not None:
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join()

    @property
    def address(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT is to be."""
        return f"http://{HOST}:{self.port}"

    # ------------------------------------------------------------ a reader

    @property
    def over(self) -> bool:
        """Spans may always come."""
        return False

    def poll(self) -> list[Found]:
        """What came, ``HOLD_SECONDS`` ago at least."""
        self._gather(last=False)
        until = self._clock() - HOLD_SECONDS
        found = []
        while self._ordered and self._ordered[0][2] <= until:
            found.append(heapq.heappop(self._ordered)[3])
        return found

    def last(self) -> list[Found]:
        """All that still waits."""
        self._gather(last=True)
        return [heapq.heappop(self._ordered)[3] for _ in range(len(self._ordered))]

    def _gather(self, *, last: bool) -> None:
        with self._lock:
            came, self._waiting, self._bytes = self._waiting, deque(), 0
        for number, body, packed in came:
            try:
                document = document_of(body) if packed else parse_object(body)
                self._gathering.take(f"request {number:,}", document)
            except BadJson as bad:
                self.tally.skip(f"request {number:,}", str(bad))
        now = self._clock()
        for found in self._gathering.drain(last=last):
            self._order += 1
            ts = found.line.ts if isinstance(found.line.ts, float) else 0.0
            heapq.heappush(self._ordered, (ts, self._order, now, found))

    # ------------------------------------------------------------ the server, in its own thread

    async def _serve(self) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=BODY_MAX)
        app.router.add_post("/v1/traces", self._take)
        app.router.add_post("/v1/{other}", self._other)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self.port).start()
            self.port = runner.addresses[0][1]
            self._ready.set()
            await self._closing.wait()
        except OSError as error:
            self._error = error
            self._ready.set()
        finally:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        packed = request.content_type == PROTOBUF
        if not packed and request.content_type != JSON:
            return _answer(request, 415, USE_HTTP)
        if self._bytes + (request.content_length or 0) > BUFFER_MAX:
            return self._full(request)
        body = await request.read()
        with self._lock:
            if self._bytes + len(body) > BUFFER_MAX:
                return self._full(request)
            self.requests += 1
            self._bytes += len(body)
            self._waiting.append((self.requests, body, packed))
        # An answer that has nothing to say: an empty message, an empty object.
        return web.Response(body=b"" if packed else b"{}", content_type=request.content_type)

    async def _other(self, request: web.Request) -> web.Response:
        return _answer(request, 404, "Only spans are read here: send them to /v1/traces.")

    def _full(self, request: web.Request) -> web.Response:
        words = f"{BUFFER_MAX >> 20} MiB of spans wait to be read already: send these again later."
        answer = _answer(request, 503, words)
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer


def _answer(request: web.Request, status: int, words: str) -> web.Response:
    """An error as OTLP has it, in the form in which it was asked."""
    code = _CODES[status]
    if request.content_type == PROTOBUF:
        return web.Response(body=protobuf.status(code, words), content_type=PROTOBUF, status=status)
    return web.json_response({"code": code, "message": words}, status=status)
