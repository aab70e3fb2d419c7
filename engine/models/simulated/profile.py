"""The parameter table of the simulated models: figures derived from recorded runs (``derive.py``)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec

TABLE = Path(__file__).with_name("profiles.json")

Sketch = list[float]
"""A distribution of counts: P(0), then order statistics of the positive part (one if they are all equal)."""


class Regime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds that one kind of reply takes.

    min(l0 + per_edit·edits + per_tag·tags, cap) · exp(bias + noise), with ``tags`` the actions but edits.
    The noise is normal: ``sigma_run`` shared by a run, ``sigma_round`` by a round (what slows one call down
    slows those beside it), ``sigma_reply`` anew for every reply.
    """

    l0: float
    per_edit: float
    per_tag: float
    bias: float
    sigma_reply: float
    sigma_round: float
    sigma_run: float


class Latency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Latency by mode (``pre``: work is given out, ``dec``: agents claim) and kind of reply."""

    cap: float
    pre_first: Regime
    pre_edit: Regime
    pre_plain: Regime
    dec_first: Regime
    dec_edit: Regime
    dec_plain: Regime


class Style(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How agents take up given work at first: P(hold everything back), P(one task per turn), else a batch.

    ``edits`` is the mean number of edits of one who holds back.
    """

    hold: float
    step: float
    edits: float


class Styles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Styles of an agent alone, and in a team by the number of its tasks: up to 3, 4 to 13, more."""

    alone: Style
    small: Style
    mid: Style
    big: Style


class Going(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one who held back does in a later turn: P(completes all), P(completes one), mean edits."""

    all: float
    one: float
    edits: float


class Idle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agent whose given work is done: P(only talks), mean edits, P(runs tests)."""

    talks: float
    edits: float
    tests: float


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behaviour where work is given out.

    ``chain`` and ``flat`` are the styles on such graphs. ``batch_alone`` and ``batch`` (in a team) are
    how many tasks one reply completes at most; ``stays`` is the chance that one who goes step by step
    does so this turn, ``claims`` the share of its tasks that an agent claims all the same.
    """

    chain: Styles
    flat: Styles
    batch_alone: Sketch
    batch: Sketch
    stays: float
    turn2: Going
    turn3: Going
    turn7: Going
    idle: Idle
    p_test: float
    claims: float


class Claiming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behaviour where agents claim: how many tasks they try, how many files they write, what they complete.

    ``attempt_p`` is the chance that one who owns nothing tries to claim, ``attempt_p_when_open`` that of one
    who owns something and completes nothing; ``open_complete_p`` the chance that one who owns something
    completes, ``complete_same`` that it completes what it claims in the same reply. ``second_reply_claim_p``
    is the chance to aim past what a teammate of the same round takes. ``phases``: claims, writes and reports
    in three turns; ``listed``: tries blocked tasks, too.
    """

    turn1_attempts: Sketch
    turn1_edits: Sketch
    turn1_complete_same: float
    attempt_p_turn2: float
    attempts_turn2: Sketch
    attempt_p: float
    attempts: Sketch
    attempt_p_when_open: float
    complete_same: float
    open_complete_p: float
    second_reply_claim_p: float
    edits_turn2_3: Sketch
    edits: Sketch
    p_test: float
    phases: bool
    listed: bool


class ClaimingBy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Behaviour alone and in a team, on suites with a long chain and on flat ones."""

    chain_alone: Claiming
    chain_team: Claiming
    flat_alone: Claiming
    flat_team: Claiming


class Pace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long replies take, against what the regimes say: ``alone`` times N to the power of ``crowding``."""

    alone: float
    crowding: float


class Paces(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paces where work is given out (``pre``) and claimed (``dec``), by the shape of the graph: its longest
    chain is less than a third of the tasks, up to two thirds, or more."""

    pre_parallel: Pace
    pre_mixed: Pace
    pre_serial: Pace
    dec_parallel: Pace
    dec_mixed: Pace
    dec_serial: Pace


class Forgets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often a team that is not told of refusals never closes its last task.

    With a chance q per agent a team of N loses it in 1 - (1 - q)^(N^growth) of its runs: ``growth`` 1 means
    that agents err independently, 0 that a team errs as one agent does. q where work is given out (``pre``)
    and claimed (``dec``), on suites with a long chain and on flat ones.
    """

    pre_chain: float
    pre_flat: float
    pre_growth: float
    dec_chain: float
    dec_flat: float
    dec_growth: float

    def share(self, agents: int, *, claims: bool, chained: bool) -> float:
        """The share of runs of a team of so many agents."""
        if claims:
            chance, growth = self.dec_chain if chained else self.dec_flat, self.dec_growth
        else:
            chance, growth = self.pre_chain if chained else self.pre_flat, self.pre_growth
        return 1.0 - float((1 - chance) ** (agents**growth))


class Tokens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tokens of a reply.

    Written: min(cap, per_reply + per_edit·edits + per_tag·tags), with relative noise ``sigma``. Read:
    base + per_past_turn·w + past_factor·(written in the last w turns), w up to ``window``.
    """

    per_reply: float
    per_edit: float
    per_tag: float
    sigma: float
    cap: int
    base: float
    per_past_turn: float
    past_factor: float
    window: int


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model on one suite. ``wrong``: share of files written wrong; ``repair``: of these mended."""

    latency: Latency
    pace: Paces
    forgets: Forgets
    given: Given
    claiming: ClaimingBy
    tokens: Tokens
    wrong: float
    repair: float


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All profiles by model and suite, and where they come from."""

    about: str
    source: str
    models: dict[str, dict[str, Profile]]


@lru_cache(maxsize=1)
def table() -> Table:
    """The committed table, or the one that this process was told to use."""
    return _used[-1] if _used else msgspec.json.decode(TABLE.read_bytes(), type=Table)


_used: list[Table] = []


def use(other: bytes) -> None:
    """Have this process use another table (JSON), as calibration does to hold recordings out."""
    _used[:] = [msgspec.json.decode(other, type=Table)]
    table.cache_clear()


def profile(model: str, suite: str) -> Profile:
    """The profile of ``sim/model`` on a suite; on a suite that was not recorded, the one on ``mathutils``.

    Raises ``KeyError`` for an unknown model.
    """
    suites = table().models[model.removeprefix("sim/")]
    return suites.get(suite) or suites["mathutils"]
