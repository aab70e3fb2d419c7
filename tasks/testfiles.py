"""The tests folder of a suite: which nodes the entries of a task stand for, each file parsed once."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path

from tasks.errors import nearest, quoted
from tasks.sources import path_defect, read_source
from tasks.testnodes import parse_tests, test_nodes
from tasks.validate import Table


@dataclass
class TestFiles:
    """Reads ``folder/tests``.

    ``taken`` are the files of the workspace, casefolded: no test file may be named like one.
    ``texts`` grows with each file that a task names.
    """

    __test__ = False  # not a test class, whatever pytest thinks of its name

    folder: Path
    taken: Container[str]
    texts: dict[str, str] = field(default_factory=dict)
    _nodes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _owners: dict[str, str] = field(default_factory=dict)

    def expected(self, table: Table, example: str) -> tuple[str, ...]:
        """Return the node ids that the key ``tests`` of a task means. Raises ``SuiteError``."""
        expected: dict[str, None] = {}
        for entry in table.texts("tests", example):
            file, _, node = entry.partition("::")
            nodes = self._nodes_of(table, file)
            chosen = [n for n in nodes if not node or n == node or n.startswith(f"{node}::")]
            if not chosen:
                table.fail("tests", f"{quoted(file)} has no test {quoted(node)}.{nearest(node, nodes)}")
            expected |= dict.fromkeys(f"{file}::{n}" for n in chosen)
        for test in expected:
            owner = self._owners.setdefault(test, table.key)
            if owner != table.key:
                table.fail("tests", f"{quoted(test)} belongs to {owner} already; give each test to one task.")
        return tuple(expected)

    def _nodes_of(self, table: Table, file: str) -> tuple[str, ...]:
        if file in self._nodes:
            return self._nodes[file]
        defect = path_defect(file)
        if defect:
            table.fail("tests", f"{defect}.")
        if not file.endswith(".py"):
            table.fail("tests", f"{quoted(file)} is no Python file; name a file like test_add.py.")
        if file.casefold() in self.taken:
            table.fail(
                "tests", f"{quoted(file)} is also a file of the workspace; choose another name for one."
            )
        source = read_source(self.folder / "tests" / file, table.file, table.at("tests"), within=self.folder)
        try:
            nodes = tuple(test_nodes(parse_tests(source)))
        except SyntaxError as error:
            where = f"line {error.lineno}: {error.msg}" if error.lineno else error.msg
            table.fail("tests", f"{quoted(file)} is no Python ({where}); mend it.")
        if not nodes:
            table.fail("tests", f"{quoted(file)} holds no test; add a function called test_….")
        self.texts[file] = source
        self._nodes[file] = nodes
        return nodes
