"""A model that first gives the replies of a run before, as long as it is asked the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from engine.models.base import Hear, Message, Model, Reply, unheard
from engine.record.events import Replied


class RecordedModel:
    """``replies`` by digest of the request; what is not among them, ``inner`` is asked.

    ``request`` tells the digest of the conversation that stands. A recorded reply takes as long as it took
    then and costs nothing; it is given once.
    """

    def __init__(
        self,
        inner: Model,
        replies: Mapping[str, Replied],
        request: Callable[[], str],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self.name = inner.name
        self.real = inner.real
        self._inner = inner
        self._replies = dict(replies)
        self._request = request
        self._sleep = sleep

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """See the class."""
        recorded = self._replies.pop(self._request(), None)
        if recorded is None:
            return await self._inner.complete(messages, hear)
        await self._sleep(recorded.latency_seconds)
        return Reply(
            recorded.text,
            recorded.input_tokens,
            recorded.output_tokens,
            recorded.finish_reason,
            recorded.cost_usd,
            recorded.cost_source,
            recorded.cached_tokens,
            recorded.reasoning_tokens,
        )
