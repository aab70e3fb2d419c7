"""What must not be kept: values of secret variables, and whatever a person's patterns match.

It is taken out where text comes in (replies, failures of calls, output of tests, messages of people), so that
everything that is made of it, prompts and files included, is without it and the journal still rebuilds all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

HIDDEN = "[hidden]"
"""Stands where something was taken out."""

PATTERN_MAX = 1_000
"""Characters of a pattern."""


class BadPatternError(ValueError):
    """A pattern cannot be used; the sentence says why."""


def compiled(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """The patterns, ready to use. Raises ``BadPatternError``."""
    found = []
    for text in patterns:
        try:
            pattern = re.compile(text[:PATTERN_MAX])
        except re.error as error:
            raise BadPatternError(f"--redact {text[:60]!r} is no regular expression: {error}.") from None
        if len(text) > PATTERN_MAX or pattern.search(""):
            raise BadPatternError(f"--redact {text[:60]!r} matches anywhere or is too long: narrow it.")
        found.append(pattern)
    return tuple(found)


class Redaction:
    """Takes ``secrets`` (values) and what ``patterns`` match out of texts."""

    def __init__(self, patterns: Sequence[str] = (), secrets: Sequence[str] = ()) -> None:
        self._patterns = compiled(patterns)
        self._secrets = tuple(secrets)

    def __bool__(self) -> bool:
        return bool(self._patterns or self._secrets)

    def __call__(self, text: str) -> str:
        """The text without what must not be kept."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        for pattern in self._patterns:
            text = pattern.sub(HIDDEN, text)
        return text
