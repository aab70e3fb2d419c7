"""The folder of one test run: a snapshot of the workspace, with the pristine tests laid over it.

run/work/          the working directory: the snapshot, support files
run/work/tests/    the pristine tests; what the snapshot holds there is left out
run/home/ run/tmp/ the run's HOME and TMPDIR
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

TESTS = "tests"
"""The folder of the pristine tests, in the working directory."""

_FIXED_TIME = 1_000_000_000
"""Modification time of pristine files (seconds): always the same, so that their bytecode stays valid."""


class UnplaceableError(ValueError):
    """A path that cannot be laid out: it leaves the folder, or collides with another path."""


def protected(support: Mapping[str, str], tests: Mapping[str, str]) -> dict[str, bytes]:
    """What agents cannot change, by path in the working directory."""
    texts = {**support, **{f"{TESTS}/{path}": text for path, text in tests.items()}}
    return {path: _encode(text) for path, text in texts.items()}


def lay_out(run: Path, files: Mapping[str, str], fixed: Mapping[str, bytes]) -> Path:
    """Write a run's folder; ``fixed`` wins over ``files``. Returns the working directory.

    Raises ``UnplaceableError``, or ``OSError`` if the disk refuses.
    """
    work = run / "work"
    for folder in (run, work, run / "home", run / "tmp"):
        folder.mkdir(mode=0o700)
    owned = {part for path in fixed for part in _with_parents(path)}
    made = {work}
    contents = {path: _encode(text) for path, text in files.items() if not _shadows(path, fixed, owned)}
    for path, content in (contents | dict(fixed)).items():
        target = work / _checked(path)
        if target.parent not in made:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise UnplaceableError(f"{path} needs a folder where a file is") from error
            made.add(target.parent)
        try:
            target.write_bytes(content)
        except IsADirectoryError as error:
            raise UnplaceableError(f"{path} is a file and a folder") from error
        if path in fixed:
            os.utime(target, (_FIXED_TIME, _FIXED_TIME))
    return work


def compiled(work: Path) -> dict[str, bytes]:
    """The bytecode of tests that a run left behind, by path in the working directory."""
    return {
        path.relative_to(work).as_posix(): path.read_bytes()
        for path in (work / TESTS).rglob("__pycache__/*.pyc")
    }


def changed(work: Path, fixed: Mapping[str, bytes]) -> list[str]:
    """The paths of ``fixed`` that no longer hold what was laid out."""
    return [path for path, content in fixed.items() if not _holds(work / path, content)]


def remove(run: Path) -> None:
    """Delete a run's folder, also where agents' code took permissions away. Never raises."""
    shutil.rmtree(run, ignore_errors=True)
    if run.exists():
        _permit(run)
        for folder, folders, _ in os.walk(run):  # looks into a folder after it was permitted here
            for name in folders:
                _permit(Path(folder) / name)
        shutil.rmtree(run, ignore_errors=True)


def _permit(folder: Path) -> None:
    if not folder.is_symlink():
        with contextlib.suppress(OSError):
            folder.chmod(stat.S_IRWXU)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # never raises; what is no text fails in the tests


def _holds(path: Path, content: bytes) -> bool:
    try:
        return not path.is_symlink() and path.read_bytes() == content
    except OSError:
        return False


def _shadows(path: str, fixed: Mapping[str, bytes], owned: Iterable[str]) -> bool:
    """Whether a snapshot's ``path`` is where the pristine tests or support files are."""
    parts = _with_parents(path)
    # Some file systems do not tell "Tests" from "tests".
    return parts[0].casefold() == TESTS or path in owned or any(part in fixed for part in parts)


def _with_parents(path: str) -> list[str]:
    """``a``, ``a/b``, ``a/b/c`` for ``a/b/c``."""
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _checked(path: str) -> PurePosixPath:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or "\0" in path:
        raise UnplaceableError(f"{path!r} is not a path inside the workspace")
    return pure
