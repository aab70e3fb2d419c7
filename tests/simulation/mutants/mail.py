"""Prompts and messages."""

from __future__ import annotations

from typing import Any

from engine.record import events as ev
from engine.record.bus import Bus
from engine.team.acts.talk import TalkActs
from engine.team.telling import Telling
from tests.simulation.planted import Patch, mutant


@mutant
def hide_changes_of_files(patch: Patch) -> None:
    original = Telling._file_edited

    def edited(self: Any, event: ev.FileEdited) -> None:
        original(self, event)
        for thread in self.threads.values():
            thread.changed.pop(event.path, None)

    patch.setattr(Telling, "_file_edited", edited)


@mutant
def deliver_a_message_twice(patch: Patch) -> None:
    original = TalkActs.deliver

    async def deliver(self: Any, mail: Any, ask: Any = None) -> Any:
        sent = await original(self, mail, ask)
        self._team.bus.emit(ev.MessageDelivered(id=sent.id, recipient=mail.recipients[0]))
        return sent

    patch.setattr(TalkActs, "deliver", deliver)


@mutant
def lose_mail_without_a_word(patch: Patch) -> None:
    original = Bus.emit

    def emit(self: Any, event: Any) -> Any:
        return event if isinstance(event, ev.MessageDelivered) else original(self, event)

    patch.setattr(Bus, "emit", emit)
