"""All small histories: each checker agrees with its definition, evaluated by brute force.

A subject is an alphabet of up to nine operations by three agents, and every history of up to four, five or
six of them, by what the longest ones cost. Here a sample of each is played; all of them where tests are long.
"""

from __future__ import annotations

import pytest

from engine.analysis.consistency import PREDICATES
from tests.helpers.small.alphabet import Alphabet
from tests.helpers.small.subject import Subject
from tests.helpers.small.subjects import SUBJECTS, WITHOUT

by_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.title)


@by_subject
def test_checkers_agree_with_their_definitions_on_a_sample_of_small_histories(subject: Subject) -> None:
    subject.judge(subject.some())


@pytest.mark.deep
@pytest.mark.timeout(3_000)
@by_subject
def test_checkers_agree_with_their_definitions_on_all_small_histories(subject: Subject) -> None:
    subject.judge(subject.alphabet.all(subject.longest))


@by_subject
def test_the_small_histories_are_counted(subject: Subject) -> None:
    assert subject.alphabet.total(subject.longest) == subject.histories


def test_every_predicate_is_held_against_a_definition_or_says_why_not() -> None:
    held = {
        (definition.predicate.name, definition.predicate.class_)
        for subject in SUBJECTS
        for definition in subject.definitions
    }
    assert held.isdisjoint(WITHOUT)
    assert held | set(WITHOUT) == {(predicate.name, predicate.class_) for predicate in PREDICATES}
    assert all(WITHOUT.values())


def test_histories_that_differ_in_names_alone_are_played_once_and_each_has_a_number() -> None:
    alphabet = Alphabet("do a", "send a b", "wait")
    listed = list(alphabet.all(4))
    assert len(set(listed)) == len(listed) == alphabet.total(4)
    assert [alphabet.nth(4, number) for number in range(len(listed))] == listed
    for ops in listed:
        agents = dict.fromkeys(name for _, *names in ops for name in names)
        assert list(agents) == ["Dev1", "Dev2", "Dev3"][: len(agents)]
