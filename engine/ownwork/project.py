"""What a project's folder holds: the files that agents are to work on, and its tests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.errors import TeamtopError, UsageError
from engine.record.clean import clean_line
from engine.world.workspace import MAX_FILE_BYTES
from tasks.loader_toml import START_FILES_MAX
from tasks.sources import STEERING_FILES, hidden_module, path_defect

TESTS_FOLDERS = ("tests", "test")
"""Where projects keep their tests; test files elsewhere are found, too."""

SKIPPED = frozenset({"venv", "env", "node_modules", "__pycache__", "build", "dist", "site-packages", "runs"})
"""Folders that hold no source of the project; those that begin with a dot are none either."""

TOTAL_MAX = 8 << 20
"""Bytes of all files together: each run's journal begins with them."""

WALKED_MAX = 50_000
"""Files looked at, so that a wrong folder ends with a sentence."""


@dataclass(frozen=True, slots=True)
class Project:
    """``source`` and ``tests`` by path: below the folder, and below its tests folder.

    ``left_out`` says of files that could not be taken why.
    """

    name: str
    source: dict[str, str]
    tests: dict[str, str]
    left_out: tuple[str, ...]

    @property
    def test_files(self) -> list[str]:
        """The tests that pytest would find."""
        return [path for path in self.tests if is_test(path)]


def is_test(path: str) -> bool:
    """Whether pytest takes a file of that name for tests."""
    name = PurePosixPath(path).name
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def scan(folder: Path, without: Path) -> Project:
    """Read the project at ``folder``, but for ``without``. Raises ``UsageError`` or ``TeamtopError``."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: give the one that holds your project.")
    source: dict[str, str] = {}
    tests: dict[str, str] = {}
    left_out: list[str] = []
    for path in _walk(folder, without):
        name = path.relative_to(folder).as_posix()
        top, _, rest = name.partition("/")
        tested = top in TESTS_FOLDERS and rest
        if not tested and not name.endswith(".py") and "/" not in name:
            continue  # a README, a licence: no task is about it
        if not tested and PurePosixPath(name).name in STEERING_FILES:
            continue  # agents may not change it, and tests of runs do not read it
        text, why = _read(path)
        if not why and not tested and not is_test(name):
            module = hidden_module(name)
            why = path_defect(name) or (f"it would hide the module {module} from tests" if module else "")
        if why or text is None:
            left_out.append(f"{clean_line(name)}: {why}")
        elif tested or is_test(name):
            tests.setdefault(rest if tested else name, text)
        else:
            source[name] = text
    code = {name.partition("/")[0] for name in source if name.endswith(".py")}
    source = {name: text for name, text in source.items() if name.partition("/")[0] in code}
    if len(source) > START_FILES_MAX or sum(map(len, source.values())) > TOTAL_MAX:
        raise TeamtopError(
            f"{folder} holds more than {START_FILES_MAX:,} files or {TOTAL_MAX >> 20} MiB: give the folder "
            "of one package with its tests."
        )
    return Project(folder.resolve().name, source, tests, tuple(left_out))


def _walk(folder: Path, without: Path) -> list[Path]:
    found: list[Path] = []
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED
            and not name.startswith(".")
            and not name.endswith((".egg-info", ".dist-info"))
            and (Path(where) / name).resolve() != without.resolve()
            and not (Path(where) / name / "suite.toml").exists()
        )
        found += [Path(where) / name for name in sorted(files) if not name.startswith(".")]
        if len(found) > WALKED_MAX:
            raise TeamtopError(f"{folder} holds more than {WALKED_MAX:,} files: give a project's own folder.")
    return found


def _read(path: Path) -> tuple[str | None, str]:
    """The text of a file, or why it is not taken."""
    try:
        if path.is_symlink() or not path.is_file():
            return None, "it is no plain file"
        if path.stat().st_size > MAX_FILE_BYTES:
            return None, f"it is larger than {MAX_FILE_BYTES >> 20} MiB"
        return path.read_bytes().decode(), ""
    except UnicodeDecodeError:
        return None, "it is no text in UTF-8"
    except OSError as error:
        return None, error.strerror or str(error)
