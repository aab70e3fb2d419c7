import pytest

from spans import Span


def test_a_span_holds_both_ends() -> None:
    assert len(Span(2, 4)) == 3


def test_a_span_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before"):
        Span(2, 1)
