"""What flags take besides plain numbers and words: dollars, times."""

from __future__ import annotations

import math
import re

import click

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+(?:\.\d+)?)s?)?")


class Dollars(click.FloatRange):
    """A number above 0; what is no number, which no comparison finds too small, is none."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return dollars. Raises click's usage error."""
        dollars = float(super().convert(value, param, ctx))  # type: ignore[arg-type]  # click itself takes any
        if not math.isfinite(dollars):
            raise click.BadParameter("write dollars as in 2.50.", ctx=ctx, param=param)
        return dollars


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases of click only
    """Seconds, or as in ``10m``, ``1h30m``, ``90s``."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds. Raises click's usage error."""
        match = _DURATION.fullmatch(str(value).strip().replace(" ", ""))
        parts = [float(part or 0) for part in match.groups()] if match else []
        seconds = parts[0] * 3600 + parts[1] * 60 + parts[2] if parts else 0.0
        if not 0 < seconds < math.inf:
            raise click.BadParameter("write a time as in 90s, 10m or 1h30m.", ctx=ctx, param=param)
        return seconds
