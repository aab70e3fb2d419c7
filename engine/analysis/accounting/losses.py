"""Where the speedup went: N x T(N) - T(1), split by cause, exactly.

With A the times of an account, N*T(N) = sum of A(N) and T(1) = sum of A(1), so the loss N*T(N) - T(1) is the
sum over causes of A(N) - A(1). The same split holds for N - S = loss / T(N) and for the experimentally
determined serial fraction e = loss / ((N - 1) * T(1)) (A. Karp, H. Flatt, CACM 33(5), 1990).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.analysis.accounting.account import Account
from engine.analysis.accounting.causes import CAUSES, Cause
from engine.analysis.accounting.split import split


@dataclass(frozen=True, slots=True)
class Losses:
    """``parts[cause]``: nanoseconds more than one agent spent on it (negative: less), ``loss_ns`` in sum.

    ``source``: ``runs`` (means over saved one-agent runs) or ``estimated`` (one agent would need the useful
    time of this team, and nothing else). ``imported`` as in ``Account``.
    """

    agents: int
    wall_ns: int
    base_ns: int
    parts: Mapping[Cause, int]
    source: Literal["runs", "estimated"]
    imported: bool = False

    @property
    def loss_ns(self) -> int:
        """N * T(N) - T(1)."""
        return self.agents * self.wall_ns - self.base_ns

    @property
    def speedup(self) -> float | None:
        """T(1) / T(N); null while no time has passed."""
        return self.base_ns / self.wall_ns if self.wall_ns else None

    def karp_flatt(self) -> dict[Cause, float] | None:
        """Each cause's part of the serial fraction e; null for one agent or without a baseline."""
        if self.agents < 2 or not self.base_ns:
            return None
        return {cause: part / ((self.agents - 1) * self.base_ns) for cause, part in self.parts.items()}

    def waterfall(self) -> list[tuple[Cause, float]]:
        """(cause, speedup lost to it), in the order of ``CAUSES``, without those that cost nothing.

        From N, what is left after all of them is the measured speedup; a negative step is a gain.
        """
        if not self.wall_ns:
            return []
        return [(cause, part / self.wall_ns) for cause, part in self.parts.items() if part]


def losses(account: Account, baseline: Sequence[Account] = ()) -> Losses:
    """Split the loss of a team against one-agent accounts, or against its own useful time without any."""
    total = account.totals()
    if not baseline:
        base: dict[Cause, int] = dict.fromkeys(CAUSES, 0)
        base["useful"] = total["useful"]
        base_ns = total["useful"]
    else:
        base_ns = sum(one.wall_ns for one in baseline) // len(baseline)
        sums = {cause: sum(one.total(cause) for one in baseline) for cause in CAUSES}
        base = split(base_ns, sums) if base_ns else dict.fromkeys(CAUSES, 0)
    parts = {cause: total[cause] - base[cause] for cause in CAUSES}
    source: Literal["runs", "estimated"] = "runs" if baseline else "estimated"
    return Losses(account.agents, account.wall_ns, base_ns, parts, source, account.imported)
