"""All small histories: each checker agrees with its definition, evaluated by brute force.

A history has up to six operations by three agents. All of them are played where tests are long; here the
shortest of them and a sample of the others. What is left out, and why it can be, is in ``small.subject``.
"""

from __future__ import annotations

from itertools import chain

import pytest

from engine.analysis.consistency import PREDICATES
from engine.analysis.consistency.spans import ACTORS, actor
from engine.record import events as ev
from tests.helpers.small.acts import ACTS
from tests.helpers.small.alphabet import AGENTS, Alphabet
from tests.helpers.small.subject import SIX, Scope, Subject
from tests.helpers.small.subjects import SUBJECTS

by_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.title)


@by_subject
def test_checkers_agree_with_their_definitions_on_a_sample_of_small_histories(subject: Subject) -> None:
    subject.judge(subject.some())


@pytest.mark.deep
@pytest.mark.timeout(3_000)
@by_subject
def test_checkers_agree_with_their_definitions_on_all_small_histories(subject: Subject) -> None:
    assert 0 < subject.judge(subject.everything()) <= subject.histories


@pytest.mark.deep
@by_subject
def test_checkers_agree_with_their_definitions_on_many_histories_of_six_operations(subject: Subject) -> None:
    subject.judge(chain(subject.some(), subject.of_six(10_000)))


@pytest.mark.deep
@by_subject
def test_a_history_with_operations_that_add_nothing_is_that_of_the_others(subject: Subject) -> None:
    for scope in subject.scopes:
        length = next((n for n in (4, 3, 2) if scope.alphabet.total(n) <= 10_000), 2)
        for number in range(scope.alphabet.total(length)):
            ops = scope.alphabet.nth(length, number)
            told = [subject.play(ops[:place]) for place in range(len(ops) + 1)]
            kept = [op for op, before, after in zip(ops, told, told[1:], strict=False) if before != after]
            assert subject.play(kept) == told[-1], ops


def test_all_histories_of_a_scope_are_those_that_have_a_number() -> None:
    alphabet = Alphabet("do a", "see a b", "wait", known=2)
    subject = Subject(
        "any", 0, (Scope(alphabet, 4),), lambda ops: [ev.RoundEnded(seq=n) for n in range(len(ops))], ()
    )
    listed = [ops for ops, _ in subject.all(subject.scopes[0])]
    assert sorted(listed) == sorted(alphabet.nth(4, number) for number in range(alphabet.total(4)))


@by_subject
def test_the_small_histories_are_counted(subject: Subject) -> None:
    assert sum(scope.histories for scope in subject.scopes) == subject.histories


def test_every_predicate_is_held_against_its_definition_in_histories_of_six_operations() -> None:
    held = {
        (definition.predicate.name, definition.predicate.class_)
        for subject in SUBJECTS
        if any(scope.longest == SIX for scope in subject.scopes)
        for definition in subject.definitions
    }
    assert held == {(predicate.name, predicate.class_) for predicate in PREDICATES}


def test_every_kind_of_act_is_among_the_operations() -> None:
    assert {type(act("Dev1", 1)) for act in ACTS.values() if actor(act("Dev1", 1))} == set(ACTORS)


def test_histories_that_differ_in_names_alone_are_played_once_and_each_has_a_number() -> None:
    alphabet = Alphabet("do a", "send a b", "wait")
    listed = [alphabet.nth(4, number) for number in range(alphabet.total(4))]
    assert len(set(listed)) == len(listed)
    for ops in listed:
        agents = dict.fromkeys(name for _, *names in ops for name in names)
        assert list(agents) == list(AGENTS[: len(agents)])


def test_agents_whom_a_play_tells_apart_come_in_any_order() -> None:
    alphabet = Alphabet("do a", known=1)
    first = {alphabet.nth(2, number)[0] for number in range(alphabet.total(2))}
    assert first == {("do", "Dev1"), ("do", "Dev2")}
    named = Alphabet("do a", "send Dev2 Dev1", known=3)
    assert {named.nth(1, number) for number in range(named.total(1))} == {
        *((("do", name),) for name in AGENTS),
        (("send", "Dev2", "Dev1"),),
    }
