"""The linear gradient element."""

from collections.abc import Sequence


def linear_gradient(gradient_id: str, stops: Sequence[tuple[float, str]], vertical: bool = False) -> str:
    """Write a `<linearGradient>` with stops (offset from 0 to 1, colour) in the order of their offsets."""
    if len(stops) < 2:
        raise ValueError("a gradient needs at least two stops")
    if any(not 0 <= offset <= 1 for offset, _ in stops):
        raise ValueError("a stop's offset lies between 0 and 1")
    listed = "".join(
        f'<stop offset="{offset * 100:g}%" stop-color="{colour}"/>'
        for offset, colour in sorted(stops, key=lambda stop: stop[0])
    )
    direction = ' x2="0" y2="1"' if vertical else ""
    return f'<linearGradient id="{gradient_id}"{direction}>{listed}</linearGradient>'
