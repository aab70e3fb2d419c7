"""The Model and TestRunner seams behind a redaction: nothing that must not be kept comes through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.models.base import Hear, Message, Model, ModelError, Reply, unheard
from engine.record.redaction import Redaction
from engine.world.testrunner import TestReport, TestRequest, TestRunner

LINE_MAX = 400
"""Characters of a line that is passed on before it is whole: patterns match within lines."""


class RedactedModel:
    """A model whose replies and failures are redacted; pieces of a reply are heard line by line."""

    def __init__(self, inner: Model, redact: Redaction) -> None:
        self.name = inner.name
        self.real = inner.real
        self._inner = inner
        self._redact = redact

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """As the inner model would answer, without what must not be kept."""
        waiting = ""

        def heard(text: str) -> None:
            nonlocal waiting
            waiting += text
            end = waiting.rfind("\n") + 1 or (len(waiting) if len(waiting) > LINE_MAX else 0)
            hear(self._redact(waiting[:end]))
            waiting = waiting[end:]

        try:
            reply = await self._inner.complete(messages, heard)
        except ModelError as error:
            raise ModelError(
                error.kind,
                self._redact(error.detail),
                retryable=error.retryable,
                retry_after=error.retry_after,
            ) from None
        return replace(reply, text=self._redact(reply.text))


class RedactedTests:
    """A test runner whose output is redacted."""

    def __init__(self, inner: TestRunner, redact: Redaction) -> None:
        self.external = inner.external
        self.inner = inner
        self._redact = redact

    async def run(self, request: TestRequest) -> TestReport:
        """As the inner runner does."""
        report = await self.inner.run(request)
        return replace(report, output=self._redact(report.output))

    async def close(self) -> None:
        """Close the inner one."""
        await self.inner.close()
