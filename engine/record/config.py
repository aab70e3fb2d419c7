"""What a run was asked to be: the configuration that ``run.json`` keeps."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.record.events.common import NO_LIMITS, Limits

META_SCHEMA = 1
"""Schema of ``run.json``; a reader refuses a newer one."""


class CallConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How real models are called.

    ``api_base`` is the address of an own server, empty for the provider's. ``first_seconds`` bounds the wait
    for the first piece of a reply, ``gap_seconds`` that between two, ``whole_seconds`` the whole attempt.
    Requests and tokens per minute are those of a provider, for all agents together; null: no limit of ours.
    After ``hedge_seconds`` without a reply a second attempt runs beside the first; null: none does.
    ``context_tokens`` bounds every conversation, with simulated models too; null: what a real model takes.
    """

    api_base: str = ""
    stream: bool = True
    first_seconds: float = 120.0
    gap_seconds: float = 60.0
    whole_seconds: float = 300.0
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    hedge_seconds: float | None = None
    context_tokens: int | None = None


USUAL = CallConfig()
"""How real models are called unless somebody says otherwise."""


class RunConfig(msgspec.Struct, frozen=True, kw_only=True):
    """All choices of ``teamtop run``, resolved (no defaults left open).

    ``suite`` is a shipped name, a path, or ``synthetic:…``. ``agents`` counts developers; a lead is extra.
    ``names`` are the developers', if they are not Dev1, Dev2, and so on.
    ``model`` holds for all, ``models`` overrides it by agent name. ``speed`` is run-clock seconds per real
    second, 0 on the virtual clock. ``quorum`` is ``K/N``, and ``verified_by`` for
    the strategies of those names.
    ``faults`` is the text of a fault plan (TOML), empty for none, and ``plan_name`` what a person called it:
    a ready plan or a file. ``barrier`` says how far an agent may run ahead: ``round``, ``stale:K``, ``none``.
    ``engine_quirks`` names the engine whose defects the run is to have (``engine.team.quirks``).
    """

    suite: str
    structure: str
    agents: int
    strategy: str
    model: str
    seed: int
    speed: float
    clock: Literal["wall", "scaled", "virtual"]
    max_rounds: int = 60
    locks: Literal["pessimistic", "optimistic", "none"] = "pessimistic"
    completion: Literal["reported", "verified"] = "reported"
    tests: Literal["real", "simulated"] = "real"
    unsafe_tests: bool = False
    faults: str = ""
    plan_name: str = ""
    lease_seconds: float = 30.0
    lead_lost: Literal["self-claim", "promote"] = "self-claim"
    models: dict[str, str] = msgspec.field(default_factory=dict)
    names: tuple[str, ...] = ()
    calls: CallConfig = USUAL
    limits: Limits = NO_LIMITS
    redact: tuple[str, ...] = ()
    replies: Literal["", "strict", "lenient"] = ""

    @property
    def developers(self) -> tuple[str, ...]:
        """Names of the developers that the run begins with."""
        return self.names or tuple(f"Dev{number}" for number in range(1, self.agents + 1))

    @property
    def team_models(self) -> tuple[str, ...]:
        """The model of each developer, and of the lead if it has one of its own."""
        own = [self.models["Lead"]] if "Lead" in self.models else []
        return (*own, *(self.models.get(name, self.model) for name in self.developers))

    quorum: str = "2/3"
    barrier: str = "round"
    verified_by: Literal["review", "tests"] = "review"
    engine_quirks: Literal["none", "paper"] = "none"


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """Where a fork came from."""

    run_id: str
    seq: int


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """Where an imported run is from: ``source`` names the form, ``name`` the run in it.

    ``recorded`` is the row that its source has of it, as it stands there. The rest is what lists show, so
    that they need not read the journal; ``rounds``, ``wall_seconds``, ``tokens`` are null if not recorded.
    """

    source: str
    name: str
    tasks: int
    completed: bool
    rounds: int | None
    wall_seconds: float | None
    tokens: int | None
    recorded: dict[str, str | int | float | bool | None]


class RunMeta(msgspec.Struct, frozen=True, kw_only=True):
    """``run.json``: what does not belong into events because it differs between equal runs.

    ``created`` is the wall-clock start (ISO 8601, UTC), ``sandbox`` the rung that agents' code ran on
    (``unused`` until there was a test to run, ``none`` without confinement), ``rungs`` what came of probing
    each rung that was tried for it.
    ``real_seconds`` is what passed outside from the first prompt to the end event; null until then.
    """

    run_id: str
    created: str
    teamtop: str
    python: str
    config: RunConfig
    suite_hash: str
    sandbox: str = "none"
    rungs: dict[str, str] = {}
    schema: int = META_SCHEMA
    parent: Parent | None = None
    tags: tuple[str, ...] = ()
    real_seconds: float | None = None
    imported: Imported | None = None
