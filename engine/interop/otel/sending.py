"""Sends documents of spans to where the standard variables say (OTLP over HTTP, as JSON)."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from engine.errors import TeamtopError, UsageError
from engine.record.clean import clean_line

TRIES = 4
"""Attempts for one document; after each that may succeed later a wait, ``WAIT_MAX`` seconds at most."""

WAIT_MAX = 10.0

AGAIN = frozenset({429, 502, 503, 504})
"""Answers after which to come again, as OTLP has it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send to: address, headers, seconds that an answer is waited for."""

    url: str
    headers: Mapping[str, str]
    timeout: float

    @property
    def name(self) -> str:
        """The address as people may be told it: without what follows a question mark, where keys can be."""
        return clean_line(self.url.partition("?")[0], 200)

    def told(self, words: str) -> str:
        """What a receiver said, without the keys that it was given."""
        for value in sorted(self.headers.values(), key=len, reverse=True):
            for key in (value, value.rpartition(" ")[2]):
                words = words.replace(key, "[hidden]") if key else words
        return clean_line(words, 200)


def target(environ: Mapping[str, str]) -> Target:
    """What the variables say. Raises ``UsageError`` if they name no address that can be sent to."""
    whole = environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
    base = environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")
    url = whole or (f"{base.rstrip('/')}/v1/traces" if base else "")
    if not url:
        raise UsageError(
            "Say where the spans go: --out FILE, or OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318."
        )
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if sound and "@" in parts.netloc:
        raise UsageError(
            "The address to send spans to holds a name or a password: put keys into "
            "OTEL_EXPORTER_OTLP_HEADERS instead (authorization=Bearer%20…)."
        )
    if not sound:
        raise UsageError(
            f"{clean_line(url.rpartition('@')[2])} is no address that spans can be sent to: "
            "give one like http://localhost:4318."
        )
    headers = {}
    given = environ.get("OTEL_EXPORTER_OTLP_TRACES_HEADERS") or environ.get("OTEL_EXPORTER_OTLP_HEADERS", "")
    for pair in filter(None, (part.strip() for part in given.split(","))):
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise UsageError("OTEL_EXPORTER_OTLP_HEADERS is a list like key=value,other=value.")
        headers[key.strip()] = unquote(value.strip())
    timeout = (
        environ.get("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT")
        or environ.get("OTEL_EXPORTER_OTLP_TIMEOUT")
        or "10000"
    )
    if not timeout.isdecimal() or not 0 < int(timeout) < 10**7:
        raise UsageError("OTEL_EXPORTER_OTLP_TIMEOUT is a number of milliseconds, such as 10000.")
    return Target(url, headers, int(timeout) / 1000)


def send(
    where: Target, documents: Iterable[Mapping[str, Any]], sleep: Callable[[float], None] = time.sleep
) -> int:
    """Send all and return how many spans the receiver refused. Raises ``TeamtopError``."""
    refused = 0
    for document in documents:
        body = json.dumps(document).encode()
        for attempt in range(1, TRIES + 1):
            wait = _post(where, body, last=attempt == TRIES)
            if isinstance(wait, int):
                refused += wait
                break
            sleep(min(WAIT_MAX, wait if wait > 0 else 0.5 * 2**attempt))
    return refused


def _post(where: Target, body: bytes, *, last: bool) -> int | float:
    """Spans refused, as a whole number; or the seconds to wait before another attempt, as a float."""
    headers = {**where.headers, "Content-Type": "application/json"}
    request = urllib.request.Request(where.url, body, headers, method="POST")  # noqa: S310 - http(s): checked
    try:
        with urllib.request.urlopen(request, timeout=where.timeout) as answer:  # noqa: S310 - as above
            return _refused(answer.read(1 << 20))
    except urllib.error.HTTPError as error:
        if error.code in AGAIN and not last:
            after = error.headers.get("Retry-After") or ""
            return float(after) if after.isdecimal() else 0.0
        said = where.told(error.read(2_000).decode(errors="replace"))
        hint = " It may take protobuf only: put a collector in between." if error.code == 415 else ""
        raise TeamtopError(f"{where.name} answered {error.code}: {said or error.reason}.{hint}") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        raise TeamtopError(f"{where.name} cannot be reached: {where.told(str(why))}.") from None


def _refused(body: bytes) -> int:
    try:
        return int(json.loads(body)["partialSuccess"]["rejectedSpans"])
    except (ValueError, KeyError, TypeError):
        return 0
