import pytest

from spans.reading import parse
from spans.span import Span


def test_single_numbers_and_ranges() -> None:
    assert parse("1-3, 7") == [Span(1, 3), Span(7, 7)]


def test_nothing_is_no_span() -> None:
    assert parse(" ") == []


def test_what_is_no_span_is_named() -> None:
    with pytest.raises(ValueError, match="x-2"):
        parse("1, x-2")
