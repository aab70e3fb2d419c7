"""Findings: how they are counted, told and merged, and what hostile names in them may not do."""

from __future__ import annotations

import itertools

from engine.analysis.consistency import check, compose
from engine.analysis.consistency.findings import SENTENCE, WITNESSES, Tally, Verdict
from engine.record.clean import clean
from tests.helpers.histories import Book

VERDICTS: tuple[Verdict, ...] = ("true", "false", "unknown")


def test_false_outweighs_unknown_and_unknown_outweighs_true() -> None:
    for verdicts in itertools.product(VERDICTS, repeat=3):
        expected = next(v for v in ("false", "unknown", "true") if v in verdicts)
        assert compose(verdicts) == expected
    assert compose([]) == "unknown"


def test_only_the_engines_findings_make_the_verdict() -> None:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py", "a = 1\n")
    book.write("Dev2", "add.py", "b = 2\n")
    book.close()
    report = check(book.events)
    assert report.get("blind_overwrite", "team").verdict == "false"
    assert report.verdict != "false"


def test_witnesses_are_the_first_ones_in_order_and_the_rest_is_counted() -> None:
    tally = Tally()
    for seq in range(100, 0, -1):
        tally.found(seq, "At {}.", seq)
    finding = tally.finding("name", "team", "", "")
    assert finding.witnesses == tuple(range(1, WITNESSES + 1))
    assert (finding.count, finding.unnamed) == (100, 100 - WITNESSES)
    assert finding.sentence == "At 1. 99 more like it, 80 of them not listed."


def test_what_was_looked_at_without_a_violation_holds_and_what_was_not_is_unknown() -> None:
    tally = Tally()
    assert tally.finding("name", "team", "Holds.", "Nothing.").sentence == "Nothing."
    tally.excuse("Because.")
    assert tally.finding("name", "team", "Holds.", "Nothing.").sentence == "Because."
    tally.look()
    finding = tally.finding("name", "team", "Holds.", "Nothing.")
    assert (finding.verdict, finding.sentence) == ("true", "Holds.")


def test_hostile_names_are_cleaned_and_braces_in_them_mean_nothing() -> None:
    path = "\x1b]52;c;cHduZWQ=\x07{0}{evil}\u202e" + "x" * 5_000
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.write("Dev1", path, "a = 1\n")
    book.write("Dev2", path, "b = 2\n")
    book.close()
    sentence = book.find("blind_overwrite", "team").sentence
    assert sentence == clean(sentence)
    assert len(sentence) <= SENTENCE
    assert "{evil}" in sentence
    assert "\x1b" not in sentence


def test_the_same_events_give_the_same_report() -> None:
    book = Book("add", "sub")
    book.round()
    book.claim("Dev1", "1", "2")
    book.close()
    assert check(book.events) == check(list(book.events))
