"""Crash reports: where the program failed, without anything that belongs to its user.

A report holds the type and message of each error in the chain and the lines of code that led there; no local
variables, no environment, no arguments. Whatever looks like a key is taken out.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

FRAMES_KEPT = 60
"""Frames per error: the ends of a recursion say as much as its middle."""

SECRET_MIN = 6
"""Shorter values of secret variables are not looked for: they would blot out ordinary words."""

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH", re.IGNORECASE)

_LOOKS_SECRET = re.compile(
    r"""(?ix)
    \b(?:sk|pk|rk|xai|gsk|hf|ghp|gho|AKIA|AIza)[-_]?[A-Za-z0-9_\-]{12,}   # prefixes that providers use
    | \bBearer\s+\S+
    | (?<=://)[^/\s:@]+:[^/\s@]+(?=@)                                      # user:password in an address
    | \b(?=[A-Za-z0-9_\-]*\d)(?=[A-Za-z0-9_\-]*[A-Za-z])[A-Za-z0-9_\-]{32,}\b
    """
)


def redact(text: str, environ: Mapping[str, str]) -> str:
    """Return ``text`` without values of ``environ`` that its names call secret, and without likely keys."""
    for name, value in environ.items():
        if len(value) >= SECRET_MIN and _SECRET_NAME.search(name):
            text = text.replace(value, "[removed]")
    return _LOOKS_SECRET.sub("[removed]", text)


def describe(error: BaseException, environ: Mapping[str, str]) -> str:
    """Return the report's text."""
    head = [
        f"teamtop crash report, {time.strftime('%Y-%m-%d %H:%M:%S %z')}",
        f"Python {platform.python_version()}, {platform.system()} {platform.release()}",
        f"command: {_command()}",
        "",
    ]
    for cause in _chain(error):
        frames = traceback.extract_tb(cause.__traceback__)
        if len(frames) > FRAMES_KEPT:
            half = FRAMES_KEPT // 2
            frames = traceback.StackSummary.from_list([*frames[:half], *frames[-half:]])
        head += [f"{type(cause).__name__}: {cause}", *(_frame(f) for f in frames), ""]
    return redact("\n".join(head), environ)


def write_report(error: BaseException) -> Path | None:
    """Write the report where only its user can read it, and return the file; null if that fails, too."""
    try:
        handle, name = tempfile.mkstemp(prefix="teamtop-crash-", suffix=".txt")  # mode 0600
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(describe(error, _environ()))
    except OSError:
        return None
    return Path(name)


def _environ() -> Mapping[str, str]:
    """The environment and the keys of a .env file here, which a model may have been called with."""
    from engine.models.environment import environment

    try:
        return environment()
    except Exception:  # whatever is wrong with the file must not hide what has crashed
        return os.environ


def _command() -> str:
    """The command and the names of its flags: values may hold anything."""
    words = sys.argv[1:]
    return " ".join(["teamtop", *words[:1], *(w.partition("=")[0] for w in words[1:] if w.startswith("-"))])


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _frame(frame: traceback.FrameSummary) -> str:
    return f"  {frame.filename}:{frame.lineno} in {frame.name}: {frame.line or ''}"
