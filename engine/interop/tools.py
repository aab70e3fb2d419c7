"""What the tools of other engines' agents do, told by their names, arguments and results."""

from __future__ import annotations

import re
from typing import Literal

from engine.interop.loose import Object, name

RUNS_TESTS = re.compile(
    r"\b(pytest|unittest|tox|nox|jest|vitest|mocha|rspec|phpunit|ctest|"
    r"(?:go|cargo|npm|pnpm|yarn|bun|dotnet|mvn|gradle|make|just|swift|mix|deno)\s+(?:run\s+)?test)\b"
)
"""Commands that are taken for a run of tests."""

OUTPUT_MAX = 20_000
"""Characters kept of what a command printed."""

_WRITES = re.compile(
    r"^(write|edit|create|update|append|str_?replace|apply_?patch|save|multi_?edit|text_editor)"
    r"(_?(to_)?(text_)?(file|editor|based_edit_tool|notebook|code))?$",
    re.IGNORECASE,
)
"""Names of tools that write a file, if their arguments name one."""

_TESTS = re.compile(r"(^|_)(run_?)?(unit_?)?(tests?|pytest)$", re.IGNORECASE)
_PASSED = re.compile(r"\b\d+ passed\b|(?:exit|return)[ _]?code:? 0\b", re.IGNORECASE)
_FAILED = re.compile(r"\b\d+ (?:failed|errors?)\b|(?:exit|return)[ _]?code:? -?[1-9]\d*", re.IGNORECASE)


def written(tool: str, given: Object) -> tuple[str, str | None]:
    """The path that a call of ``tool`` with the arguments ``given`` writes (empty: none), and the whole of
    the file afterwards where the call says it."""
    if not _WRITES.match(tool.rpartition(".")[2]) or name(given, "command") == "view":
        return "", None
    path = name(given, "file_path", "path", "filename", "file", "target_file", "notebook_path")
    content = given.get("content", given.get("file_text")) if not _partial(tool, given) else None
    return path, content if isinstance(content, str) else None


def _partial(tool: str, given: Object) -> bool:
    return "append" in tool.casefold() or "old_str" in given or "old_string" in given


def runs_tests(tool: str, given: Object) -> bool:
    """Whether the call is a run of tests: by the tool's name, or by the command that a shell is given."""
    if _TESTS.search(tool):
        return True
    return RUNS_TESTS.search(name(given, "command", "cmd", "code", "input")) is not None


def verdict_of(printed: str) -> Literal["passed", "failed"] | None:
    """How tests ended, by what they printed; null if that does not tell."""
    if _FAILED.search(printed):
        return "failed"
    return "passed" if _PASSED.search(printed) else None
