"""Text on its way into state: one safe line whatever came, and the quick way says what the slow one would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.record.clean import LINE_LIMIT, clean, clean_line

TEXTS = st.text(st.sampled_from("ab \t\n\x1b\u202e\u0301é“\u00a0"), max_size=30)


@given(TEXTS)
def test_a_line_is_its_words_with_single_spaces_cleaned(text: str) -> None:
    assert clean_line(text) == clean(" ".join(text.split()), LINE_LIMIT * 4)


@given(TEXTS, st.integers(1, 12))
def test_a_line_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert "  " not in line
