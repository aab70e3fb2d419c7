"""Fault plans: which fault strikes whom and when, written down in TOML.

    [[fault]]
    kind = "crash"
    target = "owner-of(7)"     # agents ("Dev1, Dev3"), or a selector: all, one, half, lead, random(2), …
    at_round = 3               # exactly one of these five says when
    # at_seconds = 12.5        # on the run's clock
    # on = "task_claimed task=7"   # an event of that kind with those fields; target "actor" is its agent
    # each_round = 0.1         # with that probability at the start of every round
    # each_call = 0.05         # with that probability at every model call of a target, which is then struck
    times = 2                  # for the last three: strikes at most (on: 1, the others: without limit)
    duration_seconds = 30      # heals by itself after that; without it, it stays

Further keys are the parameters of the kind (``factor = 4``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import UsageError
from engine.faults import predicate
from engine.faults.catalogue import BY_KIND, FaultSpec, ParamSpec
from engine.named import Unusable, table_of
from tasks.errors import nearest

TRIGGERS = ("at_round", "at_seconds", "on", "each_round", "each_call")

_KEYS = ("kind", "target", *TRIGGERS, "times", "duration_seconds", "why")

FAULTS_PER_PLAN = 1_000
"""More than any run has turns to be disturbed in."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry: exactly one trigger is set. ``times`` is how often it strikes at most, null: no limit."""

    kind: str
    target: str
    params: dict[str, float | str] = field(default_factory=dict)
    at_round: int | None = None
    at_seconds: float | None = None
    duration_seconds: float | None = None
    why: str = ""
    on: str = ""
    each_round: float | None = None
    each_call: float | None = None
    times: int | None = 1


def parse(text: str, name: str) -> tuple[Planned, ...]:
    """Read a plan. Raises ``UsageError`` that names ``name`` (the file), the entry and the key."""
    try:
        document = table_of(text)
    except Unusable as why:
        raise UsageError(f"{name} {why}.") from None
    unknown = [key for key in document if key != "fault"]
    if unknown:
        raise UsageError(f"{name}: key {unknown[0]!r} is unknown; a plan is a list of [[fault]] entries.")
    entries = document.get("fault", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{name}: write each fault as an entry that begins with [[fault]].")
    if len(entries) > FAULTS_PER_PLAN:
        raise UsageError(f"{name} has {len(entries)} faults, more than {FAULTS_PER_PLAN}: leave some out.")
    return tuple(_entry(entry, f"{name}: fault {number}") for number, entry in enumerate(entries, 1))


def _entry(entry: dict[str, object], where: str) -> Planned:
    kind = entry.get("kind")
    if not isinstance(kind, str):
        raise UsageError(f'{where} has no kind; write kind = "crash" or another of {", ".join(BY_KIND)}.')
    spec = spec_of(kind, where)
    target = entry.get("target", "all")
    if not isinstance(target, str) or not target:
        raise UsageError(f'{where}: target is the name of an agent, "all", "lead" or the like, in quotes.')
    given = [key for key in TRIGGERS if key in entry]
    if len(given) != 1:
        raise UsageError(f"{where}: give exactly one of {', '.join(TRIGGERS[:-1])} and {TRIGGERS[-1]}.")
    on = entry.get("on", "")
    if not isinstance(on, str):
        raise UsageError(f'{where}: on names an event, as in on = "task_claimed task=7".')
    if given == ["on"]:
        predicate.parse(on, where)
    if target == "actor" and not on:
        raise UsageError(f"{where}: the target actor is the agent of an event, so it needs on.")
    why = entry.get("why", "")
    if not isinstance(why, str):
        raise UsageError(f"{where}: why is a text, in quotes.")
    params = {key: value for key, value in entry.items() if key not in _KEYS}
    return Planned(
        kind,
        target,
        check_params(spec, params, where),
        _whole(entry, "at_round", where),
        _number(entry, "at_seconds", where),
        _number(entry, "duration_seconds", where),
        why,
        on,
        _probability(entry, "each_round", where),
        _probability(entry, "each_call", where),
        _times(entry, given[0], where),
    )


def _times(entry: dict[str, object], trigger: str, where: str) -> int | None:
    if trigger in ("at_round", "at_seconds"):
        if "times" in entry:
            raise UsageError(f"{where}: {trigger} comes once; times goes with on, each_round or each_call.")
        return 1
    return _whole(entry, "times", where) or (1 if trigger == "on" else None)


def _whole(entry: dict[str, object], key: str, where: str) -> int | None:
    value = entry.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise UsageError(f"{where}: {key} is a whole number from 1.")
    return value


def _probability(entry: dict[str, object], key: str, where: str) -> float | None:
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise UsageError(f"{where}: {key} is a probability from 0 to 1.")
    return float(value)


def _number(entry: dict[str, object], key: str, where: str) -> float | None:
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e9:
        raise UsageError(f"{where}: {key} is a number of seconds from 0.")
    return float(value)


def spec_of(kind: str, where: str) -> FaultSpec:
    """The catalogue's entry for ``kind``. Raises ``UsageError`` that names the nearest kind."""
    spec = BY_KIND.get(kind)
    if spec is None:
        raise UsageError(f"{where}: there is no fault {kind!r}.{nearest(kind, tuple(BY_KIND))}")
    return spec


def check_params(spec: FaultSpec, given: dict[str, object], where: str) -> dict[str, float | str]:
    """All parameters of ``spec``, given or default. Raises ``UsageError`` for what does not fit."""
    known = {param.name: param for param in spec.params}
    for name in given:
        if name not in known:
            words = (*_KEYS, *known)
            raise UsageError(f"{where}: {spec.kind} has no parameter {name!r}.{nearest(name, words)}")
    return {name: _value(param, given.get(name, param.default), where) for name, param in known.items()}


def _value(param: ParamSpec, value: object, where: str) -> float | str:
    if isinstance(param.default, str):
        if value not in param.choices:
            raise UsageError(f"{where}: {param.name} is one of {', '.join(param.choices)}, not {value!r}.")
        return str(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not param.minimum <= float(str(value)) <= param.maximum:
        low, high = f"{param.minimum:g}", f"{param.maximum:g}"
        raise UsageError(f"{where}: {param.name} is a number from {low} to {high}, not {value!r}.")
    return float(str(value))
