"""Rehearsals on all cores, a few seeds of everything first, then more; kept from one plan to the next."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path

import msgspec

from engine import workers
from engine.advice.rehearsal import Part, Sample, rehearse
from engine.errors import TeamtopError
from engine.record.files import write_whole

FIRST_SEEDS = 2
"""Seeds of every team before any is refined: two show how much chance there is."""

Tell = Callable[[int, int], None]
"""Hears how many of how many rehearsals are over."""

Samples = dict[Part, dict[int, Sample | None]]
"""By team and seed; null where there can be no such team."""


def rehearse_all(
    parts: Sequence[Part], seeds: int, seconds: float, tell: Tell, kept: Samples | None = None
) -> Samples:
    """Rehearse every part with ``seeds`` seeds, or as many as fit into ``seconds`` (the first always do).

    ``kept`` are rehearsals of before, which are not played again. Raises ``TeamtopError`` if a process dies.
    """
    found: Samples = {part: dict((kept or {}).get(part, {})) for part in parts}
    todo = [(part, seed) for seed in range(seeds) for part in parts if seed not in found[part]]
    total, over = len(parts) * seeds, len(parts) * seeds - len(todo)
    tell(over, total)
    if not todo:
        return found
    deadline = time.monotonic() + seconds
    width = min(os.cpu_count() or 1, len(todo))
    pool = workers.pool(width)
    waiting: dict[Future[Sample | None], tuple[Part, int]] = {}
    queue = iter(todo)
    try:
        while True:
            while len(waiting) < 3 * width and (job := next(queue, None)) is not None:
                if job[1] >= FIRST_SEEDS and time.monotonic() >= deadline:
                    queue = iter(())
                    break
                waiting[pool.submit(rehearse, *job)] = job
            if not waiting:
                return found
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                part, seed = waiting.pop(future)
                found[part][seed] = future.result()
                over += 1
            tell(over, total)
    except RuntimeError as error:  # BrokenProcessPool is one
        raise TeamtopError(f"A process of the plan died ({error}); try again.") from None
    finally:
        workers.end(pool, at_once=bool(waiting))  # interrupted: nobody waits for what they are at


# ---------------------------------------------------------------- kept on the disk


class _Kept(msgspec.Struct):
    samples: list[tuple[Part, int, Sample | None]] = []


def cache_path(environ: Mapping[str, str], suite_hash: str, model: str) -> Path:
    """Where rehearsals are kept: a file per suite, model and state of the code below the user's cache
    folder.
    """
    base = environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base.startswith("/") else Path.home() / ".cache"
    key = hashlib.sha256(f"{suite_hash}\0{model}\0{_code()}".encode()).hexdigest()[:24]
    return root / "teamtop" / "plans" / f"{key}.json"


def load(path: Path) -> Samples:
    """What was rehearsed before; nothing if the file is missing or damaged."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    found: Samples = {}
    for part, seed, sample in kept.samples:
        found.setdefault(part, {})[seed] = sample
    return found


def save(path: Path, samples: Samples) -> None:
    """Keep rehearsals. A folder that cannot be written is no trouble: they are played again."""
    kept = _Kept([(part, seed, each) for part, by_seed in samples.items() for seed, each in by_seed.items()])
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, msgspec.json.encode(kept))


def _code() -> str:
    """Names the state of what a rehearsal runs: other code, other rehearsals."""
    root = Path(__file__).parents[1]
    files = [*root.rglob("*.py"), *root.rglob("*.json")]
    states = sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    return hashlib.sha256(repr(states).encode()).hexdigest()
