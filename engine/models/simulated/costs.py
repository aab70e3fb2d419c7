"""How long a reply takes and how many tokens it reads and writes, after the recorded figures."""

from __future__ import annotations

import math

from engine.models.simulated.draws import Draws
from engine.models.simulated.past import Said
from engine.models.simulated.profile import Latency, Paces, Tokens

LONGEST = 180.0
"""Bounds the noise of latencies, in seconds: the recordings hold no longer reply."""


def pace(paces: Paces, *, claims: bool, chain: float, agents: int) -> float:
    """How many times as long as its kind's regime says a reply takes, in a team of so many developers.

    ``chain`` is the longest chain of the graph, as a share of its tasks.
    """
    if chain < 1 / 3:
        kind = paces.dec_parallel if claims else paces.pre_parallel
    elif chain < 2 / 3:
        kind = paces.dec_mixed if claims else paces.pre_mixed
    else:
        kind = paces.dec_serial if claims else paces.pre_serial
    return kind.alone * float(agents**kind.crowding)


def latency(
    table: Latency, times: float = 1.0, *, claims: bool, first: bool, edits: int, tags: int, draws: Draws
) -> float:
    """Seconds until the reply is there, in milliseconds' precision.

    ``times`` is the team's pace. ``claims``: agents claim work themselves; ``first``: it is the agent's first
    reply.
    """
    if claims:
        regime = table.dec_first if first else table.dec_edit if edits else table.dec_plain
    else:
        regime = table.pre_first if first else table.pre_edit if edits else table.pre_plain
    base = min(regime.l0 + regime.per_edit * edits + regime.per_tag * tags, table.cap)
    noise = (
        regime.sigma_run * draws.run_normal("latency")
        + regime.sigma_round * draws.round_normal("latency")
        + regime.sigma_reply * draws.normal("latency")
    )
    return round(min(times * base * math.exp(regime.bias + noise), LONGEST), 3)


def output_tokens(table: Tokens, edits: int, tags: int, draws: Draws) -> int:
    """Tokens written."""
    noise = math.exp(table.sigma * draws.normal("tokens"))
    return max(1, min(table.cap, round(_expected(table, edits, tags) * noise)))


def input_tokens(table: Tokens, said: list[Said]) -> int:
    """Tokens read: grows with the last replies, up to the length of history that the recordings kept."""
    recent = said[-table.window :]
    written = sum(min(table.cap, _expected(table, len(reply.edits), reply.tags)) for reply in recent)
    return round(table.base + table.per_past_turn * len(recent) + table.past_factor * written)


def files_that_fit(table: Tokens) -> int:
    """How many files fit into one reply before the limit on output tokens cuts it off."""
    return max(1, int((table.cap - table.per_reply) // max(1.0, table.per_edit)))


def _expected(table: Tokens, edits: int, tags: int) -> float:
    return table.per_reply + table.per_edit * edits + table.per_tag * tags
