"""Fault plans that come with teamtop, and finding the plan that a person names."""

from __future__ import annotations

from pathlib import Path

from engine.errors import UsageError
from tasks.errors import nearest, quoted

_FOLDER = Path(__file__).with_name("plans")

PLAN_BYTES = 1 << 20
"""Longest plan that is read: a thousand entries are a tenth of it."""


def names() -> tuple[str, ...]:
    """The ready plans, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def title(name: str) -> str:
    """What a ready plan does, from its first line."""
    return (_FOLDER / f"{name}.toml").read_text("utf-8").partition("\n")[0].removeprefix("# ")


def text_of(name: str) -> str:
    """The text of a ready plan, or else of the file called so.

    Raises ``UsageError`` that names the nearest plan.
    """
    if name in names():
        return (_FOLDER / f"{name}.toml").read_text("utf-8")
    path = Path(name).expanduser()
    try:
        if path.stat().st_size > PLAN_BYTES:
            raise UsageError(f"{quoted(name)} is longer than a fault plan may be ({PLAN_BYTES} bytes).")
        return path.read_text("utf-8")
    except FileNotFoundError:
        said = nearest(name, names())
        raise UsageError(f"There is no fault plan and no file {quoted(name)}.{said}") from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"{quoted(name)} cannot be read ({reason}): name a TOML file.") from None
