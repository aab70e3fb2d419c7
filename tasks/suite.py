"""Finding and loading suites, whatever form they have."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tasks import synthetic
from tasks.errors import SuiteError, UnknownSuiteError, nearest, quoted
from tasks.loader_json import STRUCTURE as PUBLISHED
from tasks.loader_json import read_published
from tasks.loader_toml import FILE, read_pool, structure_names
from tasks.model import Suite
from tasks.pool import Pool

_HERE = Path(__file__).resolve().parent


@lru_cache(maxsize=1)
def shipped() -> tuple[str, ...]:
    """Return the names of the suites that come with teamtop, sorted."""
    return tuple(sorted(path.parent.name for path in _HERE.glob(f"*/{FILE}")))


def structures(ref: str) -> tuple[str, ...]:
    """Return the structures of a suite, in their order. Raises ``SuiteError``."""
    if ref.startswith(synthetic.PREFIX):
        synthetic.parse(ref)
        return (synthetic.STRUCTURE,)
    return _shipped_structures(ref) if ref in shipped() else _structures(ref)


@lru_cache(maxsize=8)  # a sweep asks for each of its thousands of cells
def _shipped_structures(name: str) -> tuple[str, ...]:
    return _structures(name)


def _structures(ref: str) -> tuple[str, ...]:
    path, shown = _find(ref)
    return (PUBLISHED,) if path.suffix == ".json" else structure_names(path, shown)


def address(ref: str) -> str:
    """Return what names the same suite from any folder: a path becomes absolute, other names stay."""
    if ref in shipped() or ref.startswith(synthetic.PREFIX):
        return ref
    try:
        return str(Path(ref).resolve()) if Path(ref).exists() else ref
    except (OSError, ValueError, RuntimeError):
        return ref  # no file is called that, as loading it will say


def load(ref: str, structure: str | None = None) -> Suite:
    """Load a suite in one structure: "mixed" if it has that, else its first, if ``structure`` is None.

    ``ref`` is the name of a shipped suite, a path to a suite's folder or its ``suite.toml``, a path to a
    suite in the published JSON form, or ``synthetic:tasks=…,p=…[,width=…]``. Raises ``SuiteError``;
    ``UnknownSuiteError`` if ``ref`` or ``structure`` names nothing.
    """
    if ref.startswith(synthetic.PREFIX):
        _only(synthetic.STRUCTURE, structure)
        return synthetic.generate(ref)
    path, shown = _find(ref)
    if path.suffix == ".json":
        _only(PUBLISHED, structure)
        return read_published(path, shown, taken=shipped())
    return _shipped_suite(ref, structure) if ref in shipped() else pool(ref).suite(structure)


@lru_cache(maxsize=64)  # a sweep asks for the same few hundreds of times, and what ships does not change
def _shipped_suite(name: str, structure: str | None) -> Suite:
    return pool(name).suite(structure)


def pool(ref: str) -> Pool:
    """Load all tasks of a suite in the TOML form, of whatever structure. Raises ``SuiteError``."""
    return _shipped_pool(ref) if ref in shipped() else _pool(ref)


@lru_cache(maxsize=8)
def _shipped_pool(name: str) -> Pool:
    return _pool(name)


def _pool(ref: str) -> Pool:
    path, shown = _find(ref)
    found = read_pool(path, shown)
    if found.name in shipped() and path.resolve() != _HERE / found.name:
        # Tables of verdicts and saved baselines go by the name.
        raise SuiteError(
            f"{shown}, name: {found.name} is a suite that comes with teamtop; choose another name."
        )
    return found


def folder(name: str) -> Path:
    """Return the folder of a shipped suite. Raises ``UnknownSuiteError``."""
    if name not in shipped():
        raise UnknownSuiteError(
            f"No suite that comes with teamtop is called {quoted(name)}.{nearest(name, shipped())}"
        )
    return _HERE / name


def _only(own: str, structure: str | None) -> None:
    if structure not in {None, own}:
        raise UnknownSuiteError(
            f"This suite has no structure {quoted(structure)}.{nearest(structure or '', (own,))}"
        )


def _find(ref: str) -> tuple[Path, str]:
    """Return where a suite is (folder with ``suite.toml``, or JSON file) and how errors name its file."""
    if ref in shipped():
        return _HERE / ref, f"{ref}/{FILE}"
    path = Path(ref)
    try:
        if path.name == FILE:
            return path.parent, ref
        if path.suffix == ".json":
            return path, ref
        if ref and path.is_dir():
            return path, str(path / FILE)
    except ValueError:
        pass  # a NUL byte: no file is called that
    raise UnknownSuiteError(
        f"There is no suite {quoted(ref)}; name one, or the path of a suite.{nearest(ref, shipped())}"
    )
