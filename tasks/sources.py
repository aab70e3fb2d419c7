"""Reading the files of a suite (bounded, regular, UTF-8, inside its folder), and paths in a workspace."""

from __future__ import annotations

import re
import sys
from pathlib import Path, PurePosixPath

from tasks.errors import SuiteError, quoted

# Bounds what a suite can make us read into memory per file; the largest shipped file has 40 kB.
MAX_FILE_BYTES = 4_000_000
# Bounds file names; common file systems allow 255 bytes per component.
MAX_PATH_CHARACTERS = 200

# Files that steer Python or pytest: agents may never write them, so no task can ask for them.
STEERING_FILES = frozenset(
    {
        "conftest.py",
        "pytest.ini",
        ".pytest.ini",
        "pyproject.toml",
        "setup.cfg",
        "tox.ini",
        "sitecustomize.py",
        "usercustomize.py",
    }
)
# Modules that a file in the workspace root would hide from the tests.
TAKEN_MODULES = sys.stdlib_module_names | {
    "pytest",
    "_pytest",
    "pluggy",
    "iniconfig",
    "packaging",
    "pygments",
}


def read_source(path: Path, shown: str, key: str = "", *, within: Path | None = None) -> str:
    """Read a file of a suite as text, newlines as they are.

    ``shown`` and ``key`` say in the error which file is meant and which key names it. ``within`` is the
    folder that the file must really lie in, symbolic links followed. Raises ``SuiteError``.
    """
    place = f"{shown}, {key}" if key else shown
    try:
        real = path.resolve(strict=True)
        if within is not None and not real.is_relative_to(within.resolve()):
            raise SuiteError(
                f"{place}: {quoted(path.name)} leads out of the suite's folder; put a copy inside it."
            )
        if not real.is_file():
            raise SuiteError(f"{place}: {quoted(path.name)} is not a regular file; put a text file there.")
        if real.stat().st_size > MAX_FILE_BYTES:
            limit = f"{MAX_FILE_BYTES // 1_000_000} MB"
            raise SuiteError(f"{place}: {quoted(path.name)} is larger than {limit}; make it smaller.")
        data = real.read_bytes()
    except FileNotFoundError:
        raise SuiteError(
            f"{place}: there is no file {quoted(path.name)}; add it or correct the name."
        ) from None
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SuiteError(
            f"{place}: {quoted(path.name)} cannot be read ({reason}); mend its access."
        ) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SuiteError(
            f"{place}: {quoted(path.name)} is not UTF-8 (line {line}, byte {error.start}); save it as UTF-8."
        ) from None


def path_defect(path: str) -> str:
    """Say what is wrong with a workspace path, with the mend; empty if it is good.

    Good are relative POSIX paths of a file inside the workspace that agents may write.
    """
    example = 'give a relative path inside it, like "mean.py"'
    if not path or len(path) > MAX_PATH_CHARACTERS:
        return f"{quoted(path)} is no file name; {example}"
    if not path.isprintable() or "\\" in path:
        return f"{quoted(path)} has a character that a path may not have here; use / and printable ones"
    parts = path.split("/")
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path) or ".." in parts:
        return f"{quoted(path)} leaves the workspace; {example}"
    if "" in parts or "." in parts:
        return f"{quoted(path)} is not in its shortest form; {example}"
    name = parts[-1]
    if name in STEERING_FILES or name.endswith(".pth") or ".git" in parts:
        return f"{quoted(path)} steers Python, pytest or git, so agents may not write it; choose another"
    return ""


def hidden_module(path: str) -> str:
    """Return the module (standard library, pytest) that this file would hide from tests; empty for none."""
    top = PurePosixPath(path).parts[0]
    module = top.removesuffix(".py")
    return module if module in TAKEN_MODULES and (top.endswith(".py") or "/" in path) else ""
