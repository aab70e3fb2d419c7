"""Notional prices: what a simulated run would have cost at its namesake's list price."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, read and written, and the name under which litellm lists the price."""

    input: float
    output: float
    listed_as: str

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """Dollars for one reply."""
        return (input_tokens * self.input + output_tokens * self.output) / 1_000_000


NOTIONAL: dict[str, Price] = {
    "sim/claude-sonnet-4-6": Price(3.0, 15.0, "claude-sonnet-4-6"),
    "sim/gemini-3-flash": Price(0.5, 3.0, "gemini/gemini-3-flash-preview"),
    "sim/gpt-5.2": Price(1.75, 14.0, "gpt-5.2"),
}
"""List prices of the namesakes, as in the cost map of litellm 1.105.3; ``sim/perfect`` has no namesake."""
