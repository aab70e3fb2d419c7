"""Faults on the Mailbox seam: messages lost, late, twice, in another order, or stopped by a partition."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from engine.faults.switchboard import Active, Switchboard
from engine.world.chance import stream
from engine.world.clock import Clock
from engine.world.mailbox import Delivery, Lost, Mailbox, OnItsWay


@dataclass(frozen=True, slots=True)
class _Letter:
    """A message under way: from ``due`` on (run-clock microseconds), or when ``fault`` is healed."""

    id: str
    sender: str
    recipient: str
    due: int
    fault: int


class DisturbedMailbox:
    """A mailbox behind the faults that are active when it carries something.

    What is late arrives by itself and is told to ``arrived``; messages behind a late one of the same sender
    wait for it. ``background`` runs work beside the rounds; ``team`` are the agents' names in order.
    """

    def __init__(  # noqa: PLR0917 - the parts of one wrapper
        self,
        inner: Mailbox,
        faults: Switchboard,
        clock: Clock,
        seed: int,
        arrived: Callable[[str, str, Delivery], None],
        background: Callable[[Coroutine[Any, Any, None], str], None],
        team: Callable[[], Sequence[str]],
    ) -> None:
        self._inner = inner
        self._faults = faults
        self._clock = clock
        self._seed = seed
        self._arrived = arrived
        self._background = background
        self._team = team
        self._queues: dict[tuple[str, str], list[_Letter]] = {}
        self._pools: dict[int, list[_Letter]] = {}
        self._carrying = asyncio.Lock()
        faults.healed.append(self._healed)

    async def deliver(self, id: str, sender: str, recipient: str) -> Delivery:  # noqa: A002 - the seam's word
        """Carry a message as the faults on its two ends let it."""
        lost = self._lost(id, sender, recipient)
        if lost is not None:
            return lost
        self._copy(id, sender, recipient)
        for fault in self._ends("reorder_messages", sender, recipient)[:1]:
            return self._pool(fault, _Letter(id, sender, recipient, 0, fault.id))
        late = [fault for fault in self._ends("delay_messages", sender, recipient) if self._hit(fault, id)]
        queue = self._queues.get((sender, recipient), [])
        if not late and not queue:
            return await self._inner.deliver(id, sender, recipient)
        wait = sum(fault.number("seconds") for fault in late)
        letter = _Letter(id, sender, recipient, self._due(wait), late[0].id if late else 0)
        self._queues.setdefault((sender, recipient), []).append(letter)
        self._background(self._later(wait), f"late {id}")
        return OnItsWay()

    def collected(self, recipient: str) -> None:
        """As the inner one."""
        self._inner.collected(recipient)

    # ------------------------------------------------------------ what strikes

    def _ends(self, kind: str, sender: str, recipient: str) -> list[Active]:
        """The faults of ``kind`` on either end, each once."""
        found = {f.id: f for end in (sender, recipient) for f in self._faults.on(kind, end)}
        return [found[number] for number in sorted(found)]

    def _hit(self, fault: Active, message: str) -> bool:
        chance = stream(self._seed, "mail", fault.kind, fault.id, message)
        return chance.random() < fault.number("probability")

    def _lost(self, message: str, sender: str, recipient: str) -> Lost | None:
        for end in (sender, recipient):
            for fault in self._faults.on("drop_messages", end):
                if stream(self._seed, "mail", message, recipient).random() < fault.number("probability"):
                    return Lost(f"fault {fault.id} on {end}")
        for fault in self._ends("partition", sender, recipient):
            if crosses(fault, sender, recipient, self._team()):
                return Lost(f"fault {fault.id} between {sender} and {recipient}")
        return None

    def _copy(self, message: str, sender: str, recipient: str) -> None:
        for fault in self._ends("duplicate_messages", sender, recipient):
            if self._hit(fault, message):
                again = self._again(message, sender, recipient, fault.number("seconds"))
                self._background(again, f"copy of {message}")

    async def _again(self, message: str, sender: str, recipient: str, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._arrived(message, recipient, await self._inner.deliver(message, sender, recipient))

    # ------------------------------------------------------------ what is late

    def _due(self, seconds: float) -> int:
        return self._clock.now_us() + round(seconds * 1e6)

    async def _later(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        await self._carry()

    async def _carry(self) -> None:
        """Bring the letters whose time has come, edge by edge in the order of writing."""
        async with self._carrying:
            for edge, queue in list(self._queues.items()):
                while queue and self._ready(queue[0]):
                    await self._bring(queue.pop(0))
                if not queue:
                    self._queues.pop(edge, None)

    def _ready(self, letter: _Letter) -> bool:
        return letter.due <= self._clock.now_us() or self._faults.get(letter.fault) is None

    async def _bring(self, letter: _Letter) -> None:
        fate = await self._inner.deliver(letter.id, letter.sender, letter.recipient)
        self._arrived(letter.id, letter.recipient, fate)

    def _pool(self, fault: Active, letter: _Letter) -> OnItsWay:
        pool = self._pools.setdefault(fault.id, [])
        pool.append(letter)
        if len(pool) == 1:
            self._background(self._spill_later(fault.id, fault.number("seconds")), f"shuffle {fault.id}")
        return OnItsWay()

    async def _spill_later(self, fault: int, seconds: float) -> None:
        await self._clock.sleep(seconds)
        await self._spill(fault)

    async def _spill(self, fault: int) -> None:
        letters = self._pools.pop(fault, [])
        if letters:
            stream(self._seed, "shuffle", fault, letters[0].id).shuffle(letters)
        for letter in letters:
            await self._bring(letter)

    def _healed(self, fault: Active) -> None:
        if fault.kind == "delay_messages":
            self._background(self._carry(), f"mail of {fault.id}")
        elif fault.kind == "reorder_messages":
            self._background(self._spill(fault.id), f"mail of {fault.id}")


def crosses(fault: Active, sender: str, recipient: str, team: Sequence[str]) -> bool:
    """Whether a message would cross the cut that partition ``fault`` makes around its targets."""
    out, into = sender in fault.targets, recipient in fault.targets
    match fault.params["shape"]:
        case "one_way":
            return out
        case "isolate":
            return out or into
        case "bridge":
            bridge = next((name for name in team if name not in fault.targets), "")
            return out != into and bridge not in (sender, recipient)
        case "ring":
            return _apart(sender, recipient, team) > (len(team) // 2 + 1) // 2
    return out != into


def _apart(one: str, other: str, team: Sequence[str]) -> int:
    """Steps between two agents who stand in a ring; none from or to somebody outside of it."""
    if one not in team or other not in team:
        return 0
    steps = abs(team.index(one) - team.index(other))
    return min(steps, len(team) - steps)
