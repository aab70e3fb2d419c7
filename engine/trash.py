"""Deleted runs: moved to ``.trash`` in their runs folder, from where they can be brought back.

``.trash/<n>/<run-id>``: the number tells which was deleted last and keeps runs of one name apart. Only
``remove`` ever takes anything from there, and only what is below such a number.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from engine.errors import TeamtopError
from engine.record.folder import RunFolder

NAME = ".trash"
"""Lists of runs pass over folders that begin with a dot."""

NUMBERS_MAX = 1_000_000
"""Deleted runs that a trash numbers."""


def discard(folder: RunFolder, *, sample: bool) -> Path:
    """Move the run to the trash and return where it is now. Raises ``TeamtopError`` if it stays.

    Samples, running runs and folders that are no runs are refused. ``run.lock`` is held meanwhile, so that
    nobody resumes the run at that moment.
    """
    if sample:
        raise TeamtopError(f"{folder.run_id} ships with teamtop: samples are not deleted.")
    if not folder.exists():
        raise TeamtopError(f"{folder.path} has no run.json: it is no run, so teamtop does not delete it.")
    if (pid := folder.alive()) is not None:
        raise TeamtopError(f"{folder.run_id} is run by process {pid}: stop it before you delete it.")
    try:
        # an engine refuses a lock that is a link, so nobody can resume such a run meanwhile
        lock = None if folder.lock_path.is_symlink() else folder.hold()
        try:
            place = _place(folder.path.parent / NAME) / folder.run_id
            folder.path.rename(place)
        finally:
            if lock is not None:
                lock.release()
    except OSError as error:
        raise TeamtopError(
            f"{folder.path} cannot be moved to the trash: {error.strerror or error}."
        ) from None
    return place


def restore(place: Path) -> RunFolder:
    """Bring a run back from where ``discard`` put it. Raises ``TeamtopError`` if its name is taken."""
    home = place.parents[2] / place.name
    if home.exists() or home.is_symlink():
        raise TeamtopError(f"{home} is there again: move it away, or move {place} yourself.")
    try:
        place.rename(home)
        place.parent.rmdir()
    except OSError as error:
        raise TeamtopError(f"{place} cannot be brought back: {error.strerror or error}.") from None
    return RunFolder(home)


def remove(place: Path) -> None:
    """Delete a run of the trash for good. Raises ``TeamtopError`` if it, or some of it, stays.

    Only folders below a number in a ``.trash`` are, and no link is followed.
    """
    number, trash = place.parent, place.parents[1]
    links = any(path.is_symlink() for path in (place, number, trash))
    if links or trash.name != NAME or not number.name.isdecimal():
        raise TeamtopError(f"{place} is not in a trash of teamtop: it stays.")
    if (pid := RunFolder(place).alive()) is not None:
        raise TeamtopError(f"{place} is run by process {pid}: it stays.")
    try:
        shutil.rmtree(place)
        number.rmdir()
    except OSError as error:
        raise TeamtopError(f"{place} cannot be deleted: {error.strerror or error}.") from None


def last(dirs: Sequence[Path]) -> Path | None:
    """The run that was deleted last from any of ``dirs``, where it lies now; null if the trash is empty."""
    return next(iter(listing(dirs)), None)


def listing(dirs: Sequence[Path]) -> list[Path]:
    """Where the deleted runs of ``dirs`` lie, the latest first."""
    found: list[tuple[int, int, Path]] = []
    for directory in dirs:
        for number in _numbered(directory / NAME):
            try:
                runs = [path for path in number.iterdir() if path.is_dir()]
                found += [(number.stat().st_mtime_ns, int(number.name), path) for path in runs]
            except OSError:
                continue
    return [path for _, _, path in sorted(found, reverse=True)]


def _numbered(trash: Path) -> list[Path]:
    try:
        return [path for path in trash.iterdir() if path.name.isdecimal() and path.is_dir()]
    except OSError:
        return []


def _place(trash: Path) -> Path:
    """A new numbered folder. Raises ``OSError``."""
    trash.mkdir(exist_ok=True)
    first = max((int(path.name) for path in _numbered(trash)), default=0) + 1
    for number in range(first, first + NUMBERS_MAX):
        place = trash / f"{number}"
        try:
            place.mkdir()
        except FileExistsError:  # another teamtop was faster
            continue
        return place
    raise OSError("the trash is full")
