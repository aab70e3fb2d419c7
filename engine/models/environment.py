"""Keys and settings of providers: from the real environment and from a ``.env`` file, never the other way."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from engine.errors import UsageError


def environment(folder: Path | None = None) -> dict[str, str]:
    """Variables as a model may use them: those of ``.env`` in ``folder`` (default: here), then the real ones.

    The real environment wins. Nothing is written into ``os.environ``, so no process started later inherits a
    key from the file. An empty value counts as unset. Raises ``UsageError`` if the file cannot be read.
    """
    path = (folder or Path.cwd()) / ".env"
    merged = dict(_read(path)) if path.is_file() else {}
    merged.update(os.environ)
    return {name: value for name, value in merged.items() if value}


def _read(path: Path) -> Mapping[str, str]:
    from dotenv import dotenv_values

    try:
        # Without interpolation a value means what it says, whatever else is set.
        values = dotenv_values(path, interpolate=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({type(error).__name__}): mend or remove it.") from error
    return {name: value for name, value in values.items() if value is not None}
