"""Copying to the clipboard of the terminal, by OSC 52: works over ssh, where the terminal allows it."""

from __future__ import annotations

from textual.app import App

from engine.record.clean import clean

BYTES_MAX = 70_000
"""Of what is copied, as UTF-8: terminals drop sequences beyond some 100 kB, and base64 adds a third."""


def copy(app: App[int], text: str) -> str:
    """Copy ``text``, without what controls a terminal; the answer says in a sentence what was copied."""
    safe = clean(text, BYTES_MAX)
    data = safe.encode("utf-8", "replace")
    cut = len(text) > BYTES_MAX or len(data) > BYTES_MAX
    safe = data[:BYTES_MAX].decode("utf-8", "ignore")
    if not safe.strip():
        return "There is nothing to copy here."
    app.copy_to_clipboard(safe)
    lines = safe.count("\n") + 1
    what = f"{lines} line{'' if lines == 1 else 's'}, {len(safe):,} characters"
    more = "; the rest was too long for a terminal's clipboard" if cut else ""
    return f"Copied {what}{more}."
