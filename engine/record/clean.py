"""Makes untrusted text safe on its way into state.

Agents, suite files and saved runs can hold anything: escape sequences that write the clipboard or retitle
the window, right-to-left overrides that disguise what is written, lines of a megabyte. The journal keeps
such text as it came; everything that a person sees goes through here first.
"""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""C0 without tab and newline, DEL, C1, line separators that some terminals act on, lone surrogates."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Bidirectional overrides, zero-width characters and tag characters: they hide or reorder what is read."""

_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED = re.compile(f"({_MARKS}{{3}}){_MARKS}+")
"""More than three marks on one letter: no language writes so, and piled up they cover other lines."""

MARK = "\ufffd"
"""Stands where a character was taken out, so that nothing vanishes without a trace."""

TEXT_LIMIT = 20_000
"""Characters kept of a long text in state (a reply of 8,192 tokens is about 30,000; panes show less)."""

LINE_LIMIT = 400
"""Characters kept of a single-line text: two lines of the widest terminal that is of use."""


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return ``text`` without characters that control or mislead a terminal, at most ``limit`` long.

    Newlines are kept, tabs become spaces, and a cut is said in words at the end.
    """
    cut = len(text) - limit
    if cut > 0:
        text = text[:limit]
    if not text.isprintable():  # the common case is one fast look
        text = text.replace("\r\n", "\n").replace("\t", "    ")
        text = _INVISIBLE.sub(MARK, _CONTROL.sub(MARK, text))
    if not text.isascii():
        text = _STACKED.sub(r"\1", text)
    if cut > 0:
        text += f" … ({cut:,} more characters in the journal)"
    return text


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return ``text`` as one safe line: line breaks and runs of blanks become one space."""
    if len(text) <= limit and text.isprintable() and (" " not in text or _single_spaced(text)):
        return text if text.isascii() else _STACKED.sub(r"\1", text)  # most of what comes here
    if len(text) > limit:
        text = text[: limit * 4]  # enough to fill the line after blanks are folded
    line = clean(" ".join(text.split()), limit * 4)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _single_spaced(text: str) -> bool:
    """Whether a printable text with spaces has only single ones, between words: nothing is to be folded."""
    return "  " not in text and text[0] != " " and text[-1] != " "


def storable(text: str) -> str:
    """Return ``text`` so that UTF-8 can hold it: half characters (lone surrogates) become ``MARK``."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
