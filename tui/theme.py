"""Colours: four themes of our own, and what each role of text looks like in any theme."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypeAlias

from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError
from textual.theme import Theme

from engine.record.clean import clean_line
from tui.widgets.spans import Role

Ink: TypeAlias = Mapping[Role, Style]

_INKS = ("good", "warn", "bad", "accent", "measured", "muted", "faint", "speech", "amdahl", "graph")


def _theme(name: str, *, dark: bool, **ink: str) -> Theme:
    """A theme of what stands below (``ground``, ``surface``, ``panel``) and what is written on it (``text``,
    ``secondary``, ``_INKS``); ``primary`` is as the accent if it is not named."""
    primary = ink.get("primary", ink["accent"])
    return Theme(
        name=name,
        dark=dark,
        primary=primary,
        secondary=ink["secondary"],
        accent=primary,
        foreground=ink["text"],
        background=ink["ground"],
        surface=ink["surface"],
        panel=ink["panel"],
        success=ink["good"],
        warning=ink["warn"],
        error=ink["bad"],
        variables={f"ink-{each}": ink[each] for each in _INKS},
    )


DARK = _theme(
    "teamtop-dark",
    dark=True,
    ground="#0f1317",
    surface="#151a20",
    panel="#1c232b",
    text="#d6dbe1",
    secondary="#8fa3b8",
    good="#7fc08a",
    warn="#e0b25e",
    bad="#e8787f",
    accent="#6aa7e0",
    measured="#8fc1f0",
    muted="#87929e",
    faint="#3d4853",
    speech="#b7aee0",
    amdahl="#5fb8b2",
    graph="#d08fc4",
)
"""Calm on black: colour is kept for what changes or went wrong."""

LIGHT = _theme(
    "teamtop-light",
    dark=False,
    ground="#fbfaf7",
    surface="#f2f0eb",
    panel="#e8e5de",
    text="#23282e",
    secondary="#5b6b7b",
    good="#247232",
    warn="#835700",
    bad="#b5303a",
    accent="#1f66b0",
    measured="#1f66b0",
    muted="#59626c",
    faint="#b2b8bf",
    speech="#5b489b",
    amdahl="#136d69",
    graph="#8a3c80",
)
"""The same for light terminals."""

_COLOURS: dict[Role, tuple[str, ...]] = {
    "good": ("text-success", "success"),
    "bad": ("text-error", "error"),
    "warn": ("text-warning", "warning"),
    "accent": ("text-accent", "accent"),
    "focus": ("primary",),
    "measured": ("text-primary", "primary"),
    "speech": ("ink-speech", "text-secondary", "secondary"),
    "amdahl": ("ink-amdahl", "text-success", "success"),
    "graph": ("ink-graph", "text-warning", "warning"),
}
"""For each role the theme's colours that serve it, best first."""


HIGH_CONTRAST = _theme(
    "teamtop-contrast",
    dark=True,
    ground="#000000",
    surface="#000000",
    panel="#262626",
    text="#ffffff",
    secondary="#e0e0e0",
    good="#5cff8f",
    warn="#ffc640",
    bad="#ff9c9c",
    accent="#ffd400",
    measured="#7fd4ff",
    muted="#d8d8d8",
    faint="#909090",
    speech="#e3c8ff",
    amdahl="#4dfff0",
    graph="#ffa0f0",
)
"""Black and white and as few colours between as there can be: every text at 7:1 or more."""

COLOUR_BLIND = _theme(
    "teamtop-colourblind",
    dark=True,
    ground="#0f1317",
    surface="#151a20",
    panel="#1c232b",
    text="#e2e6ea",
    secondary="#9aa8b5",
    primary="#56b4e9",
    good="#56b4e9",
    warn="#f0e442",
    bad="#f08a3c",
    accent="#ffffff",
    measured="#8ecdf2",
    muted="#98a3ae",
    faint="#3d4853",
    speech="#d9c7f2",
    amdahl="#1fb58f",
    graph="#d98bb5",
)
"""No pair that matters differs in red and green alone: good is blue, bad orange, warnings yellow.

After the palette of Okabe and Ito (2008), lightened for a dark ground.
"""

THEMES = (DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND)


def names() -> list[str]:
    """Names of all themes, ours first."""
    from textual.theme import BUILTIN_THEMES

    return [*(theme.name for theme in THEMES), *sorted(BUILTIN_THEMES)]


def setup(app: App[Any], chosen: str = "") -> list[str]:
    """Register our themes and take ``TEXTUAL_THEME``, or the ``chosen`` one, or the dark one.

    Returns a sentence if there is no such theme. With NO_COLOR the terminal's own (``ansi``) themes come out
    black on black, so one of ours is used then.
    """
    for theme in THEMES:
        app.register_theme(theme)
    unknown = bool(chosen) and chosen not in app.available_themes
    wanted = os.environ.get("TEXTUAL_THEME", "")
    if wanted not in app.available_themes:
        wanted = DARK.name if unknown or not chosen else chosen
    if "NO_COLOR" in os.environ and wanted.startswith("ansi"):
        wanted = DARK.name
    # Textual itself begins with TEXTUAL_THEME, unregistered: setting the same name would change nothing.
    app.theme = LIGHT.name if wanted == DARK.name else DARK.name
    app.theme = wanted
    return [f"There is no theme “{clean_line(chosen, 40)}”; `teamtop config` lists them."] if unknown else []


def ink_for(app: App[Any]) -> Ink:
    """Styles of all roles in the app's present theme."""
    theme = app.current_theme
    known = _made.get(theme.name)
    if known is None or known[0] is not theme:
        known = _made[theme.name] = (theme, inks(theme))
    return known[1]


def inks(theme: Theme) -> Ink:
    """Styles of all roles in ``theme``."""
    return _ink(_named(theme))


def colours(theme: Theme) -> tuple[str, str]:
    """Foreground and background as ``#rrggbb``."""
    named = _named(theme)
    pair = (_colour(named, "foreground") or _FOREGROUND, _colour(named, "background") or _BACKGROUND)
    return pair[0].hex6.lower(), pair[1].hex6.lower()


def _named(theme: Theme) -> Mapping[str, str]:
    return {**theme.to_color_system().generate(), **theme.variables}


_FOREGROUND, _BACKGROUND = Color.parse("#d0d0d0"), Color.parse("#101010")
"""Of a theme that leaves them to the terminal."""

_made: dict[str, tuple[Theme, Ink]] = {}


def _ink(named: Mapping[str, str]) -> Ink:
    foreground = _colour(named, "foreground") or _FOREGROUND
    background = _colour(named, "background") or _BACKGROUND
    styles: dict[Role, Style] = {
        "plain": Style(),
        "strong": Style(bold=True),
        "muted": _mixed(named, "ink-muted", foreground, background, 0.42),
        "faint": _mixed(named, "ink-faint", foreground, background, 0.75),
    }
    for role, names in _COLOURS.items():
        wanted = (f"ink-{role}", *names)
        colour = next((c for name in wanted if (c := _colour(named, name)) is not None), foreground)
        styles[role] = Style(color=colour.rich_color, bold=role in ("bad", "focus"))
    return styles


def _mixed(named: Mapping[str, str], name: str, foreground: Color, background: Color, share: float) -> Style:
    """The theme's own colour, or the foreground faded by ``share``; on ANSI themes nothing can be mixed."""
    if (own := _colour(named, name)) is not None:
        return Style(color=own.rich_color)
    if foreground.ansi is not None or background.ansi is not None:
        return Style(dim=True)
    return Style(color=foreground.blend(background, share).rich_color)


def _colour(named: Mapping[str, str], name: str) -> Color | None:
    """The variable as a colour; null if the theme has none, or one relative to what is below it."""
    try:
        colour = Color.parse(named.get(name, ""))
    except ColorParseError:
        return None
    return colour
