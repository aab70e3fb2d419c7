"""What stands for a character that the terminal's encoding does not have (``LC_ALL=C``, Latin-1)."""

from __future__ import annotations

import codecs

NAME = "teamtop.plain"
"""Of the error handler, as streams ask for it (``reconfigure(errors=…)``)."""

_PLAIN = {
    **dict.fromkeys("●○◌◎◉◐", "o"),
    **dict.fromkeys("▲△↑", "^"),
    **dict.fromkeys("▼▽▾↓", "v"),
    **dict.fromkeys("◆◇★", "*"),
    **dict.fromkeys("■□█▉▊▋▌▓▄▅▆▇", "#"),
    **dict.fromkeys("▍▎▏▐▁▂▃▀", "|"),
    **dict.fromkeys("─━┄╌–—−╴╶╸╺", "-"),
    **dict.fromkeys("│┃┆‖", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼┿╭╮╰╯✚", "+"),
    **dict.fromkeys("░▒·•", "."),
    **dict.fromkeys("→▶▸▷►›»", ">"),
    **dict.fromkeys("←◀‹«", "<"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("‘’", "'"),
    "…": "~",
    "×": "x",
    "±": "~",
    "✔": "+",
    "✘": "x",
    "≠": "!",
    "⚠": "!",
}
"""One cell for one cell, so that columns stay columns; anything else becomes ``?``."""

_BRAILLE = range(0x2800, 0x2900)


def plain(text: str) -> str:
    """The text in ASCII."""
    return "".join(
        char if char.isascii() else "." if ord(char) in _BRAILLE else _PLAIN.get(char, "?") for char in text
    )


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error(NAME, _replace)
