"""Options that limit what a run may use: tokens, money, time; of the run or of each agent."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

NONE = -1.0
"""Stands for a limit that is taken away."""

_ABOUT = {
    "tokens": ("N", "Tokens that the team may use, read and written"),
    "cost": ("USD", "Dollars that the team may spend"),
    "time": ("SECONDS", "Seconds of the run's clock, from the first prompt"),
    "agent-tokens": ("N", "Tokens that any one agent may use"),
    "agent-cost": ("USD", "Dollars that any one agent may spend"),
    "agent-time": ("SECONDS", "Seconds that the turns of any one agent may take"),
}


class Bound(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases of click only
    """A number above 0, or ``none``."""

    name = "bound"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's own signature
        """Return the number. Raises click's usage error."""
        text = str(value).strip().lower().lstrip("$").replace(",", "")
        if text == "none":
            return NONE
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if 0 < number < math.inf or value == NONE:
            return number
        raise click.BadParameter("a limit is a number above 0, or none.", ctx=ctx, param=param)


def limit_options(prefix: str = "limit-", tail: str = ". Default: no limit.") -> Callable[[F], F]:
    """All limits as options, called ``--<prefix>tokens`` and so on."""

    def decorate(function: F) -> F:
        for name, (metavar, about) in reversed(_ABOUT.items()):
            option = click.option(
                f"--{prefix}{name}",
                "limit_" + name.replace("-", "_"),
                type=Bound(),
                default=None,
                metavar=metavar,
                help=about + tail,
            )
            function = option(function)
        return function

    return decorate


def take(asked: dict[str, Any]) -> dict[str, float | None]:
    """Take the limits out of ``asked``: those that were given, by field; null takes one away."""
    from engine.record.limits import FIELDS

    changes: dict[str, float | None] = {}
    for field, name in FIELDS.items():
        value = asked.pop("limit_" + name.replace("-", "_"), None)
        if value is not None:
            changes[field] = None if value == NONE else value
    return changes
