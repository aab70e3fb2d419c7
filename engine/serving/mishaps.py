"""What the server does wrong on request: kinds, how they are written, and which one strikes a call.

One notation everywhere: ``KIND:key=value:key=value``, as in ``429:retry_after=2`` or ``cut:probability=0.1``.
A list of them, separated by commas, or a TOML file of ``[[fault]]`` entries with the same keys, is a plan.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UsageError
from engine.named import Unusable, table_in
from engine.world.chance import stream
from tasks.errors import nearest, quoted

PLAN_BYTES = 1 << 20
"""Longest plan that is read: ``PLAN_MAX`` entries are a tenth of it."""

PLAN_MAX = 1_000
"""Entries of a plan: more than any test of a client has calls to disturb."""

CALLS_KNOWN = 100_000
"""Requests whose repetitions are told apart; beyond it they count as new, which changes the draws only."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A thing that goes wrong: what it is, and its parameters (seconds, shares, factors) with defaults."""

    name: str
    about: str
    params: Mapping[str, float]
    status: int | None = None


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("429", "too many requests, with Retry-After", {"retry_after": 1.0}, 429),
        Kind("500", "internal error", {}, 500),
        Kind("503", "unavailable, with Retry-After if it is given", {"retry_after": 0.0}, 503),
        Kind("529", "overloaded", {}, 529),
        Kind("context", "refuses prompts of more than about so many tokens", {"tokens": 8000.0}, 400),
        Kind("leak", "500 whose message repeats the caller's key, as careless proxies do", {}, 500),
        Kind("slow", "takes longer, by a factor", {"factor": 4.0}),
        Kind("drip", "comes in small pieces with a pause before each", {"seconds": 0.2}),
        Kind("cut", "the connection breaks after a share of the reply", {"share": 0.5}),
        Kind("short", "the stream ends in good order, but too early and without [DONE]", {"share": 0.5}),
        Kind(
            "stall", "silent for so many seconds after a share of the reply", {"share": 0.5, "seconds": 600.0}
        ),
        Kind("hang", "silent for so many seconds from the beginning", {"seconds": 600.0}),
        Kind("malformed", "JSON that is none", {}),
        Kind("usage", "reports token counts that are wrong, by a factor", {"factor": 10.0}),
        Kind("nousage", "reports no token counts", {}),
    )
}

_CHOICE = ("probability", "at", "every")
"""When an entry strikes: by chance, at one request (from 1), at every so-manieth. None of them: always."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """One entry: ``kind`` with all its parameters, for calls of ``model`` only if that is given."""

    kind: Kind
    params: Mapping[str, float]
    model: str = ""
    probability: float | None = None
    at: int | None = None
    every: int | None = None

    def number(self, name: str) -> float:
        """The value of a parameter."""
        return self.params[name]

    def concerns(self, tokens: int) -> bool:
        """Whether a prompt of so many tokens can be struck at all."""
        return self.kind.name != "context" or tokens > self.params["tokens"]


class Plan:
    """Chooses what goes wrong with each call.

    Chance depends on the seed, the entry, what is asked and how often it was asked before, and on nothing
    else: which of two agents asks first makes no difference.
    """

    def __init__(self, entries: Sequence[Mishap], seed: int) -> None:
        self.entries = tuple(entries)
        self._seed = seed
        self._asked: Counter[str] = Counter()

    def strikes(self, number: int, model: str, digest: str, tokens: int = 0) -> Mishap | None:
        """The first entry that strikes request ``number`` (from 1) for ``model``; null if none does.

        ``tokens`` is about how long its prompt is.
        """
        if len(self._asked) >= CALLS_KNOWN:
            self._asked.clear()
        self._asked[digest] += 1
        for place, entry in enumerate(self.entries):
            if entry.model and entry.model != model:
                continue
            if not entry.concerns(tokens):
                continue
            if entry.at is not None and number != entry.at:
                continue
            if entry.every is not None and number % entry.every:
                continue
            if entry.probability is not None:
                chance = stream(self._seed, "serve-sim", place, digest, self._asked[digest])
                if chance.random() >= entry.probability:
                    continue
            return entry
        return None


def read_plan(text: str) -> tuple[Mishap, ...]:
    """The plan that ``--faults`` names: a TOML file, or entries with commas. Raises ``UsageError``."""
    path = Path(text)
    if text.endswith(".toml") or path.is_file():
        try:
            document = table_in(path, PLAN_BYTES)
        except Unusable as why:
            raise UsageError(f"{path} {why}.") from None
        entries = document.get("fault")
        if set(document) != {"fault"} or not isinstance(entries, list):
            raise UsageError(f"{path}: a plan is a list of [[fault]] entries and nothing else.")
        plan = tuple(_of_table(entry, f"{path}: fault {n}") for n, entry in enumerate(entries, 1))
    else:
        plan = tuple(read(entry, "--faults") for entry in text.split(",") if entry.strip())
    if len(plan) > PLAN_MAX:
        raise UsageError(f"The plan has {len(plan)} faults, more than {PLAN_MAX}: leave some out.")
    return plan


def read(text: str, where: str) -> Mishap:
    """One entry, as ``KIND:key=value``. Raises ``UsageError`` that begins with ``where``."""
    name, *settings = (part.strip() for part in text.split(":"))
    given: dict[str, object] = {"kind": name}
    for setting in settings:
        key, sign, value = setting.partition("=")
        if not sign:
            raise UsageError(f"{where}: {quoted(setting)} is no key=value, as in 429:retry_after=2.")
        try:
            given[key.strip()] = value.strip() if key.strip() == "model" else float(value)
        except ValueError:
            raise UsageError(f"{where}: {key.strip()} is a number, not {quoted(value)}.") from None
    return _of_table(given, where)


def _of_table(entry: object, where: str) -> Mishap:
    if not isinstance(entry, dict) or "kind" not in entry:
        raise UsageError(f'{where} has no kind; write kind = "429" or another of {", ".join(KINDS)}.')
    name = str(entry["kind"])
    kind = KINDS.get(name)
    if kind is None:
        raise UsageError(f"{where}: there is no fault {quoted(name)}.{nearest(name, KINDS)}")
    known = (*kind.params, *_CHOICE)
    numbers: dict[str, float] = {}
    for key, value in entry.items():
        if key in ("kind", "model"):
            continue
        if key not in known:
            raise UsageError(f"{where}: {name} has no {quoted(key)}.{nearest(key, (*known, 'model'))}")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise UsageError(f"{where}: {key} is a number from 0, not {quoted(value)}.")
        numbers[key] = float(value)
    for key in ("probability", "share"):
        if numbers.get(key, 0) > 1:
            raise UsageError(f"{where}: {key} is at most 1, not {numbers[key]:g}.")
    for key in ("at", "every"):
        if key in numbers and (numbers[key] < 1 or numbers[key] % 1):
            raise UsageError(f"{where}: {key} is a whole number from 1, not {numbers[key]:g}.")
    at, every = numbers.get("at"), numbers.get("every")
    return Mishap(
        kind,
        {key: numbers.get(key, default) for key, default in kind.params.items()},
        str(entry.get("model", "")),
        numbers.get("probability"),
        None if at is None else int(at),
        None if every is None else int(every),
    )
