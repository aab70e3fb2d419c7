"""How long a conversation a model takes."""

from __future__ import annotations

from engine.models.lite import MAX_OUTPUT_TOKENS
from engine.models.providers import cost_map
from engine.record.config import CallConfig

UNLISTED_TOKENS = 128_000
"""Context of a real model that nobody lists: what most have at least."""


def budget(name: str, calls: CallConfig, *, real: bool) -> int | None:
    """Tokens that a prompt with its conversation may have; null: as many as it takes.

    What is asked for wins; else what litellm's list says of a real model, less the longest reply.
    """
    if calls.context_tokens is not None:
        return calls.context_tokens
    if not real:
        return None
    listed = cost_map().get(name) or cost_map().get(name.partition("/")[2]) or {}
    takes = listed.get("max_input_tokens") or listed.get("max_tokens")
    known = takes if isinstance(takes, int) and takes > 0 else UNLISTED_TOKENS
    return max(known // 2, known - MAX_OUTPUT_TOKENS)
