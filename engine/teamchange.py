"""A change of the team in a fork: another strategy, other models; and the team that there was before it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from engine.errors import UsageError
from engine.record import events as ev
from engine.record.config import RunConfig


class Former(msgspec.Struct, frozen=True, kw_only=True):
    """The team as it was up to event ``until``; from there on it is as ``run.json`` says."""

    until: int
    strategy: str
    model: str
    models: dict[str, str] = {}

    def config(self, now: RunConfig) -> RunConfig:
        """What the run was asked to be before its team was changed."""
        return replace(now, strategy=self.strategy, model=self.model, models=self.models)


class TeamChange(msgspec.Struct, frozen=True, kw_only=True):
    """How a team is changed: another ``strategy``, another ``model`` for all or ``models`` by name."""

    strategy: str | None = None
    model: str | None = None
    models: dict[str, str] = {}

    @property
    def changes(self) -> bool:
        """Whether anything is asked for."""
        return self != UNCHANGED

    def of(self, config: RunConfig) -> RunConfig:
        """The configuration with the change. A model for all replaces those that some had of their own."""
        models = {**({} if self.model else config.models), **self.models}
        strategy, model = self.strategy or config.strategy, self.model or config.model
        return replace(config, strategy=strategy, model=model, models=models)


UNCHANGED = TeamChange()
"""Nothing is asked for."""


def change_of(strategy: str | None, model: str | None) -> TeamChange:
    """Read ``--strategy NAME`` and ``--model NAME`` or ``--model Dev1=NAME,Dev2=NAME``.

    A name alone among several holds for everybody else. Raises ``UsageError``.
    """
    if model is None or ("=" not in model and "," not in model):
        return TeamChange(strategy=strategy, model=model)
    usual: str | None = None
    models: dict[str, str] = {}
    for part in model.split(","):
        name, sign, value = (word.strip() for word in part.partition("="))
        if not name or (sign and not value) or (not sign and usual) or name in models:
            raise UsageError(f"--model {model[:80]!r}: write NAME, Dev1=NAME,Dev2=NAME, or NAME,Dev3=NAME.")
        if sign:
            models[name] = value
        else:
            usual = name
    return TeamChange(strategy=strategy, model=usual, models=models)


def former_team(
    inherited: Former | None,
    before: RunConfig,
    change: TeamChange,
    events: Sequence[ev.AnyEvent],
    *,
    prefix: int,
    at: int,
) -> Former | None:
    """The team of a fork up to the fork point if it changes there, or up to where it changed in the parent.

    ``inherited`` and ``before`` are the parent's, ``events`` its journal, of which the fork shares
    ``prefix``. Raises ``UsageError`` for a second change within a round.
    """
    if change.of(before) == before:
        return inherited
    if at == 0:
        return None
    if inherited is not None:
        done = [e.seq for e in events[:at] if isinstance(e, ev.TeamChanged) and e.seq > inherited.until]
        if done and done[0] > prefix:
            raise UsageError(
                f"The team has changed already at event {done[0]}, in the same round: "
                f"fork at seq:{done[0] - 1}, or at a later round."
            )
        if not done:
            before = inherited.config(before)
    return Former(until=at, strategy=before.strategy, model=before.model, models=before.models)
