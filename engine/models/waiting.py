"""How long one attempt may still take: till its first piece, till the next one, and in all."""

from __future__ import annotations

import asyncio

from engine.record.config import CallConfig


class Waiting:
    """Moves the alarm of one attempt along with what arrives; times are seconds of the loop's clock."""

    def __init__(self, calls: CallConfig) -> None:
        self._calls = calls
        self._alarm: asyncio.Timeout | None = None
        self._end = 0.0
        self.characters = 0
        self.heard = False

    def begin(self, alarm: asyncio.Timeout) -> None:
        """The attempt goes out. One that is not streamed has no first piece to wait for."""
        self._alarm = alarm
        now = asyncio.get_running_loop().time()
        self._end = now + self._calls.whole_seconds
        first = now + self._calls.first_seconds if self._calls.stream else self._end
        alarm.reschedule(min(first, self._end))

    def piece(self, characters: int) -> None:
        """A piece came."""
        assert self._alarm is not None, "begin comes first"
        self.heard = True
        self.characters += characters
        now = asyncio.get_running_loop().time()
        self._alarm.reschedule(min(now + self._calls.gap_seconds, self._end))

    def verdict(self) -> str:
        """What was waited for in vain, if the alarm went."""
        if not self._calls.stream:
            return f"no reply within {self._calls.whole_seconds:g} s"
        loop = asyncio.get_running_loop()
        if loop.time() >= self._end - 1e-3:
            came = f": {self.characters:,} characters came" if self.heard else ""
            return f"no whole reply within {self._calls.whole_seconds:g} s{came}"
        if not self.heard:
            return f"no sign of a reply within {self._calls.first_seconds:g} s"
        return f"silent for {self._calls.gap_seconds:g} s after {self.characters:,} characters"
