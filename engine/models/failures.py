"""What litellm raises, as one kind of error with one line that is safe to show."""

from __future__ import annotations

import builtins
import math
import re
from collections.abc import Sequence

from engine.models.base import Failure, ModelError

DETAIL_CHARACTERS = 300
"""Bounds an error's line in the journal and on the screen; the rest of it never helped anybody."""

LONGEST_WAIT = 3600.0
"""Bounds a provider's Retry-After, in seconds; what asks for more is not worth waiting for."""

_RETRYABLE = {"rate_limit", "server", "timeout", "connection", "empty"}
_TOKEN = re.compile(
    r"(?i)\b(?:bearer\s+|(?:api[_-]?key|token|secret)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;]{6,}"
    r"|\b(?:(?:sk|pk|gsk|xai|hf|r8)[-_]|AIza)[A-Za-z0-9_\-]{16,}"
)
_CONTEXT = re.compile(
    r"context[ _](?:length|window|limit|size)|maximum context|maximum prompt length|too many tokens"
    r"|(?:prompt|input) is too long|input token count .{0,40}exceeds|reduce the length of the messages",
    re.I,
)
_GARBLED = re.compile(r"line \d+ column \d+ \(char \d+\)")
_SPENT = re.compile(r"insufficient[ _](?:quota|balance|credit)|credit balance|billing|budget", re.I)


def translate(error: BaseException, secrets: Sequence[str], late: str) -> ModelError:
    """Say what kind of failure ``error`` is. ``secrets`` are values that must not be shown.

    ``late`` is what to say of a reply that was not there in time.
    """
    kind = _kind(error)
    text = late if kind == "timeout" else _line(error, secrets)
    return ModelError(kind, text, retryable=kind in _RETRYABLE, retry_after=_retry_after(error))


def redact(text: str, secrets: Sequence[str]) -> str:
    """Replace secrets, and what looks like one."""
    for secret in secrets:
        text = text.replace(secret, "[hidden]")
    return _TOKEN.sub("[hidden]", text)


def _kind(error: BaseException) -> Failure:
    names = {cls.__name__ for cls in type(error).__mro__}
    text = str(error)[:4000]
    if "MidStreamFallbackError" in names or _GARBLED.search(text):
        # The reply had begun, or its body could not be read: whatever the server thinks, tokens are spent.
        inner = getattr(error, "original_exception", None)
        kind = _kind(inner) if isinstance(inner, Exception) and inner is not error else "connection"
        return kind if kind in ("rate_limit", "context", "spend_limit") else "connection"
    status = getattr(error, "status_code", None)
    if isinstance(error, builtins.TimeoutError) or "Timeout" in names or "APITimeoutError" in names:
        return "timeout"
    if "ContextWindowExceededError" in names:
        return "context"
    if "BudgetExceededError" in names or status == 402 or (status in (400, 403, 429) and _SPENT.search(text)):
        return "spend_limit"
    if status in (400, 413, 422) and _CONTEXT.search(text):
        return "context"
    if status == 429 or "RateLimitError" in names:
        return "rate_limit"
    if status in (401, 403) or "AuthenticationError" in names:
        return "authentication"
    if "Connection error" in text or "APIConnectionError" in names or isinstance(error, OSError):
        return "connection"
    if isinstance(status, int) and 500 <= status < 600:
        return "server"
    if isinstance(status, int) and 400 <= status < 500:
        return "bad_request"
    return "unknown"


def _line(error: BaseException, secrets: Sequence[str]) -> str:
    text = redact(str(error), secrets)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    # "litellm.RateLimitError: RateLimitError: OpenAIException - …": only the end of it says something.
    first = re.sub(r"^(?:(?:litellm\.)?\w+(?:Error|Exception|Timeout)\s*[:-]\s*)+", "", first)
    first = first.partition(" Original exception:")[0]  # it would only say the same once more
    shown = first or type(error).__name__
    return shown if len(shown) <= DETAIL_CHARACTERS else shown[: DETAIL_CHARACTERS - 1] + "…"


def _retry_after(error: BaseException) -> float | None:
    headers = getattr(error, "litellm_response_headers", None)
    try:
        value = headers.get("retry-after") if headers is not None else None
        seconds = float(value) if value is not None else None
    except (AttributeError, TypeError, ValueError):
        return None  # the other form, a date, is not worth a clock comparison
    if seconds is None or not math.isfinite(seconds):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT)
