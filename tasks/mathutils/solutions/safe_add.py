from math import isfinite

from add import add


def safe_add(a: float, b: float) -> float:
    """Return the sum of two finite numbers; refuse everything else."""
    for number in (a, b):
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise TypeError(f"not a number: {number!r}")
        if isinstance(number, float) and not isfinite(number):
            raise ValueError(f"not finite: {number!r}")
    total = add(a, b)
    if isinstance(total, float) and not isfinite(total):
        raise OverflowError("the sum is too large for a float")
    return total
