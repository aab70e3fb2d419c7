"""The emulator that end-to-end tests look at is as forgiving as a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.terminal import Terminal


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("a⚡b|", "a⚡b|"),
        ("a⚡b\\ra-|", "a-|b"),
        ("a⚡b\\ra-\\r\\033[4C|", "a- b|"),
        ("a⚡b\\r\\033[2C-\\r\\033[4C|", "a -b|"),
    ],
    ids=["whole", "both halves drawn over", "left half drawn over", "right half drawn over"],
)
def test_half_a_wide_character_that_is_left_is_blank(written: str, seen: str, tmp_path: Path) -> None:
    terminal = Terminal((), tmp_path, program=("sh", "-c", f"printf '{written}'; cat"))
    try:
        terminal.wait_for(lambda text: text.startswith(seen))
    finally:
        terminal.close()


def test_the_look_of_words_is_that_of_their_cells_behind_wide_characters(tmp_path: Path) -> None:
    terminal = Terminal((), tmp_path, program=("sh", "-c", "printf '⚡⚡ \\033[1mDev1\\033[0m.'; cat"))
    try:
        terminal.wait_for(r"Dev1\.")
        assert terminal.look_of("Dev1")[2]
        assert not terminal.look_of("1.")[3]
    finally:
        terminal.close()
