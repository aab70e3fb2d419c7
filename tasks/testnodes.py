"""The test nodes of a test file, found in its syntax tree: no code of a suite runs while it is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef


def parse_tests(source: str) -> ast.Module:
    """Parse a test file. Raises ``SyntaxError``, with a line where there is one, for what is no Python."""
    try:
        return ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:
        # NUL bytes and monstrous nesting are reported by other exceptions, depending on the Python version.
        raise SyntaxError(str(error) or "nested too deeply") from None


def test_nodes(tree: ast.Module) -> dict[str, tuple[Function, tuple[ast.ClassDef, ...]]]:
    """Map node names (``function``, ``Class::function``) to the function and the classes around it, in order.

    Follows pytest's default naming: functions ``test*``, classes ``Test*`` without ``__init__``, subclasses
    of ``TestCase`` of any name; fixtures and tests that are marked to be skipped always are none.
    """
    return {
        "::".join((*(c.name for c in classes), f.name)): (f, classes) for f, classes in _walk(tree.body, ())
    }


def _walk(
    body: Sequence[ast.stmt], classes: tuple[ast.ClassDef, ...]
) -> Iterator[tuple[Function, tuple[ast.ClassDef, ...]]]:
    for statement in body:
        if isinstance(statement, Function):
            if statement.name.startswith("test") and not _excluded(statement):
                yield statement, classes
        elif isinstance(statement, ast.ClassDef):
            if _is_test_class(statement):
                yield from _walk(statement.body, (*classes, statement))
        else:
            # Definitions under if, try and with at the top level are collected too.
            for name in ("body", "orelse", "finalbody"):
                yield from _walk(getattr(statement, name, []), classes)


def _is_test_class(node: ast.ClassDef) -> bool:
    if any(dotted(base).split(".")[-1].endswith("TestCase") for base in node.bases):
        return True
    return (
        node.name.startswith("Test")
        and not _excluded(node)
        and not any(isinstance(s, Function) and s.name in {"__init__", "__new__"} for s in node.body)
    )


def _excluded(node: Function | ast.ClassDef) -> bool:
    return any(
        decorator_name(d) in {"pytest.fixture", "fixture", "pytest.mark.skip", "mark.skip"}
        for d in node.decorator_list
    )


def decorator_name(node: ast.expr) -> str:
    """Return the dotted name of a decorator, called or not; empty for any other expression."""
    return dotted(node.func if isinstance(node, ast.Call) else node)


def dotted(node: ast.expr) -> str:
    """Return ``a.b.c`` for a chain of names, else an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (head := dotted(node.value)):
        return f"{head}.{node.attr}"
    return ""
