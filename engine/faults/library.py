"""Fault plans that come with teamtop, and finding the plan that a person names."""

from __future__ import annotations

from pathlib import Path

from engine.errors import UsageError
from engine.named import Missing, Unusable, text_in
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
    try:
        return text_in(Path(name), PLAN_BYTES)
    except Missing:
        said = nearest(name, names())
        raise UsageError(f"There is no fault plan and no file {quoted(name)}.{said}") from None
    except Unusable as why:
        raise UsageError(f"{quoted(name)} {why}: name a TOML file.") from None
