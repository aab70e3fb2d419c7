from __future__ import annotations

import pytest

from engine.models.failures import DETAIL_CHARACTERS, LONGEST_WAIT, redact, translate


class RateLimitError(Exception):
    """As litellm's: a status and the headers of the response."""

    def __init__(self, message: str, status: int | None = 429, headers: object = None) -> None:
        super().__init__(message)
        self.status_code = status
        self.litellm_response_headers = headers


def test_only_the_first_line_is_kept_and_without_the_names_of_classes() -> None:
    error = RateLimitError("litellm.RateLimitError: RateLimitError: OpenAIException - slow down\nTrace\nmore")
    assert translate(error, (), "late").detail == "slow down"


def test_a_failure_without_a_text_is_named_by_its_class() -> None:
    assert translate(RuntimeError(), (), "late").detail == "RuntimeError"


def test_a_long_line_is_cut() -> None:
    assert len(translate(RuntimeError("x" * 5000), (), "late").detail) == DETAIL_CHARACTERS


@pytest.mark.parametrize(
    "text",
    [
        "key my-own-secret-value is wrong",
        "Authorization: Bearer abcdef0123456789",
        'api_key="abcdef0123456789"',
        "Incorrect API key provided: sk-proj-abcdefghij0123456789",
    ],
)
def test_keys_are_hidden(text: str) -> None:
    shown = redact(text, ("my-own-secret-value",))
    assert "[hidden]" in shown
    assert "secret-value" not in shown
    assert "0123456789" not in shown


def test_ordinary_words_are_not_hidden() -> None:
    text = "the token limit of 128000 tokens was reached; a skyscraper-building-plan, risk-averse"
    assert redact(text, ()) == text


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after": "1e9"}, LONGEST_WAIT),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({}, None),
        (None, None),
        ("garbage", None),
    ],
)
def test_the_wait_that_a_provider_asks_for_is_read_with_care(headers: object, seconds: float | None) -> None:
    assert translate(RateLimitError("slow", headers=headers), (), "late").retry_after == seconds


def test_a_timeout_says_how_long_it_waited() -> None:
    error = translate(TimeoutError(), (), "no reply within 180 s")
    assert (error.kind, error.retryable, error.detail) == ("timeout", True, "no reply within 180 s")


def test_what_nobody_knows_is_not_repeated() -> None:
    error = translate(ValueError("odd"), (), "late")
    assert (error.kind, error.retryable) == ("unknown", False)
