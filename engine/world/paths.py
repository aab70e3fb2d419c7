"""Which paths an agent may name, and which it may write.

Every path an agent gives passes here first, before it is looked up, journalled or touched: what comes out is
relative, normalised and the same file on every file system. Links are not followed anywhere (see ``stores``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from fnmatch import translate
from typing import Literal, TypeAlias

PathRefusal: TypeAlias = Literal["path", "protected", "limit", "malformed"]
"""Words of ``engine.record.events.Refusal`` that concern files."""

MAX_COMPONENT_BYTES = 255
"""Longest name that Linux and macOS file systems take, in UTF-8."""
MAX_PATH_CHARACTERS = 1024
"""Longest path: PATH_MAX of macOS, the smaller one, and 4 kB in UTF-8 still fit Linux."""

STAGING_PREFIX = ".teamtop-"
"""Names that the store uses for files on their way to disk; no agent may use them."""

_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"))
)
_FORBIDDEN = frozenset('<>:"|?*\\')
_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))

_PROTECTED_ROOTS = ("tests", "pytest", "_pytest", "pluggy", "iniconfig", "sitecustomize", "usercustomize")
"""Top folders and modules that hold the tests or would stand in for what runs them."""
_PROTECTED_FOLDERS = (".git", ".hg", ".svn", "__pycache__", "*.dist-info", "*.egg-info")
"""Folders, at any depth, that tools act on: hooks, cached bytecode, plugin entry points."""
_PROTECTED_NAMES = (
    "conftest.py",
    "test_*.py",
    "*_test.py",
    "pytest.ini",
    ".pytest.ini",
    "pytest.toml",
    ".pytest.toml",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "sitecustomize.py",
    "usercustomize.py",
    "*.pth",
    "*.pyc",
    "pyvenv.cfg",
    STAGING_PREFIX + "*",
)
"""File names, at any depth, that decide which tests run and how."""
_FOLDER, _NAME = (
    re.compile("|".join(map(translate, patterns))) for patterns in (_PROTECTED_FOLDERS, _PROTECTED_NAMES)
)


class PathRefused(Exception):  # noqa: N818 - an answer to the agent, not an error of the engine
    """An agent may not do this with this path; ``sentence`` tells it why, ``reason`` is the word for it."""

    def __init__(self, reason: PathRefusal, sentence: str) -> None:
        super().__init__(sentence)
        self.reason: PathRefusal = reason
        self.sentence = sentence


def plain_path(raw: str) -> str:
    """The normalised form of a path that stays inside the workspace: relative, POSIX, NFC.

    Outer blanks, ``./`` and doubled slashes are mended. Raises ``PathRefused`` with reason ``path``.
    """
    path = raw.strip()
    if not path:
        raise _refused("The path is empty")
    if len(path) > MAX_PATH_CHARACTERS:
        raise _refused(f"The path has {len(path)} characters, more than {MAX_PATH_CHARACTERS}")
    for character in path:
        if character in _FORBIDDEN or unicodedata.category(character) in _UNPRINTABLE:
            raise _refused(f"The path holds the character {character!a}")
    path = unicodedata.normalize("NFC", path)
    if path.startswith("/"):
        raise _refused("The path is absolute")
    if path.endswith(("/", "/.")):
        raise _refused("The path names a folder")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts:
        raise _refused("The path names a folder")
    for part in parts:
        _check_part(part)
    return "/".join(parts)


def _check_part(part: str) -> None:
    if part == "..":
        raise _refused('The path leaves the workspace with ".."')
    if part.startswith("~"):
        raise _refused('The path holds a part that begins with "~"')
    if part != part.strip() or part.endswith("."):
        raise _refused("A part of the path begins or ends with a blank or ends with a dot")
    if len(part.encode()) > MAX_COMPONENT_BYTES:
        raise _refused(f"A part of the path is longer than {MAX_COMPONENT_BYTES} bytes")
    if part.split(".", 1)[0].rstrip().casefold() in _DEVICES:
        raise _refused("A part of the path is the name of a device")


def _refused(what: str) -> PathRefused:
    return PathRefused("path", f"{what}: give a relative path of a file in the workspace, like add.py.")


def clean_path(raw: str, protected: Collection[str] = ()) -> str:
    """The normalised form of a path that an agent may write.

    ``protected`` are the suite's own paths (tests, support files), each as ``folded`` gives it. Raises
    ``PathRefused`` with reason ``path`` or ``protected``.
    """
    path = plain_path(raw)
    if folded(path) in protected or is_protected(path):
        raise PathRefused(
            "protected", f"{path} belongs to the tests or to the project's set-up and cannot be changed."
        )
    return path


def is_protected(path: str) -> bool:
    """True if the normalised ``path`` holds tests or decides how they run; upper case makes no difference."""
    *folders, name = folded(path).split("/")
    root = folders[0] if folders else name.removesuffix(".py")
    return (
        root in _PROTECTED_ROOTS
        or any(_FOLDER.match(part) for part in (*folders, name))
        or _NAME.match(name) is not None
    )


def folded(path: str) -> str:
    """What two paths have in common if some file system takes them for the same file."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())
