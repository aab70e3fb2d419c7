"""Plausible mistakes in a Python function, as edits of its text.

Edits are cut from the source by the positions in its syntax tree, never printed from the tree: what
``ast.unparse`` prints differs between Python versions. For the same reason nothing inside an f-string is read
from the tree: its positions differ as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from tasks.cuts import Edit, Text

# Which mistake each operator invites.
_BOUNDARIES = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_CONDITIONS = {
    "==": "!=",
    "!=": "==",
    "is": "is not",
    "is not": "is",
    "in": "not in",
    "not in": "in",
}
_LOGIC = {"and": "or", "or": "and"}
_OPERATORS = {"+": "-", "-": "+", "*": "+", "/": "//", "//": "/", "%": "//", "**": "*"}
_ERRORS = {
    "ValueError": "TypeError",
    "TypeError": "ValueError",
    "KeyError": "ValueError",
    "OverflowError": "ValueError",
}
_FUNCTIONS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "sin": "cos",
    "cos": "sin",
    "floor": "ceil",
    "ceil": "floor",
    "abs": "float",
    "sorted": "list",
}
_METHODS = {
    "strip": "rstrip",
    "lower": "upper",
    "upper": "lower",
    "startswith": "endswith",
    "values": "keys",
}
# What is easily forgotten in the text of an f-string.
_TEXT_SLIPS = ((":g}", "}"), ("/>", ">"), (", ", ","), (",", " "), (" ", ""))
_PLACEHOLDER = re.compile(r"(?<!\{)\{[^{}]+\}(?!\})")


def edits(source: str) -> tuple[Edit, ...]:
    """Return every mistake this module knows for a source, in the order of their places.

    Raises ``SyntaxError`` if the source itself does not parse. Not every result needs to compile.
    """
    found = set(_Mistakes(source).all())
    return tuple(sorted(found, key=lambda e: (e.start, e.end, e.kind, e.text)))


class _Mistakes(Text):
    def all(self) -> Iterator[Edit]:
        for statement in self.tree.body:
            if isinstance(statement, ast.ImportFrom) and statement.module != "__future__":
                yield Edit("import", *self.whole_lines(statement), "")
            yield from self.visit(statement, looping=False)

    def visit(self, node: ast.AST, *, looping: bool) -> Iterator[Edit]:
        """Yield the mistakes in a node; ``looping`` is inside ``while``, where a wrong step may never end."""
        if looping and isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            return
        yield from self.here(node)
        if isinstance(node, ast.JoinedStr | ast.Raise):
            return
        if isinstance(node, ast.Call | ast.Expr) and _is_aside(node):
            return
        looping = looping or isinstance(node, ast.While)
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list", "type_params"}:
                continue
            if isinstance(node, ast.While) and name == "test":
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from self.visit(child, looping=looping)

    def here(self, node: ast.AST) -> Iterator[Edit]:
        """Yield the mistakes that a node itself offers."""
        if isinstance(node, ast.stmt):
            yield from self.statement(node)
        elif isinstance(node, ast.comprehension) and node.ifs:
            yield Edit("filter", self.span(node.iter)[1], self.span(node.ifs[-1])[1], "")
        elif isinstance(node, ast.Slice) and isinstance(node.upper, ast.Name):
            yield Edit("off by one", self.span(node.upper)[1], self.span(node.upper)[1], " - 1")
        elif isinstance(node, ast.expr):
            yield from self.operation(node)
            yield from self.primary(node)

    def statement(self, node: ast.stmt) -> Iterator[Edit]:
        match node:
            case ast.AugAssign():
                swaps = {f"{a}=": f"{b}=" for a, b in _OPERATORS.items()}
                yield from self.between("operator", node.target, node.value, swaps)
                yield from self.between("accumulation", node.target, node.value, dict.fromkeys(swaps, "="))
            case ast.If() | ast.For() if _only_guards([node]):
                kind = "check" if _raises(node) else "case"
                yield Edit(kind, *self.whole_lines(node), "")
            case ast.Raise(exc=ast.Call(func=ast.Name() as error)):
                yield Edit("error", *self.span(node), "return None")
                if error.id in _ERRORS:
                    yield Edit("error class", *self.span(error), _ERRORS[error.id])
            case ast.Return(value=ast.expr() as value):
                yield Edit("return", self.span(node)[0], self.span(value)[0], "")

    def operation(self, node: ast.expr) -> Iterator[Edit]:
        match node:
            case ast.Compare():
                yield from self.comparisons(node)
            case ast.BinOp():
                yield from self.between("operator", node.left, node.right, _OPERATORS)
                one = isinstance(node.right, ast.Constant) and node.right.value == 1
                if one and isinstance(node.op, ast.Add | ast.Sub):
                    yield Edit("off by one", self.span(node.left)[1], self.span(node)[1], "")
            case ast.BoolOp():
                yield from self.between("logic", node.values[0], node.values[1], _LOGIC)
            case ast.UnaryOp(op=ast.Not() | ast.USub()):
                yield Edit("logic", self.span(node)[0], self.span(node.operand)[0], "")
            case ast.IfExp():
                parts = self.text(node.orelse), self.text(node.test), self.text(node.body)
                yield Edit("logic", *self.span(node), f"{parts[0]} if {parts[1]} else {parts[2]}")

    def primary(self, node: ast.expr) -> Iterator[Edit]:
        match node:
            case ast.Constant():
                yield from self.constant(node)
            case ast.JoinedStr():
                yield from self.formatted(node)
            case ast.Call():
                yield from self.call(node)

    def comparisons(self, node: ast.Compare) -> Iterator[Edit]:
        operands = [node.left, *node.comparators]
        for left, right in pairwise(operands):
            yield from self.between("boundary", left, right, _BOUNDARIES)
            yield from self.between("condition", left, right, _CONDITIONS)

    def constant(self, node: ast.Constant) -> Iterator[Edit]:
        value, literal = node.value, self.text(node)
        if isinstance(value, bool):
            yield Edit("constant", *self.span(node), str(not value))
        elif isinstance(value, int):
            yield Edit("constant", *self.span(node), str(value + 1))
        elif isinstance(value, float):
            yield Edit("constant", *self.span(node), repr(value * 2 or 1.0))
        elif isinstance(value, str) and literal in {f'"{value}"', f"'{value}'"}:
            first = value[:1]
            slip = first.swapcase() + value[1:] if first.swapcase() != first else value[:-1]
            yield Edit("text", *self.span(node), literal[0] + (slip if value else " ") + literal[0])

    def formatted(self, node: ast.JoinedStr) -> Iterator[Edit]:
        start = self.span(node)[0]
        literal = self.text(node)
        places = list(_PLACEHOLDER.finditer(literal))
        for one, other in pairwise(places):
            if one[0] != other[0]:
                swapped = other[0] + literal[one.end() : other.start()] + one[0]
                yield Edit("swap", start + one.start(), start + other.end(), swapped)
        for slip, instead in _TEXT_SLIPS:
            place = literal.find(slip)
            if place >= 0:
                yield Edit("text", start + place, start + place + len(slip), instead)
                return

    def call(self, node: ast.Call) -> Iterator[Edit]:
        if isinstance(node.func, ast.Name):
            name, other_name = node.func.id, _FUNCTIONS.get(node.func.id)
        elif isinstance(node.func, ast.Attribute):
            name, other_name = node.func.attr, (_FUNCTIONS | _METHODS).get(node.func.attr)
        else:
            return
        end = self.span(node.func)[1]
        if other_name:
            yield Edit("function", end - len(name), end, other_name)
        if name == "len":
            yield Edit("off by one", self.span(node)[1], self.span(node)[1], " - 1")
        if name not in {"isinstance", "range", "len"} and len(node.args) >= 2:
            one, other = node.args[:2]
            if not isinstance(one, ast.Starred) and not isinstance(other, ast.Starred):
                between = self.source[self.span(one)[1] : self.span(other)[0]]
                swapped = self.text(other) + between + self.text(one)
                yield Edit("swap", self.span(one)[0], self.span(other)[1], swapped)


def _is_aside(node: ast.Call | ast.Expr) -> bool:
    """Say whether a node holds no behaviour worth a mistake: docstrings, checks of types."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node.func, ast.Name) and node.func.id == "isinstance"


def _only_guards(body: list[ast.stmt]) -> bool:
    """Say whether statements only look for special cases: ``if …: raise`` or ``return``, also in a loop."""
    return all(
        (
            isinstance(s, ast.If)
            and not s.orelse
            and len(s.body) == 1
            and isinstance(s.body[0], ast.Raise | ast.Return)
        )
        or (isinstance(s, ast.For) and not s.orelse and _only_guards(s.body))
        for s in body
    )


def _raises(node: ast.stmt) -> bool:
    return any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
