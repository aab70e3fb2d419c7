"""Tail probabilities of the distributions that rank tests refer to.

A screenful of formulas instead of SciPy, which would add 100 MB to an installation and half a second to every
command that reports a p-value; tests hold them against SciPy's. Formulas: M. Abramowitz, I. Stegun, Handbook
of Mathematical Functions, 26.4.4-5 (chi-squared), 26.5.8 and 26.7.1 (Student).
"""

from __future__ import annotations

import math

FRACTION_TERMS = 200
"""Of the continued fraction; it has settled to the last digit after some sqrt(max(a, b)) of them."""


def normal_sf(z: float) -> float:
    """P(Z > z) of the standard normal distribution."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def chi2_sf(x: float, df: int) -> float:
    """P(X > x) of the chi-squared distribution. Raises ``ValueError`` for less than one degree of freedom."""
    if df < 1:
        raise ValueError(f"no chi-squared distribution with {df} degrees of freedom")
    if x <= 0:
        return 1.0
    half = x / 2
    if df % 2 == 0:
        term = total = math.exp(-half)
        for k in range(1, df // 2):
            term *= half / k
            total += term
        return total
    total = math.erfc(math.sqrt(half))
    term = math.sqrt(2 * x / math.pi) * math.exp(-half)
    for k in range(1, (df + 1) // 2):
        total += term
        term *= x / (2 * k + 1)
    return total


def student_two_sided(t: float, df: int) -> float:
    """P(|T| > t) of Student's distribution. Raises ``ValueError`` for less than one degree of freedom."""
    if df < 1:
        raise ValueError(f"no Student distribution with {df} degrees of freedom")
    return _incomplete_beta(df / 2, 0.5, df / (df + t * t))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b), the regularized incomplete beta function, to about twelve digits."""
    if x <= 0 or x >= 1:
        return min(1.0, max(0.0, x))
    if x > (a + 1) / (a + b + 2):  # beyond this the fraction converges slowly, and its mirror image quickly
        return 1.0 - _incomplete_beta(b, a, 1 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    value = 1.0
    for k in range(FRACTION_TERMS, 0, -1):  # from the innermost term outwards
        m = k // 2
        if k % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        value = 1 + term / value
    return front / (a * value)


def signed_rank_sf(statistic: float, n: int) -> float:
    """P(W >= statistic) of the sum of positive ranks over all 2^n equally likely signs of 1…n.

    How many patterns give the sum s is the coefficient of x^s in the product of all (1 + x^rank). One whole
    number holds the polynomial, ``bits`` to a coefficient, none of which can pass 2^n.
    """
    bits = n + 1
    ways = 1
    for rank in range(1, n + 1):
        ways += ways << (rank * bits)
    upper = ways >> (max(0, math.ceil(statistic)) * bits)
    return upper % ((1 << bits) - 1) / (1 << n)  # the remainder is the sum of the coefficients
