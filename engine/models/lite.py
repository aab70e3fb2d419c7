"""Real models, called through litellm. One attempt per call: retries are the engine's, one event each.

litellm takes seconds and 170 MB to import, so it is imported in a thread when the first real model is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.models import caching, pricing, providers, streams
from engine.models.base import Hear, Message, ModelError, Reply, unheard
from engine.models.failures import translate
from engine.models.replies import read
from engine.models.waiting import Waiting
from engine.record.config import USUAL, CallConfig

TEMPERATURE = 0.7
MAX_OUTPUT_TOKENS = 8192
"""Tokens of a reply at most."""

NO_KEY = "none"
"""Sent to an own server when there is no key: clients insist on one."""

CLOSE_SECONDS = 2.0
"""How long connections may take to close at the end of a run."""

_loading = threading.Lock()

_SETTINGS = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # no download of prices at import, no warning when it fails
    "LITELLM_MODE": "PRODUCTION",  # else the import reads .env files and writes them into os.environ
    "LITELLM_LOG": "ERROR",  # its loggers write to the terminal that the screen owns
}


class Litellm(Protocol):
    """What is used of the litellm module."""

    async def acompletion(self, **arguments: object) -> object:
        """Call a model; raises a great many kinds of exception."""
        ...

    def completion_cost(self, **arguments: object) -> float:
        """Dollars for a response; raises if the model has no price."""
        ...

    def ModelResponse(self, **fields: object) -> object:  # noqa: N802 - litellm's name
        """Make a response, to be priced."""
        ...


class LiteModel:
    """A real model behind litellm; ``environ`` holds the keys, ``calls`` says where and how long to wait.

    The ``seed`` is sent to own servers only: there it makes replies repeatable, and elsewhere it is nobody's
    business.
    """

    real = True

    def __init__(
        self, name: str, environ: Mapping[str, str], calls: CallConfig = USUAL, *, seed: int = 0
    ) -> None:
        self.name = name
        self._calls = calls
        self._secrets = providers.secrets(environ)
        self._caches = caching.marks(name)
        self._arguments: dict[str, object] = {
            "model": name,
            "temperature": TEMPERATURE,
            "max_tokens": MAX_OUTPUT_TOKENS,
            "num_retries": 0,
            "max_retries": 0,
            "drop_params": True,  # some models take no temperature; they shall answer all the same
            **providers.arguments(providers.provider_of(name) or "", environ),
        }
        if calls.api_base:
            self._arguments = {"api_key": NO_KEY, **self._arguments, "api_base": calls.api_base, "seed": seed}

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """Make one attempt. Raises ``ModelError``. Cancelled, or too late, it closes its connection."""
        litellm = await load()
        waiting = Waiting(self._calls)
        price = pricing.price(litellm, self.name)
        try:
            async with asyncio.timeout(None) as alarm:
                waiting.begin(alarm)
                arguments = {
                    **self._arguments,
                    "messages": caching.wire(messages, marked=self._caches),
                    # litellm's own bounds a read and not the call; ours is the one that is to strike
                    "timeout": self._calls.whole_seconds + 1,
                }
                if not self._calls.stream:
                    return read(await litellm.acompletion(**arguments), price)
                answer = await litellm.acompletion(
                    **arguments, stream=True, stream_options={"include_usage": True}
                )
                return await streams.gather(answer, hear, waiting, price)
        except ModelError:
            raise
        except TimeoutError:
            raise ModelError("timeout", waiting.verdict(), retryable=True) from None
        except Exception as error:
            raise translate(error, self._secrets, waiting.verdict()) from None


async def close() -> None:
    """Close the connections that litellm keeps open for further calls, and end its own tasks."""
    if "litellm" not in sys.modules:
        return
    litellm: Any = sys.modules["litellm"]
    before = asyncio.all_tasks()
    with contextlib.suppress(Exception):  # it is the end; what cannot be closed ends with the process
        await litellm.close_litellm_async_clients()
        litellm.in_memory_llm_clients_cache.flush_cache()  # a closed client must serve no later run
    with contextlib.suppress(Exception):
        worker: Any = importlib.import_module("litellm.litellm_core_utils.logging_worker")
        await worker.GLOBAL_LOGGING_WORKER.stop()
    gc.collect(0)  # clients that nobody holds close themselves in tasks of their own
    if closing := asyncio.all_tasks() - before:
        await asyncio.wait(closing, timeout=CLOSE_SECONDS)


async def load() -> Litellm:
    """Return the litellm module, imported in a thread the first time (2 to 4 s).

    Call it before a run starts, so that the first turn does not pay for it. Raises ``ModelError`` if the
    import fails.
    """
    try:
        return await asyncio.to_thread(_ready)
    except Exception as error:
        raise ModelError(
            "unknown", f"litellm cannot be imported: {type(error).__name__}", retryable=False
        ) from error


def _ready() -> Litellm:
    """The module, with what its first call would load: half a second in which the event loop stood still."""
    with _loading:
        known = "litellm" in sys.modules
        litellm = _import()
        if not known:
            with contextlib.suppress(Exception), asyncio.Runner() as loop:  # else the first call loads it
                loop.run(_rehearse(litellm))
        return litellm


async def _rehearse(litellm: Litellm) -> None:
    """Make a call that never leaves litellm, and a client that is not used."""
    openai: Any = importlib.import_module("openai")
    _ = openai.AsyncOpenAI(api_key=NO_KEY).chat.completions
    answer: Any = await litellm.acompletion(
        model="openai/none",
        messages=[{"role": "user", "content": "hello"}],
        mock_response="hello",
        api_key=NO_KEY,
        num_retries=0,
        stream=True,
        stream_options={"include_usage": True},
    )
    async for _ in answer:
        pass


def _import() -> Litellm:
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    collecting = gc.isenabled()
    gc.disable()  # collections during the import stop every thread for up to 0.2 s
    try:
        litellm: Any = importlib.import_module("litellm")
    finally:
        if collecting:
            gc.freeze()  # 300,000 objects that never go away need not be looked at again
            gc.enable()
    litellm.suppress_debug_info = True  # else errors print advice to the terminal
    litellm.disable_hf_tokenizer_download = True  # else some names wait for a download to count tokens
    module: Litellm = litellm
    return module
