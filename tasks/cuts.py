"""Cutting into the text of a Python source at places that its syntax tree names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """One mistake: the characters from ``start`` to ``end`` become ``text``."""

    kind: str
    start: int
    end: int
    text: str

    def apply(self, source: str) -> str:
        """Return the source with this mistake in it."""
        return source[: self.start] + self.text + source[self.end :]


class Text:
    """A source and its tree, with the places of the tree's nodes as character offsets.

    Raises ``SyntaxError`` if the source does not parse.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = ast.parse(source)
        self.lines = source.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def at(self, line: int, column: int) -> int:
        """Return the place of a line (from 1) and a column (in UTF-8 bytes, as the tree counts)."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return where a node begins and ends."""
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno or 0, node.end_col_offset or 0)

    def text(self, node: ast.expr) -> str:
        """Return a node as written."""
        start, end = self.span(node)
        return self.source[start:end]

    def whole_lines(self, node: ast.stmt) -> tuple[int, int]:
        """Return where the lines of a statement begin and end, indentation and last newline included."""
        return self.starts[node.lineno - 1], min(self.starts[node.end_lineno or 0], len(self.source))

    def between(self, kind: str, left: ast.expr, right: ast.expr, swaps: Mapping[str, str]) -> Iterator[Edit]:
        """Exchange the operator that stands between two operands, brackets aside."""
        start, end = self.span(left)[1], self.span(right)[0]
        match = re.fullmatch(r"[\s)]*([^\s()](?:.*[^\s()])?)[\s(]*", self.source[start:end], re.DOTALL)
        if match and match[1] in swaps:
            yield Edit(kind, start + match.start(1), start + match.end(1), swaps[match[1]])
