"""Journals that somebody forged, each line well formed: checked and gone on with, or refused in words."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from engine import brought
from engine.analysis.consistency import check
from engine.deeds import deeds_of
from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.state import RunState
from engine.restore import Past
from tests.helpers.durable import config, go

OVERFLOWS = '[[fault]]\nkind = "context_overflow"\ntarget = "all"\neach_round = 0.4\nduration_seconds = 5.0\n'

CONFIGS: tuple[RunConfig, ...] = (
    config(),
    config(strategy="verified-by", verified_by="review"),
    config(strategy="lead", faults=OVERFLOWS),
    config(strategy="quorum", agents=4),
)


@pytest.fixture(scope="module")
def journals() -> list[list[ev.AnyEvent]]:
    return [go(each, silently=True).events for each in CONFIGS]


def forged(events: Sequence[ev.AnyEvent], chance: random.Random) -> list[ev.AnyEvent]:
    """The journal with a few events gone, doubled, moved or saying something else."""
    made = list(events)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(1, len(made))
        match chance.randrange(6):
            case 0:
                del made[at]
            case 1:
                made.insert(chance.randrange(1, len(made)), made[at])
            case 2:
                made.insert(chance.randrange(1, len(made)), made.pop(at))
            case _:
                made[at] = _other(made[at], chance)
    return [structs.replace(event, seq=seq) for seq, event in enumerate(made, 1)]


def _other(event: ev.AnyEvent, chance: random.Random) -> ev.AnyEvent:
    names = [field.name for field in structs.fields(type(event)) if field.name not in ("seq", "ts")]
    if not names:
        return event
    name = chance.choice(names)
    match getattr(event, name):
        case bool(value):
            other: object = not value
        case str():
            other = chance.choice(["Dev1", "Lead", "operator", "9", "", "../x", "zz"])
        case int():
            other = chance.choice([0, 1, 7, 1_000_000, -3])
        case float():
            other = chance.choice([0.0, -1.0, 1e9])
        case tuple():
            other = ()
        case value:
            other = value
    changed = structs.replace(event, **{name: other})
    try:
        return msgspec.convert(msgspec.to_builtins(changed), type(event))
    except msgspec.ValidationError:  # no journal can hold it
        return event


@given(st.integers(0, 2**32))
@settings(max_examples=60)
def test_whatever_a_journal_says_it_is_checked_and_gone_on_with_or_refused_in_words(
    journals: list[list[ev.AnyEvent]], seed: int
) -> None:
    chance = random.Random(seed)
    place = chance.randrange(len(journals))
    events = forged(journals[place], chance)
    check(events)
    RunState.of(events)
    upto = chance.randrange(1, len(events) + 1)
    for attempt in (
        lambda: Past(events[:upto]),
        lambda: deeds_of(events, upto, None, exact=True),
        lambda: brought.requests(events),
        lambda: go(CONFIGS[place], events[:upto]).error,
    ):
        try:
            error = attempt()
        except TeamtopError:
            continue
        assert not isinstance(error, Exception) or isinstance(error, TeamtopError)
