"""How suspicious an agent's silence is: φ, the accrual failure detector's number.

φ = −log10 P(a reply takes longer than the silence so far): 1 is what one reply in ten exceeds, 3 one in a
thousand (Hayashibara et al. 2004; Akka and Cassandra act at 8). Replies of models are far from normal: on the
paper's 32,454 turns a normal model suspects 1 in 111 falsely at 8, a log-normal one 1 in 770, so the latter
is used here. φ is shown and decides nothing: a lease that is over does.
"""

from __future__ import annotations

import math

import msgspec

WATCH, ALARM = 3.0, 8.0
"""From where on a number is worth a look, and from where on others would act on it."""

PHI_MAX = 99.0
"""What is beyond any doubt; the tail has no digits there."""

_PRIOR_REPLIES = 3.0
"""Weight of what is known before the first reply, in replies."""

_PRIOR_MEDIAN, _PRIOR_SIGMA = 7.8, 0.88
"""Recorded turns of one agent: median in seconds, and the log-normal spread of their variation, 1.08."""

PULSE_MEDIAN = 2.0
"""Seconds between two signs of life within a reply that arrives in pieces: no more are recorded."""

_SIGMA_MIN = 0.25
"""Least spread: an agent whose replies all took one time is not lost because the next takes a third more."""


class Rhythm(msgspec.Struct):
    """Reply times of one agent as a log-normal: how many, and the sums of their logarithms and squares."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    median: float = _PRIOR_MEDIAN
    """What is expected before anything is known, in seconds."""

    def beat(self, seconds: float) -> None:
        """A reply came after ``seconds``."""
        log = math.log(max(seconds, 1e-3))
        self.count += 1
        self.total += log
        self.squares += log * log

    def phi(self, silent: float) -> float:
        """The suspicion after so many seconds of silence: from 0 to ``PHI_MAX``, and never falling."""
        if silent <= 0:
            return 0.0
        weight = self.count + _PRIOR_REPLIES
        median = math.log(self.median)
        mean = (self.total + _PRIOR_REPLIES * median) / weight
        spread = self.squares + _PRIOR_REPLIES * (median * median + _PRIOR_SIGMA * _PRIOR_SIGMA)
        sigma = max(_SIGMA_MIN, math.sqrt(max(0.0, spread / weight - mean * mean)))
        return min(PHI_MAX, -_log10_tail((math.log(silent) - mean) / sigma))


def _log10_tail(z: float) -> float:
    """log10 of the share of a normal distribution above ``z`` standard deviations."""
    if z < 30:
        return math.log10(0.5 * math.erfc(z / math.sqrt(2)))
    return -(z * z / 2) / math.log(10) - math.log10(z * math.sqrt(2 * math.pi))
