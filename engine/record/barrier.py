"""How far an agent may run ahead of the others: the words of ``--barrier`` and what they mean.

``round``: all take their turns together (the paper's rounds). ``stale:K``: an agent may lead the slowest one
by K rounds of its own. ``none``: nobody waits for anybody.
"""

from __future__ import annotations

import re

PATTERN = r"^(round|none|stale:[0-9]{1,3})\Z"
"""All that can be asked for. 999 rounds are far more than any run has, and mean as much as ``none``."""


def slack(barrier: str) -> int | None:
    """By how many rounds of its own an agent may lead the slowest one; null: by any number.

    0, which is also what ``round`` means, is lockstep: nothing is in flight at the end of a round. Raises
    ``ValueError`` for what ``PATTERN`` does not match.
    """
    if re.match(PATTERN, barrier) is None:
        raise ValueError(barrier)
    if barrier == "none":
        return None
    return int(barrier.removeprefix("stale:")) if barrier != "round" else 0
