"""Text and TOML files that a person names: regular ones, within a bound, in UTF-8."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from engine.record.files import read_bounded


class Unusable(ValueError):  # noqa: N818 - it names what was found, not what went wrong in the program
    """The file cannot be used; the message goes on after its name: "is no TOML: …"."""


class Missing(Unusable):
    """There is no such file."""


def text_in(path: Path, limit: int) -> str:
    """The text of a file of up to ``limit`` bytes; ``~`` is somebody's home. Raises ``Unusable``."""
    try:
        return read_bounded(path.expanduser(), limit).decode()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Missing(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Unusable(f"is no text in UTF-8 (byte {error.start:,})") from None
    except (OSError, RuntimeError, ValueError) as error:  # the last two of a ~ that is nobody's, or a NUL
        raise Unusable(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


def table_of(text: str) -> dict[str, Any]:
    """What a text in TOML says. Raises ``Unusable``."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise Unusable("is no TOML: it is nested too deeply") from None
    except ValueError as error:  # TOML's own error is one, and that of a number with thousands of digits
        raise Unusable(f"is no TOML: {error}") from None


def table_in(path: Path, limit: int) -> dict[str, Any]:
    """What a TOML file of up to ``limit`` bytes says. Raises ``Unusable``."""
    return table_of(text_in(path, limit))
