"""What can be wrong with the way in which real models are to be called."""

from __future__ import annotations

from urllib.parse import urlsplit

from engine.errors import UsageError
from engine.record.config import CallConfig
from tasks.errors import quoted

SECONDS_MAX = 86_400.0
"""A day: no call is worth more, and timers take no infinity."""


CONTEXT_MIN = 2_000
"""Tokens of the shortest context: a brief and one prompt have more than half of that."""


def check(calls: CallConfig) -> None:
    """Raise ``UsageError`` for the first setting that makes no sense; one sentence with a mend."""
    if calls.api_base:
        _check_address(calls.api_base)
    for flag, seconds in (
        ("--timeout-first", calls.first_seconds),
        ("--timeout-gap", calls.gap_seconds),
        ("--timeout", calls.whole_seconds),
        ("--hedge-after", calls.hedge_seconds),
    ):
        if seconds is not None and not 0 < seconds <= SECONDS_MAX:
            raise UsageError(f"{flag} is a number of seconds above 0, not {seconds:g}.")
    for flag, rate in (
        ("--requests-per-minute", calls.requests_per_minute),
        ("--tokens-per-minute", calls.tokens_per_minute),
    ):
        if rate is not None and not 0 < rate < 1e12:
            raise UsageError(f"{flag} is a number above 0, not {rate:g}.")
    if calls.context_tokens is not None and calls.context_tokens < CONTEXT_MIN:
        raise UsageError(f"--context-tokens is a number from {CONTEXT_MIN:,}, not {calls.context_tokens}.")


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
        parts = None
    if not fine or parts is None or not address.isprintable():
        raise UsageError(f"--api-base is an address such as http://127.0.0.1:8765/v1, not {quoted(address)}.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(  # it is kept in run.json, for a run that goes on
            "--api-base holds a name, a password or a query, and it is kept with the run: put keys into the "
            "provider's variable (OPENAI_API_KEY) instead."
        )
