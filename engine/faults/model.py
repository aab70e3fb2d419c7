"""Faults on the Model seam: errors, slowness, silence, damaged replies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from engine.faults import apierrors
from engine.faults.corrupt import corrupt
from engine.faults.switchboard import Active, Switchboard
from engine.models.base import Hear, Message, Model, Reply, unheard
from engine.world.chance import stream
from engine.world.clock import Clock


class DisturbedModel:
    """A model of ``agent`` behind the faults that are active when it is called.

    ``on_late`` is given a reply that was withheld when its call was given up: the agent sends it when it is
    back. ``calls`` is how often it was called under an engine before.
    """

    def __init__(  # noqa: PLR0917 - the parts of one wrapper
        self,
        inner: Model,
        agent: str,
        faults: Switchboard,
        clock: Clock,
        seed: int,
        on_stall: Callable[[str], None],
        on_late: Callable[[str, Reply], None],
        calls: int = 0,
    ) -> None:
        self.name = inner.name
        self.real = inner.real
        self._inner = inner
        self._agent = agent
        self._faults = faults
        self._clock = clock
        self._seed = seed
        self._on_stall = on_stall
        self._on_late = on_late
        self._calls = calls

    def put(self, inner: Model) -> None:
        """Have another model answer from the next call on."""
        self.name, self.real, self._inner = inner.name, inner.real, inner

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """As the inner model would answer, if nothing came in between."""
        self._calls += 1
        await self._refused(messages)
        before = self._clock.now()
        reply = await self._inner.complete(messages, lambda text: self._heard(hear, text))
        took = self._clock.now() - before
        for fault in self._faults.on("slow", self._agent):
            await self._clock.sleep(took * (fault.number("factor") - 1))
        while self._faults.on("stall", self._agent):
            self._on_stall(self._agent)
            try:
                await self._faults.change()
            except asyncio.CancelledError:
                self._on_late(self._agent, reply)
                raise
        return self._damaged(reply, messages)

    def _heard(self, hear: Hear, text: str) -> None:
        if not self._faults.on("stall", self._agent):  # nobody hears of an agent that is silent
            hear(text)

    async def _refused(self, messages: Sequence[Message]) -> None:
        """Raise ``ModelError`` if a fault makes this call fail."""
        for kind in apierrors.REFUSALS:
            for fault in self._faults.on(kind, self._agent):
                if apierrors.strikes(fault, self._chance(fault)):
                    await self._clock.sleep(apierrors.ERROR_SECONDS)
                    if self._faults.get(fault.id) is not None:  # healed meanwhile, the call goes through
                        raise apierrors.refusal(fault)
        for fault in self._faults.on("api_timeout", self._agent):
            if apierrors.strikes(fault, self._chance(fault)):
                raise await apierrors.time_out(fault, self._clock)
        for fault in self._faults.on("api_reset", self._agent):
            if apierrors.strikes(fault, self._chance(fault)):
                raise await apierrors.reset(self._chance(fault), self._inner, messages)

    def _chance(self, fault: Active) -> Random:
        return stream(self._seed, "faults", fault.id, self._agent, self._calls)

    def _damaged(self, reply: Reply, messages: Sequence[Message]) -> Reply:
        for fault in self._faults.on("corrupt", self._agent):
            self._faults.stop(fault.id, "engine", "it struck")
            mode = str(fault.params.get("mode", "operator"))
            text, finish = corrupt(mode, reply.text, messages, self._chance(fault))
            reply = replace(reply, text=text, finish_reason=finish or reply.finish_reason)
        return reply
