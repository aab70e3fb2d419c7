"""Prices: notional ones of simulated models, at their namesakes' list price; real ones, as far as listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.models.providers import cost_map
from engine.models.replies import Price as PriceOf
from engine.models.replies import unpriced


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


def listed(name: str) -> bool:
    """Whether litellm lists a price for this very model.

    It would also price a name that only looks like a known one; an unknown price is unknown.
    """
    entry = cost_map().get(name) or cost_map().get(name.partition("/")[2])
    return entry is not None and "input_cost_per_token" in entry


def price(litellm: Any, name: str) -> PriceOf:  # noqa: ANN401 - the module, as `lite` loads it
    """How replies of a real model are priced: as its provider reports, else as listed, else not at all."""
    known = listed(name)

    def of(usage: object) -> float | None:
        said = getattr(usage, "cost", None)
        if isinstance(said, float | int) and not isinstance(said, bool) and said >= 0:
            return float(said)
        if not known:
            return None
        try:
            response = litellm.ModelResponse(model=name, usage=usage)
            return float(litellm.completion_cost(completion_response=response, model=name))
        except Exception:  # every way in which litellm says that it does not know
            return None

    return of if known or name.startswith("openrouter/") else unpriced
