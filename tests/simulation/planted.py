"""Where planted bugs are kept: by name, which says what the engine does wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]

MUTANTS: dict[str, Plant] = {}


def mutant(plant: Plant) -> Plant:
    """Keep ``plant`` under its name."""
    MUTANTS[plant.__name__] = plant
    return plant


def nothing(*_: object, **__: object) -> None:
    """In place of what should have been done."""
