"""Conversations that would outgrow their model lose their oldest turns, and the journal says so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from engine import brought
from engine.errors import TeamtopError
from engine.models.base import Message, ModelError
from engine.models.contexts import UNLISTED_TOKENS, budget
from engine.record import events as ev
from engine.record.config import CallConfig
from engine.team import compaction
from engine.team.caller import ATTEMPTS, SHORTENED_SECONDS
from engine.team.compaction import CHARACTERS_PER_TOKEN, droppable
from engine.team.conversation import Conversations
from tests.helpers.scripted import Played, Say, graph, play

LONG = Say("All is well. " * 400, 1.0)
"""A reply of 5,200 characters."""


def long_talk(monkeypatch: pytest.MonkeyPatch, tokens: int | None, **settings: Any) -> Played:
    monkeypatch.setattr(compaction, "budget", lambda name, calls, real: tokens)
    return play({"Dev1": [LONG] * 12}, graph("add"), agents=1, max_rounds=12, **settings)


def test_a_conversation_that_would_not_fit_loses_its_oldest_turns_and_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played = long_talk(monkeypatch, 8_000)
    compacted = played.of(ev.ConversationCompacted)
    assert len(compacted) >= 2
    assert all(event.dropped % 2 == 0 for event in compacted), "whole turns"
    conversations = Conversations()
    sizes = []
    for event in played.events:
        conversations.apply(event)
        if isinstance(event, ev.TurnStarted):
            messages = conversations.messages("Dev1")
            assert conversations.request("Dev1") == event.request, "the prompt is rebuilt byte for byte"
            assert [message.role for message in messages[:2]] == ["system", "user"]
            assert "You are Dev1" in messages[0].text
            sizes.append(sum(len(message.text) for message in messages) // CHARACTERS_PER_TOKEN)
    assert max(sizes) <= 8_000
    after = next(e for e in played.events if isinstance(e, ev.TurnStarted) and e.seq > compacted[0].seq)
    assert after.seen.tasks == ("1",), "the text of the open task is shown again"
    assert any("forgets its oldest" in line.text for line in played.state.agents.agents["Dev1"].lines)


def test_the_next_prompt_says_what_was_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    played = long_talk(monkeypatch, 8_000)
    conversations, told = Conversations(), []
    for event in played.events:
        conversations.apply(event)
        if isinstance(event, ev.TurnStarted):
            told.append(conversations.messages("Dev1")[-1].text)
    assert sum("oldest" in text and "were dropped" in text for text in told) == len(
        played.of(ev.ConversationCompacted)
    )


CRASH = '[[fault]]\nkind = "crash"\ntarget = "lead"\nat_round = 2\n'
RECAST = "## Your role is another from here on\n"


def after_shortening(played: Played, agent: str) -> list[str]:
    """The prompts of an agent that say its conversation was shortened."""
    conversations, told = Conversations(), []
    for event in played.events:
        conversations.apply(event)
        if isinstance(event, ev.TurnStarted) and event.agent == agent:
            assert conversations.request(agent) == event.request
            told.append(conversations.messages(agent)[-1].text)
    return [text for text in told if "were dropped" in text]


def led(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Played:
    monkeypatch.setattr(compaction, "budget", lambda name, calls, real: 8_000)
    script = {name: [LONG] * 12 for name in ("Lead", "Dev1", "Dev2")}
    return play(script, graph("add"), strategy="lead", agents=2, max_rounds=12, plan=CRASH, **settings)


def test_an_heir_is_told_anew_that_it_leads_when_the_turn_that_said_so_may_be_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played = led(monkeypatch, lead_lost="promote", lease_seconds=2.5)
    heir = played.one(ev.LeadLost).heir
    (other,) = {"Dev1", "Dev2"} - {heir}
    shortened = after_shortening(played, heir)
    assert len(shortened) >= 2
    assert all(RECAST in text and f"You are {heir}, lead of" in text for text in shortened)
    assert not any(RECAST in text for text in after_shortening(played, other))


def test_whoever_may_claim_while_the_lead_is_away_is_told_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    shortened = after_shortening(led(monkeypatch, lead_lost="self-claim"), "Dev1")
    assert len(shortened) >= 2
    assert all("Lead does not lead: claim what is ready and free until it is back." in t for t in shortened)


@pytest.mark.parametrize("strategy", ["work-stealing", "decentralized"])
def test_another_strategy_than_that_of_the_brief_is_told_anew(
    monkeypatch: pytest.MonkeyPatch, strategy: str
) -> None:
    played = long_talk(monkeypatch, 8_000)
    start, conversations, told = played.one(ev.RunStarted), Conversations(), list[str]()
    for event in played.events:
        conversations.apply(event)
        if isinstance(event, ev.TurnEnded) and event.round == 2:
            changed = ev.TeamChanged(
                seq=event.seq, ts=event.ts, round=2, author="operator", strategy=strategy, team=start.team
            )
            conversations.apply(changed)
        if isinstance(event, ev.TurnStarted):
            told.append(conversations.messages("Dev1")[-1].text)
    notices = [number for number, text in enumerate(told, 1) if "The team works otherwise" in text]
    shortened = [number for number, text in enumerate(told, 1) if "were dropped" in text]
    assert len(shortened) >= 2
    assert notices == ([3, *shortened] if strategy != start.strategy else [])


def test_runs_that_began_under_older_texts_go_on_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    played = led(monkeypatch, lead_lost="promote", lease_seconds=2.5, template=3)
    shortened = after_shortening(played, played.one(ev.LeadLost).heir)
    assert len(shortened) >= 2
    assert not any(RECAST in text for text in shortened)


def test_what_fits_and_what_has_no_budget_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert long_talk(monkeypatch, None).of(ev.ConversationCompacted) == []
    assert long_talk(monkeypatch, 1_000_000).of(ev.ConversationCompacted) == []


def test_budgets_are_what_was_asked_for_else_what_the_model_takes() -> None:
    usual = CallConfig()
    assert budget("sim/gpt-5.2", usual, real=False) is None
    assert budget("sim/gpt-5.2", CallConfig(context_tokens=9_000), real=False) == 9_000
    listed = budget("anthropic/claude-sonnet-4-6", usual, real=True)
    assert listed is not None
    assert listed > 150_000
    unlisted = budget("openai/nobody-knows", usual, real=True)
    assert unlisted is not None
    assert UNLISTED_TOKENS - 10_000 < unlisted < UNLISTED_TOKENS


@given(st.lists(st.integers(0, 50), max_size=12), st.integers(1, 400))
def test_whole_turns_go_the_brief_and_the_latest_turn_stay(sizes: list[int], excess: int) -> None:
    messages = [Message("system", ("brief",))]
    for _ in sizes:
        messages += [Message("user", ("ask",)), Message("assistant", ("answer",))]
    each = [5] + [size for size in sizes for _ in range(2)]
    dropped = droppable(messages, each, excess)
    assert dropped % 2 == 0
    assert 0 <= dropped <= max(0, 2 * (len(sizes) - 1))
    if dropped < 2 * (len(sizes) - 1):
        assert sum(each[1 : 1 + dropped]) >= excess


TOO_LONG = Say("", 1.0, ModelError("context", "prompt is too long: 208310 tokens", retryable=False))


def test_a_conversation_that_its_model_refuses_is_cut_in_half_and_sent_again_in_the_same_turn() -> None:
    played = play({"Dev1": [LONG] * 6 + [TOO_LONG, LONG, LONG]}, graph("add"), agents=1, max_rounds=8)
    compacted = played.one(ev.ConversationCompacted)
    assert (compacted.refused, compacted.dropped % 2) == (True, 0)
    failed = played.one(ev.CallFailed)
    assert failed.retry_seconds == SHORTENED_SECONDS
    assert failed.seq + 1 == compacted.seq
    replied = next(event for event in played.of(ev.Replied) if event.seq > failed.seq)
    assert (replied.turn, replied.attempts) == (failed.turn, 2)
    before, after = (len(asked) for asked in played.asked["Dev1"][6:8])
    assert after == before - compacted.dropped
    assert after < before / 2 + 2
    assert "as too long" in " ".join(line.text for line in played.state.agents.agents["Dev1"].lines)
    conversations = Conversations()
    for event in played.events:
        conversations.apply(event)
        if isinstance(event, ev.TurnStarted):
            assert conversations.request("Dev1") == event.request, "later prompts are rebuilt byte for byte"


@pytest.mark.parametrize("lost", ["turn", "failure", "digest"])
def test_a_shortening_of_a_request_that_nobody_made_is_said(lost: str) -> None:
    played = play({"Dev1": [LONG] * 6 + [TOO_LONG, LONG, LONG]}, graph("add"), agents=1, max_rounds=8)
    events = list(played.events)
    failed = events.index(played.one(ev.CallFailed))
    began = max(at for at in range(failed) if isinstance(events[at], ev.TurnStarted))
    if lost == "digest":
        events[began] = structs.replace(events[began], request="no digest")
    else:
        del events[began if lost == "turn" else failed]
    with pytest.raises(TeamtopError, match="shortens a request that Dev1 had not made"):
        brought.requests(events)


def test_a_model_that_refuses_whatever_it_is_sent_costs_the_turn_after_so_many_attempts() -> None:
    played = play({"Dev1": [LONG] * 9 + [TOO_LONG] * 9}, graph("add"), agents=1, max_rounds=10)
    attempts = [event.attempt for event in played.of(ev.CallFailed)]
    assert attempts == list(range(1, len(attempts) + 1))
    assert 1 < len(attempts) <= ATTEMPTS
    assert len(played.of(ev.ConversationCompacted)) == len(attempts) - 1
    assert played.of(ev.TurnEnded)[-1].outcome == "failed"


def test_a_first_prompt_that_is_too_long_by_itself_is_not_sent_again() -> None:
    played = play({"Dev1": [TOO_LONG]}, graph("add"), agents=1, max_rounds=1)
    assert played.one(ev.CallFailed).retry_seconds is None
    assert played.of(ev.ConversationCompacted) == []
    assert "context" in played.one(ev.TurnEnded).detail


def test_what_a_shortened_request_brought_is_found_under_the_digest_that_stood() -> None:
    played = play({"Dev1": [LONG] * 6 + [TOO_LONG, LONG, LONG]}, graph("add"), agents=1, max_rounds=8)
    standing, conversations = {}, Conversations()
    for event in played.events:
        if isinstance(event, ev.Replied):
            standing[event.turn] = conversations.request("Dev1")
        conversations.apply(event)
    given = brought.requests(played.events)["Dev1"]
    refused = next(place for place, each in enumerate(given) if each.reply is None)
    assert (given[refused].kind, given[refused].seconds) == ("context", 1.0)
    again = given[refused + 1]
    assert again.reply is not None
    assert again.request == standing[again.reply.turn] != given[refused].request
    assert again.reply.latency_seconds == pytest.approx(1.0, abs=2e-3)
    real = [structs.replace(spec, model="openai/x") for spec in played.one(ev.RunStarted).team]
    found = brought.replies(played.events, real, played.events)
    assert {request: reply.turn for request, reply in found.items()} == {
        request: turn for turn, request in standing.items()
    }
