"""Which saved runs a command is about: ids, beginnings of ids, patterns, folders, plans of sweeps, filters.

Words that name runs add them, filters (``model:gemini``, ``agents:2..5``, ``#tag``) take away what does not
fit; filters of one field are alternatives.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UsageError
from engine.record.folder import RunFolder
from engine.rows import RunRow
from engine.store import RunsStore

FILTERS = ("suite", "structure", "strategy", "model", "agents", "status", "source", "seed", "tag")
"""Fields of a filter, as in ``structure:mixed``."""

_RANGE = re.compile(r"(\d{1,6})(?:\.\.(\d{1,6}))?")
_FILTER = re.compile(r"([a-z]+):(.+)", re.S)
_PATTERN = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Selection:
    """``rows`` by run id, each once; ``found`` how many there were before the filters."""

    rows: list[RunRow]
    found: int


Cells = Callable[[Path], Sequence[str]]
"""The run ids of a sweep's plan."""


def select(words: Sequence[str], runs_dir: Path, cells_of: Cells) -> Selection:
    """Choose saved runs; without a word that names some, all in ``runs_dir`` (the samples only by name).

    Raises ``UsageError`` for a word that names none, or if no run is left.
    """
    store = RunsStore([runs_dir])
    folders: dict[str, RunFolder] = {}
    tests: dict[str, list[str]] = {}
    names = [word for word in words if not _is_filter(word, tests)]
    for word in names:
        named = _named(word, store, cells_of)
        if not named:
            raise UsageError(_nothing(word, runs_dir))
        folders |= {str(folder.path): folder for folder in named}
    if not names:
        chosen = [row for folder in store.folders() if not (row := store.row(folder)).sample]
    else:
        chosen = [store.row(folder) for folder in folders.values()]
    rows = [row for row in chosen if all(_any(row, key, values) for key, values in tests.items())]
    if not rows:
        raise UsageError(
            f"None of {len(chosen)} runs fits the filters."
            if chosen
            else f"No run is saved in {runs_dir}: `teamtop run` makes one."
        )
    return Selection(sorted(rows, key=lambda row: row.run_id), len(chosen))


def _is_filter(word: str, tests: dict[str, list[str]]) -> bool:
    from tasks.errors import nearest, quoted

    if word.startswith("#") and len(word) > 1:
        tests.setdefault("tag", []).append(word[1:])
        return True
    match = _FILTER.fullmatch(word)
    if match is None or "/" in match[1]:
        return False
    if match[1] not in FILTERS:
        raise UsageError(f"{quoted(word)} filters by no known field.{nearest(match[1], FILTERS)}")
    values = [part.strip() for part in match[2].split(",") if part.strip()]
    if match[1] in ("agents", "seed"):
        for value in values:
            if _RANGE.fullmatch(value) is None:
                raise UsageError(f"{quoted(word)}: write numbers, as in {match[1]}:1,2 or {match[1]}:2..5.")
    tests.setdefault(match[1], []).extend(values)
    return True


def _any(row: RunRow, key: str, values: Sequence[str]) -> bool:
    if key in ("agents", "seed"):
        number = row.agents if key == "agents" else row.seed
        return number is not None and any(_within(number, value) for value in values)
    if key == "tag":
        return any(value.casefold() in row.tags for value in values)
    text = str(getattr(row, key)).casefold()
    if key in ("structure", "status", "strategy"):
        return text in {value.casefold() for value in values}
    return any(value.casefold() in text for value in values)


def _within(number: int, text: str) -> bool:
    match = _RANGE.fullmatch(text)
    assert match is not None, "checked when the filter was read"
    low = int(match[1])
    return low <= number <= int(match[2] or low)


def _named(word: str, store: RunsStore, cells_of: Cells) -> list[RunFolder]:
    path = Path(word).expanduser()
    try:
        if path.is_file() and path.suffix == ".toml":
            ids = set(cells_of(path))
            return [folder for folder in store.folders() if folder.run_id in ids]
        if path.is_dir() and not (path / "run.json").exists():
            return _of(path) if _holds_runs(path) else []
        if path.is_dir() or ("/" in word and not _PATTERN & set(word)):
            return [store.find(word)]
    except (OSError, ValueError):
        return []
    folders = store.folders()
    if _PATTERN & set(word):
        pattern = word.rsplit("/", 1)[-1]
        if "/" in word:
            parent = Path(word.rsplit("/", 1)[0]).expanduser()
            folders = _of(parent) if parent.is_dir() else []
        return [folder for folder in folders if fnmatch.fnmatchcase(folder.run_id, pattern)]
    exact = [folder for folder in folders if folder.run_id == word]
    return exact or [folder for folder in folders if word and folder.run_id.startswith(word)]


def _of(directory: Path) -> list[RunFolder]:
    """Runs in a folder, without the samples that every store holds."""
    return [RunFolder(path) for path in sorted(directory.iterdir()) if (path / "run.json").exists()]


def _holds_runs(path: Path) -> bool:
    return any((child / "run.json").exists() for child in path.iterdir())


def _nothing(word: str, runs_dir: Path) -> str:
    from tasks.errors import quoted

    return (
        f"No saved run is meant by {quoted(word)}: name a run, the beginning of its id, a pattern as in "
        f"'sweep-*', a folder of runs, a sweep's plan, or filter as in model:gemini. `teamtop list` shows "
        f"the runs in {runs_dir}."
    )
