"""Every predicate against a history that violates it and one, as close as can be, that does not."""

from __future__ import annotations

import pytest

from engine.analysis.consistency import PREDICATES, check
from tests.helpers.anomalies import board, copies, files, handovers, journal, locks, lost, mail, progress
from tests.helpers.anomalies.case import Case

SUBJECTS = (files, board, journal, locks, lost, mail, progress, handovers, copies)
CASES: list[Case] = [case for subject in SUBJECTS for case in subject.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_violation_is_found_and_nothing_else_of_the_engine_is_blamed(case: Case) -> None:
    book = case.build(True)
    report = check(book.events)
    finding = report.get(case.name, case.class_)
    assert (finding.verdict, finding.count) == ("false", case.count), finding.sentence
    seqs = {event.seq for event in book.events}
    assert len(finding.witnesses) == case.count
    assert set(finding.witnesses) <= seqs
    assert finding.sentence.endswith(".")
    blamed = {f.name for f in report.findings if f.class_ == "engine" and f.verdict == "false"}
    assert blamed == ({case.name} if case.class_ == "engine" else set()) | case.also
    assert report.verdict == ("false" if blamed else "unknown")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_what_does_not_violate_it_holds(case: Case) -> None:
    report = check(case.build(False).events)
    finding = report.get(case.name, case.class_)
    assert (finding.verdict, finding.count, finding.witnesses) == ("true", 0, ()), finding.sentence
    assert [f.name for f in report.findings if f.class_ == "engine" and f.verdict == "false"] == []


def test_every_predicate_has_a_case() -> None:
    assert {(case.name, case.class_) for case in CASES} == {(p.name, p.class_) for p in PREDICATES}


def test_there_is_one_checker_per_predicate_and_class() -> None:
    names = [(p.name, p.class_) for p in PREDICATES]
    assert len(names) == len(set(names))


def test_of_an_empty_history_nothing_is_known() -> None:
    report = check([])
    assert {finding.verdict for finding in report.findings} == {"unknown"}
    assert report.verdict == "unknown"
