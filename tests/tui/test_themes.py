"""Colours: every text can be read in every theme of ours, and nothing is said by colour alone."""

from __future__ import annotations

import itertools

import pytest
from textual.color import Color
from textual.theme import Theme

from tests.helpers.teamscript import scripted
from tests.tui.test_snapshots import SIZES, shoot
from tui.theme import COLOUR_BLIND, HIGH_CONTRAST, THEMES, colours, inks
from tui.widgets.agent_rows import STATUS as AGENT
from tui.widgets.runcolumns import STATUS as RUN

TEXT = 4.5
"""Contrast that WCAG 2.2 asks of text (success criterion 1.4.3); 7 for its level AAA (1.4.6)."""

FRAMES = 1.5
"""Frames, axes and empty bars are seen, not read."""


def luminance(colour: Color) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [value / 255 for value in (colour.r, colour.g, colour.b)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def grounds(theme: Theme) -> list[Color]:
    """What text stands on: panels, dialogs, and title lines and cursors."""
    return [Color.parse(text or "") for text in (theme.background, theme.surface, theme.panel)]


def inked(theme: Theme) -> dict[str, Color]:
    plain = Color.parse(colours(theme)[0])
    return {
        role: Color.from_rich_color(style.color) if style.color is not None else plain
        for role, style in inks(theme).items()
    }


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast(Color(0, 0, 0), Color(255, 255, 255)) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color(255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_word_can_be_read_on_every_ground(theme: Theme) -> None:
    least = 7.0 if theme is HIGH_CONTRAST else TEXT
    for (role, ink), ground in itertools.product(inked(theme).items(), grounds(theme)):
        assert contrast(ink, ground) >= (FRAMES if role == "faint" else least), (role, ground.hex)


def seen_without_red_cones(colour: Color) -> tuple[float, float, float]:
    """Linear light as a protanope sees it, after Viénot, Brettel and Mollon (1999)."""
    r, g, b = ((value / 255) ** 2.2 for value in (colour.r, colour.g, colour.b))
    return 0.1121 * r + 0.8853 * g, 0.1127 * r + 0.8897 * g, 0.0045 * r + b


def seen_without_green_cones(colour: Color) -> tuple[float, float, float]:
    """The same for a deuteranope."""
    r, g, b = ((value / 255) ** 2.2 for value in (colour.r, colour.g, colour.b))
    return 0.2920 * r + 0.7054 * g, 0.2934 * r + 0.7089 * g, -0.0210 * r + 0.0256 * g + b


@pytest.mark.parametrize("see", [seen_without_red_cones, seen_without_green_cones])
def test_good_bad_and_warning_differ_for_colour_blind_eyes(see: object) -> None:
    assert callable(see)
    ink = inked(COLOUR_BLIND)
    for one, other in itertools.combinations(("good", "bad", "warn"), 2):
        distance = sum((a - b) ** 2 for a, b in zip(see(ink[one]), see(ink[other]), strict=True)) ** 0.5
        assert distance > 0.2, (one, other, distance)


@pytest.mark.parametrize("states", [RUN, AGENT], ids=["runs", "agents"])
def test_every_state_has_a_word_of_its_own_beside_its_colour(states: dict[str, tuple[str, str, str]]) -> None:
    words = [word for _, word, _ in states.values()]
    assert len(set(words)) == len(words)
    assert all(glyph.strip() and word.strip() for glyph, word, _ in states.values())


def test_in_every_theme_and_without_colours_the_same_words_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = shoot(scripted().events, SIZES["120x36"])
    for name in (theme.name for theme in THEMES):
        monkeypatch.setenv("TEXTUAL_THEME", name)
        assert shoot(scripted().events, SIZES["120x36"]) == usual
    monkeypatch.setenv("NO_COLOR", "1")
    assert shoot(scripted().events, SIZES["120x36"]) == usual
