"""Real models, called through litellm. One attempt per call: retries are the engine's, one event each.

litellm takes seconds and 170 MB to import, so it is imported in a thread when the first real model is used.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.models import providers
from engine.models.base import Message, ModelError, Reply
from engine.models.failures import translate

TEMPERATURE = 0.7
MAX_OUTPUT_TOKENS = 8192
TIMEOUT = 180.0
"""Seconds for one attempt; no recorded reply took longer, and litellm bounds no call by itself."""

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


class LiteModel:
    """A real model behind litellm; ``environ`` holds the keys."""

    real = True

    def __init__(self, name: str, environ: Mapping[str, str], *, timeout: float = TIMEOUT) -> None:
        self.name = name
        self._timeout = timeout
        self._arguments = providers.arguments(providers.provider_of(name) or "", environ)
        self._secrets = providers.secrets(environ)

    async def complete(self, messages: Sequence[Message]) -> Reply:
        """Make one attempt. Raises ``ModelError``."""
        litellm = await load()
        try:
            async with asyncio.timeout(self._timeout):
                response = await litellm.acompletion(
                    model=self.name,
                    messages=[{"role": message.role, "content": message.text} for message in messages],
                    temperature=TEMPERATURE,
                    max_tokens=MAX_OUTPUT_TOKENS,
                    timeout=self._timeout,
                    num_retries=0,
                    max_retries=0,
                    drop_params=True,  # some models take no temperature; they shall answer all the same
                    **self._arguments,
                )
        except Exception as error:
            raise translate(error, self._secrets, self._timeout) from None
        return read(response)


async def load() -> Litellm:
    """Return the litellm module, imported in a thread the first time (2 to 4 s).

    Call it before a run starts, so that the first turn does not pay for it. Raises ``ModelError`` if the
    import fails.
    """
    try:
        return await asyncio.to_thread(_import)
    except Exception as error:
        raise ModelError(
            "unknown", f"litellm cannot be imported: {type(error).__name__}", retryable=False
        ) from error


def read(response: object) -> Reply:
    """Turn litellm's response into a reply; raises ``ModelError`` (``empty``) if it holds no text."""
    choices = getattr(response, "choices", None)
    choice = choices[0] if choices else None
    text = getattr(getattr(choice, "message", None), "content", None)
    if not isinstance(text, str) or not text.strip():
        reason = getattr(choice, "finish_reason", None) or "no choice"
        raise ModelError("empty", f"the model answered without text ({reason})", retryable=True)
    usage = getattr(response, "usage", None)
    input_tokens = _tokens(usage, "prompt_tokens")
    cost = (getattr(response, "_hidden_params", None) or {}).get("response_cost")
    if not isinstance(cost, (int, float)) or input_tokens is None:
        cost = None  # without usage litellm prices nothing at nothing
    return Reply(
        # A lone surrogate can be neither journalled nor written to a file.
        text=text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text,
        input_tokens=input_tokens,
        output_tokens=_tokens(usage, "completion_tokens"),
        finish_reason=str(getattr(choice, "finish_reason", None) or "stop"),
        cost_usd=cost,
        cost_source="unknown" if cost is None else "reported",
        cached_tokens=_count(getattr(usage, "prompt_tokens_details", None), "cached_tokens"),
        reasoning_tokens=_count(getattr(usage, "completion_tokens_details", None), "reasoning_tokens"),
    )


def _tokens(usage: object, name: str) -> int | None:
    # litellm fills in zeros where a provider reports no usage; no prompt and no reply has zero tokens.
    return _count(usage, name) or None


def _count(holder: object, name: str) -> int | None:
    value = getattr(holder, name, None)
    return value if isinstance(value, int) else None


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
