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

DARK = Theme(
    name="teamtop-dark",
    dark=True,
    primary="#6aa7e0",
    secondary="#8fa3b8",
    accent="#6aa7e0",
    foreground="#d6dbe1",
    background="#0f1317",
    surface="#151a20",
    panel="#1c232b",
    success="#7fc08a",
    warning="#e0b25e",
    error="#e8787f",
    variables={
        "ink-good": "#7fc08a",
        "ink-warn": "#e0b25e",
        "ink-bad": "#e8787f",
        "ink-accent": "#6aa7e0",
        "ink-measured": "#8fc1f0",
        "ink-muted": "#87929e",
        "ink-faint": "#3d4853",
        "ink-speech": "#b7aee0",
        "ink-amdahl": "#5fb8b2",
        "ink-graph": "#d08fc4",
    },
)
"""Calm on black: colour is kept for what changes or went wrong."""

LIGHT = Theme(
    name="teamtop-light",
    dark=False,
    primary="#1f66b0",
    secondary="#5b6b7b",
    accent="#1f66b0",
    foreground="#23282e",
    background="#fbfaf7",
    surface="#f2f0eb",
    panel="#e8e5de",
    success="#247232",
    warning="#835700",
    error="#b5303a",
    variables={
        "ink-good": "#247232",
        "ink-warn": "#835700",
        "ink-bad": "#b5303a",
        "ink-accent": "#1f66b0",
        "ink-measured": "#1f66b0",
        "ink-muted": "#59626c",
        "ink-faint": "#b2b8bf",
        "ink-speech": "#5b489b",
        "ink-amdahl": "#136d69",
        "ink-graph": "#8a3c80",
    },
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


HIGH_CONTRAST = Theme(
    name="teamtop-contrast",
    dark=True,
    primary="#ffd400",
    secondary="#e0e0e0",
    accent="#ffd400",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    success="#5cff8f",
    warning="#ffc640",
    error="#ff9c9c",
    variables={
        "ink-good": "#5cff8f",
        "ink-warn": "#ffc640",
        "ink-bad": "#ff9c9c",
        "ink-accent": "#ffd400",
        "ink-measured": "#7fd4ff",
        "ink-muted": "#d8d8d8",
        "ink-faint": "#909090",
        "ink-speech": "#e3c8ff",
        "ink-amdahl": "#4dfff0",
        "ink-graph": "#ffa0f0",
    },
)
"""Black and white and as few colours between as there can be: every text at 7:1 or more."""

COLOUR_BLIND = Theme(
    name="teamtop-colourblind",
    dark=True,
    primary="#56b4e9",
    secondary="#9aa8b5",
    accent="#56b4e9",
    foreground="#e2e6ea",
    background="#0f1317",
    surface="#151a20",
    panel="#1c232b",
    success="#56b4e9",
    warning="#f0e442",
    error="#f08a3c",
    variables={
        "ink-good": "#56b4e9",
        "ink-warn": "#f0e442",
        "ink-bad": "#f08a3c",
        "ink-accent": "#ffffff",
        "ink-measured": "#8ecdf2",
        "ink-muted": "#98a3ae",
        "ink-faint": "#3d4853",
        "ink-speech": "#d9c7f2",
        "ink-amdahl": "#1fb58f",
        "ink-graph": "#d98bb5",
    },
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
