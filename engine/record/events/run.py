"""Events of the run as a whole: its start, rounds, resumptions, end and closing test run."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from engine.record.barrier import PATTERN
from engine.record.events.common import (
    NO_LIMITS,
    AgentSpec,
    Event,
    FileSpec,
    Gap,
    Limits,
    TaskSpec,
    Verdict,
)


class RunStarted(Event, frozen=True, kw_only=True, tag="run_started"):
    """First event: all that is needed to read the rest. ``p`` is 1 - longest chain / tasks, from the graph.

    ``speed`` is run-clock seconds per real second (0 on the virtual clock). ``template`` is the version of
    the prompt texts. ``lease_seconds`` is how long work of a lost agent stays its own. ``quorum`` is how many
    of how many versions of a task must agree, null where the strategy asks for one; ``verified_by`` is what
    a completion needs under ``verified-by``. ``notes`` are sentences on what was asked for and cannot be had.
    ``source`` is empty for runs of ours; of an imported run it names where that is from, and ``gaps`` what it
    does not record.
    ``lead_lost`` says what becomes of a team whose lead is lost. ``barrier`` says how far an agent may
    run ahead: ``round``, ``stale:K`` or ``none`` (see ``engine.record.barrier``). ``quirks`` names the
    engine whose defects this run was asked to have (see ``engine.team.quirks``), empty for none.
    """

    suite: str
    structure: str
    suite_hash: str
    brief: str
    p: float
    tasks: tuple[TaskSpec, ...]
    files: tuple[FileSpec, ...]
    team: tuple[AgentSpec, ...]
    strategy: str
    seed: int
    locks: Literal["pessimistic", "optimistic", "none"]
    completion: Literal["reported", "verified"]
    tests: Literal["real", "simulated"]
    clock: Literal["wall", "scaled", "virtual"]
    speed: float
    max_rounds: int
    lease_seconds: float
    template: int
    quorum: tuple[int, int] | None = None
    verified_by: Literal["", "review", "tests"] = ""
    notes: tuple[str, ...] = ()
    source: str = ""
    gaps: tuple[Gap, ...] = ()
    lead_lost: Literal["self-claim", "promote"] = "self-claim"
    barrier: Annotated[str, msgspec.Meta(pattern=PATTERN)] = "round"
    limits: Limits = NO_LIMITS
    quirks: Literal["", "paper"] = ""


class RoundStarted(Event, frozen=True, kw_only=True, tag="round_started"):
    """A round opens for ``agents`` (those alive); its number is the event's ``round``.

    Where agents may run ahead, some have had their turn of that number already.
    """

    agents: tuple[str, ...]


class RoundEnded(Event, frozen=True, kw_only=True, tag="round_ended"):
    """The barrier: every turn of the round has ended, if need be but for those of lost agents."""


class RunResumed(Event, frozen=True, kw_only=True, tag="run_resumed"):
    """``author`` had a new engine go on where the one before stopped or died; what was open is closed next.

    The clock goes on from the event before; ``clock``, ``speed`` and ``max_rounds`` hold from here, and so do
    ``limits`` (null: as before).
    """

    author: str
    clock: Literal["wall", "scaled", "virtual"]
    speed: float
    max_rounds: int
    limits: Limits | None = None


class TeamChanged(Event, frozen=True, kw_only=True, tag="team_changed"):
    """``author`` had the team go on under ``strategy``, as the members of ``team`` and with their models."""

    author: str
    strategy: str
    team: tuple[AgentSpec, ...]
    quorum: tuple[int, int] | None = None
    verified_by: Literal["", "review", "tests"] = ""

    def on(self, start: RunStarted) -> RunStarted:
        """What the run is from here on: as it was begun, but for what changed."""
        return msgspec.structs.replace(
            start,
            strategy=self.strategy,
            team=self.team,
            quorum=self.quorum,
            verified_by=self.verified_by,
            completion="verified" if self.verified_by == "tests" else start.completion,
        )


class RunEnded(Event, frozen=True, kw_only=True, tag="run_ended"):
    """The team stopped. ``wall_seconds`` is run-clock time from the first prompt to here, without pauses.

    An ``unknown`` outcome, and sums of tokens here, are those of imported runs: not completed, for a reason
    that was not recorded; tokens that were recorded for the whole run only.
    """

    outcome: Literal["completed", "max_rounds", "stopped", "no_agents", "failed", "unknown"]
    wall_seconds: float
    detail: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None


class RunVerified(Event, frozen=True, kw_only=True, tag="run_verified"):
    """The closing run of all expected tests on the final workspace; node ids that passed and failed."""

    verdict: Verdict
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    detail: str = ""
