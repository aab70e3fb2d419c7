"""``config.toml``: what a person wants always so. Everything in it is optional.

    theme = "teamtop-light"      # any theme of the palette
    reduced_motion = true        # nothing slides or fades
    silent = true                # no bell when an agent asks people something
    keyboard_only = true         # the mouse stays the terminal's, to select text with
    [keys]
    "team.pause" = "P"           # key by the name of what it does; several with commas between
    [run]
    agents = 8                   # defaults of flags of `teamtop run`
    [replay]
    speed = 4

What is wrong in the file is a sentence each, and the default holds instead. Flags and variables win over it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.named import Missing, Unusable, table_in, table_of, text_in
from engine.record.files import write_named

DEFAULTS: dict[str, tuple[str, ...]] = {
    "run": (
        "structure",
        "agents",
        "strategy",
        "model",
        "seed",
        "speed",
        "max-rounds",
        "locks",
        "barrier",
        "completion",
    ),
    "replay": ("speed",),
}
"""Flags whose defaults can be set, by command; none of them makes a run unsafe or names a run."""

SWITCHES = ("reduced_motion", "silent", "keyboard_only")
"""Settings that are true or false."""

FILE_MAX = 64_000
"""Bytes of the file that are read: a person writes a page of it."""

NAME_MAX = 60
"""Characters of a name that a sentence quotes."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says, as far as it can hold; ``problems`` are sentences about the rest.

    ``theme`` is "" and ``keys`` and ``defaults`` are empty where it says nothing. Which themes and keys there
    are is known only to the application: it checks them.
    """

    path: Path
    found: bool = False
    theme: str = ""
    reduced_motion: bool = False
    silent: bool = False
    keyboard_only: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def path_of(environ: Mapping[str, str]) -> Path:
    """Where the file is: ``$XDG_CONFIG_HOME/teamtop/config.toml``, by default below ``~/.config``."""
    base = environ.get("XDG_CONFIG_HOME", "")
    if not Path(base).is_absolute():  # the specification tells to pass over relative ones
        base = str(Path(environ.get("HOME", "~")).expanduser() / ".config")
    return Path(base) / "teamtop" / "config.toml"


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read the file; never raises."""
    path = path_of(os.environ if environ is None else environ)
    try:
        table = table_in(path, FILE_MAX)
    except Missing:
        return Config(path)
    except Unusable as why:
        return Config(path, True, problems=(f"{path} {why}; defaults are used.",))
    return _checked(path, table)


def _checked(path: Path, table: Mapping[str, object]) -> Config:
    problems: list[str] = []

    def wrong(name: str, what: str) -> None:
        problems.append(f"{path}: {name[:NAME_MAX]} {what}")

    theme = table.get("theme", "")
    if not isinstance(theme, str):
        wrong("theme", "is the name of a theme, in quotes; the default is used.")
    switches = {name: table.get(name, False) for name in SWITCHES}
    for name, value in switches.items():
        if not isinstance(value, bool):
            wrong(name, "is true or false; false is used.")
    sections = {name: _section(name, table.get(name, {}), wrong) for name in ("keys", *DEFAULTS)}
    for name in table.keys() - {"theme", *SWITCHES, *sections}:
        wrong(
            name,
            f"is no setting; there are {', '.join(('theme', *SWITCHES, *(f'[{s}]' for s in sections)))}.",
        )
    defaults: dict[str, dict[str, str]] = {}
    for command, known in DEFAULTS.items():
        for name in sections[command].keys() - set(known):
            wrong(f"[{command}] {name}", f"cannot be set here; what can: {', '.join(known)}.")
        defaults[command] = {name: text for name, text in sections[command].items() if name in known}
    return Config(
        path,
        True,
        theme if isinstance(theme, str) else "",
        switches["reduced_motion"] is True,
        switches["silent"] is True,
        switches["keyboard_only"] is True,
        sections["keys"],
        {command: values for command, values in defaults.items() if values},
        tuple(sorted(problems)),
    )


def _section(name: str, section: object, wrong: Callable[[str, str], None]) -> dict[str, str]:
    """Names and values of a table; values as they would be typed."""
    if not isinstance(section, dict):
        wrong(name, f"is a section: write [{name}], and below it one setting a line.")
        return {}
    values: dict[str, str] = {}
    for key, value in section.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            values[key] = str(value)
        else:
            wrong(f"[{name}] {key}", "is a text in quotes, or a number; the default is used.")
    return values


def save_theme(path: Path, name: str) -> None:
    """Write ``theme`` into the file and leave all else in it as it is, comments too.

    Raises ``OSError``, and ``ValueError`` in words if the file cannot be read, for then nobody knows where.
    """
    try:
        text = text_in(path, FILE_MAX)
    except Missing:
        text = ""
    line = f'theme = "{name}"'
    head, section = (text, "") if (found := _SECTION.search(text)) is None else _halves(text, found.start())
    new = _THEME.sub(line, head, count=1) if _THEME.search(head) else f"{line}\n{head}"
    try:
        before, after = table_of(text), table_of(new + section)
    except Unusable as why:
        raise ValueError(f"it {why}") from None
    if after != {**before, "theme": name}:
        raise ValueError("write the theme into it yourself")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_named(path, (new + section).encode())


_SECTION = re.compile(r"^\s*\[", re.MULTILINE)
_THEME = re.compile(r"^[ \t]*theme[ \t]*=[^\n#]*?(?=[ \t]*(?:#|$))", re.MULTILINE)


def _halves(text: str, at: int) -> tuple[str, str]:
    return text[:at], text[at:]
