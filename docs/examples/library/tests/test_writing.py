from spans.span import Span
from spans.writing import write


def test_spans_are_merged_and_written_as_people_do() -> None:
    assert write([Span(4, 6), Span(1, 3), Span(9, 9)]) == "1-6, 9"


def test_no_span_is_no_text() -> None:
    assert write([]) == ""
