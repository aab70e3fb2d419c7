"""What goes wrong with suites, in sentences for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice

SHOWN_NAMES = 12  # a list of names in a sentence: more than a dozen is not read
SHOWN_CHARACTERS = 60  # a quoted value in a sentence: enough to recognise it


class SuiteError(Exception):
    """A suite cannot be used. The message is for people: file and key, what is wrong, how to mend it."""


class UnknownSuiteError(SuiteError):
    """The reference itself names nothing: no such suite, file or structure (a usage error)."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known name ``word`` may have meant, as a sentence with a leading space.

    Returns `` Did you mean "x"?``, else `` Known: a, b.`` (bounded), else an empty string (nothing is known).
    """
    names = sorted(set(known))
    folded = {name.casefold(): name for name in reversed(names)}
    # The longest word a person mistypes is a path; difflib is quadratic, so longer ones are not compared.
    matches = difflib.get_close_matches(word.casefold()[:200], folded, n=1, cutoff=0.6)
    if matches:
        return f' Did you mean "{printable(folded[matches[0]])}"?'
    if not names:
        return ""
    rest = len(names) - SHOWN_NAMES
    shown = ", ".join(printable(name) for name in islice(names, SHOWN_NAMES))
    return f" Known: {shown}, and {rest} more." if rest > 0 else f" Known: {shown}."


def printable(text: str) -> str:
    """Return ``text`` with ``?`` for every control or format character that a terminal would act on."""
    return "".join(c if c.isprintable() else "?" for c in text)


def quoted(value: object) -> str:
    """Quote a value from a file for a sentence: printable, and cut where it gets long."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) > SHOWN_CHARACTERS:
        text = text[: SHOWN_CHARACTERS - 1] + "…"
    return f'"{printable(text)}"'
