"""Numbers as people read them: times, counts, money, small graphs."""

from __future__ import annotations

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"


def clock(seconds: float) -> str:
    """``02:14``, or ``1:02:14`` from an hour on."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes:02}:{secs:02}"


def age(seconds: float) -> str:
    """``4 s``, ``3 min``, ``2 h``: how long something has lasted."""
    whole = max(0, int(seconds))
    if whole < 100:
        return f"{whole} s"
    if whole < 100 * 60:
        return f"{whole // 60} min"
    return f"{whole // 3600} h"


def count(number: float) -> str:
    """``812``, ``8.1k``, ``81k``, ``1.2M``: a count in at most four characters or so."""
    if number < 1_000:
        return f"{number:.0f}"
    for unit, size in (("k", 1e3), ("M", 1e6), ("G", 1e9)):
        scaled = number / size
        if scaled < 9.95:
            return f"{scaled:.1f}{unit}"
        if scaled < 999.5 or unit == "G":
            return f"{scaled:.0f}{unit}"
    return f"{number:.0f}"


def many(number: int, noun: str, plural: str = "") -> str:
    """``1 edit``, ``2 edits``; ``plural`` for nouns that take no s."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def storage(number: float) -> str:
    """``812 B``, ``8.1 kB``, ``81 MB``: bytes, in powers of ten."""
    text = count(number)
    return f"{text[:-1]} {text[-1]}B" if text[-1:].isalpha() else f"{text} B"


def money(usd: float | None) -> str:
    """``$0.42``; small sums keep two digits that say something; ``$ unknown`` if nobody knows."""
    if usd is None:
        return "$ unknown"
    if usd == 0 or usd >= 0.1:
        return f"${usd:,.2f}"
    return f"${usd:.3f}" if usd >= 0.001 else "<$0.001"


def times(factor: float | None) -> str:
    """A speedup: ``1.12×``, ``–`` before there is one."""
    return "–" if factor is None else f"{factor:.2f}×"


def spark(values: Sequence[float], top: float | None = None) -> str:
    """A graph one line high; ``top`` is the value of a full bar (default: the largest value)."""
    peak = top if top is not None else max(values, default=0.0)
    if peak <= 0:
        return BARS[0] * len(values)
    last = len(BARS) - 1
    return "".join(BARS[min(last, max(0, round(value / peak * last)))] for value in values)
