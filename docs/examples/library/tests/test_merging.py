from spans import Span, covered, merge


def test_spans_that_overlap_become_one() -> None:
    assert merge([Span(5, 9), Span(1, 6)]) == [Span(1, 9)]


def test_spans_that_touch_become_one() -> None:
    assert merge([Span(1, 3), Span(4, 5)]) == [Span(1, 5)]


def test_spans_apart_stay_apart() -> None:
    assert merge([Span(7, 8), Span(1, 3)]) == [Span(1, 3), Span(7, 8)]


def test_numbers_are_counted_once() -> None:
    assert covered([Span(1, 3), Span(2, 5)]) == 5
