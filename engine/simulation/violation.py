"""What a simulation found wrong."""

from __future__ import annotations

import msgspec


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """Property ``name`` does not hold; ``seq`` is the event that shows it (0: none does)."""

    name: str
    seq: int
    sentence: str
