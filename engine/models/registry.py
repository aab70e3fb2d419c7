"""From the name of a model, as people write it, to the model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from engine.errors import UsageError
from engine.models import providers
from engine.models.base import Model
from engine.models.environment import environment
from engine.models.pricing import NOTIONAL, Price, listed
from engine.record.config import USUAL, CallConfig

SIMULATED: tuple[str, ...] = ("sim/claude-sonnet-4-6", "sim/gemini-3-flash", "sim/gpt-5.2", "sim/perfect")
"""Models that answer from within this process."""

DEFAULT = SIMULATED[0]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a name stands for. ``price`` is the namesake's, for simulated models only."""

    name: str
    real: bool
    provider: str
    price: Price | None = None


def resolve(name: str) -> ModelInfo:
    """Say what ``name`` is: a simulated model, or else a name for litellm.

    Raises ``UsageError`` for an unknown ``sim/…`` and for a name whose provider cannot be told.
    """
    if name in SIMULATED:
        return ModelInfo(name, real=False, provider="sim", price=NOTIONAL.get(name))
    prefix, slash, rest = name.partition("/")
    if prefix == "sim":
        raise UsageError(f"There is no simulated model {_shown(name)}.{_nearest(name, SIMULATED)}")
    if slash and not rest:
        raise UsageError(f"{_shown(name)} names a provider but no model: write {prefix}/MODEL.")
    provider = providers.provider_of(name)
    if provider is None:
        near = _nearest(name, (*SIMULATED, *providers.cost_map()))
        if not near.startswith(" Did"):  # the first dozen of thousands of names would help nobody
            near = f" Simulated are {', '.join(SIMULATED)}."
        raise UsageError(f"{_shown(name)} is not a model that litellm lists: write provider/model.{near}")
    if provider not in providers.NEEDS and not _listed(provider):
        raise UsageError(
            f"{_shown(name)} names the unknown provider {_shown(provider)}."
            f"{_nearest(provider, (*providers.NEEDS, 'sim'))}"
        )
    return ModelInfo(name, real=True, provider=provider)


def check(name: str, environ: Mapping[str, str], api_base: str = "") -> None:
    """Make sure, before a run starts, that ``name`` is a model and has its key in ``environ``.

    An own server at ``api_base`` may do without a key. Raises ``UsageError`` that names the nearest model or
    the missing variable. Imports no litellm.
    """
    info = resolve(name)
    if not info.real or info.provider not in providers.NEEDS or api_base:
        return
    lacking = providers.missing(info.provider, environ)
    if lacking is not None:
        others = f" (or {' or '.join(lacking.alternatives[:2])})" if lacking.alternatives else ""
        raise UsageError(
            f"{name} needs {lacking.variable}{others}: set it in the environment or in a .env file here, "
            f"or use a simulated model such as {DEFAULT}."
        )


def priced(name: str) -> bool:
    """Whether somebody lists a price for this very model. Raises ``UsageError`` as ``resolve`` does."""
    info = resolve(name)
    return listed(name) if info.real else info.price is not None


def create(
    name: str,
    *,
    seed: int,
    sleep: Callable[[float], Awaitable[object]],
    environ: Mapping[str, str] | None = None,
    calls: CallConfig = USUAL,
) -> Model:
    """Make the model of that name.

    ``sleep`` (the run clock's) is for simulated models; ``environ`` holds the keys for real ones (default:
    the environment and ``.env``), and ``calls`` says how they are called. Raises ``UsageError`` as ``check``
    does.
    """
    info = resolve(name)
    if not info.real:
        from engine.models.simulated.model import SimulatedModel

        return SimulatedModel(name, seed, sleep)
    from engine.models.lite import LiteModel

    settings = environment() if environ is None else environ
    check(name, settings, calls.api_base)
    return LiteModel(name, settings, calls, seed=seed)


def _listed(provider: str) -> bool:
    return any(entry.get("litellm_provider") == provider for entry in providers.cost_map().values())


def _nearest(word: str, known: tuple[str, ...]) -> str:
    from tasks.errors import nearest

    return nearest(word, known)


def _shown(word: str) -> str:
    from tasks.errors import quoted

    return quoted(word)
