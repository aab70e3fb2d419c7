"""Generated suites: their shape, and that the rule for their verdicts is what real runs say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.errors import UnknownSuiteError
from tasks.model import Suite, sha256
from tasks.suite import load, structures
from tasks.synthetic import RuleTable
from tasks.verdicts import repertoire, table


@pytest.mark.parametrize(
    ("ref", "tasks", "span"),
    [
        ("synthetic:tasks=2000,p=0.9", 2000, 200),
        ("synthetic:tasks=20,p=0.5", 20, 10),
        ("synthetic:tasks=20", 20, 2),
        ("synthetic:tasks=20,p=1", 20, 1),
        ("synthetic:tasks=20,p=0", 20, 20),
        ("synthetic:tasks=1,p=0.9", 1, 1),
        ("synthetic:tasks=20,width=3", 20, 7),
        ("synthetic:tasks=20,width=1", 20, 20),
        ("synthetic:tasks=100,p=0.9,width=20", 100, 10),
    ],
)
def test_tasks_and_longest_chain_are_as_asked(ref: str, tasks: int, span: int) -> None:
    suite = load(ref)
    assert len(suite.tasks) == tasks
    assert suite.span == span
    assert [t.id for t in suite.tasks] == [str(n) for n in range(1, tasks + 1)]


def width(suite: Suite) -> int:
    """Return how many tasks are ready at most, if all ready ones are done at once."""
    depth: dict[str, int] = {}
    for task in suite.topological:
        depth[task.id] = 1 + max((depth[d] for d in task.dependencies), default=0)
    return max(list(depth.values()).count(level) for level in set(depth.values()))


@pytest.mark.parametrize(
    ("ref", "widest"),
    [
        ("synthetic:tasks=20,width=3", 3),
        ("synthetic:tasks=20,width=1", 1),
        ("synthetic:tasks=100,p=0.9,width=20", 20),
        ("synthetic:tasks=100,p=0.9", 91),
    ],
)
def test_width_bounds_how_many_tasks_are_ready(ref: str, widest: int) -> None:
    assert width(load(ref)) == widest


def test_the_same_reference_gives_the_same_suite() -> None:
    ref = "synthetic:tasks=50,p=0.8"
    assert load(ref) == load(ref)
    assert load(ref).name == ref
    assert structures(ref) == ("generated",)
    assert load(ref).content_hash != load("synthetic:tasks=50,p=0.7").content_hash


@pytest.mark.parametrize(
    "ref",
    [
        "synthetic:",
        "synthetic:p=0.9",
        "synthetic:tasks=",
        "synthetic:tasks=0",
        "synthetic:tasks=-5",
        "synthetic:tasks=2.5",
        "synthetic:tasks=1000001",
        "synthetic:tasks=9" + "9" * 5000,
        "synthetic:tasks=20,p=1.5",
        "synthetic:tasks=20,p=nan",
        "synthetic:tasks=20,p=x",
        "synthetic:tasks=20,tasks=30",
        "synthetic:tasks=20,size=3",
        "synthetic:tasks=20,width=21",
        "synthetic:tasks=20,p=0.9,width=5",
    ],
)
def test_what_cannot_be_generated_is_refused_with_an_example_or_the_mend(ref: str) -> None:
    with pytest.raises(UnknownSuiteError, match=r"synthetic:tasks=2000,p=0\.9|width must be at least 10"):
        load(ref)


def test_a_structure_that_is_not_generated_is_refused() -> None:
    with pytest.raises(UnknownSuiteError, match="Known: generated"):
        load("synthetic:tasks=20", "mixed")


def failing(folder: Path, suite: Suite, changes: dict[str, str | None]) -> frozenset[str]:
    """Run pytest for real on the references with some files exchanged."""
    files: dict[str, str | None] = {**suite.references, **suite.tests, **changes}
    for path, text in files.items():
        if text is not None:
            (folder / path).write_text(text)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-rA",
        "--continue-on-collection-errors",
    ]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(folder),
    }
    done = subprocess.run(
        [*command, "--rootdir", str(folder), str(folder)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    passed = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("PASSED ")}
    return frozenset(suite.expected) - passed


def test_the_references_pass_and_the_rule_says_what_real_runs_say(tmp_path: Path) -> None:
    suite = load("synthetic:tasks=6,p=0.5")
    rules = RuleTable(suite)
    off_by_one, _, unreadable = rules.repertoire("unit_0002.py")
    runs: list[tuple[dict[str, str | None], frozenset[str] | None]] = [
        ({}, frozenset()),
        ({"unit_0002.py": off_by_one}, rules.broken("unit_0002.py", sha256(off_by_one))),
        ({"unit_0002.py": unreadable}, rules.broken("unit_0002.py", sha256(unreadable))),
        ({"unit_0001.py": None}, rules.missing("unit_0001.py")),
    ]
    for number, (changes, expected) in enumerate(runs):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert failing(folder, suite, changes) == expected


def test_unknown_contents_have_no_verdict_by_rule() -> None:
    ref = "synthetic:tasks=6,p=0.5"
    rules = table(ref)
    assert rules.broken("unit_0001.py", sha256(load(ref).references["unit_0001.py"])) == frozenset()
    assert rules.broken("unit_0001.py", sha256("x = 1\n")) is None
    assert rules.broken("other.py", sha256("x = 1\n")) is None
    assert rules.missing("other.py") == frozenset()
    assert repertoire(ref, "other.py") == ()
    assert len(repertoire(ref, "unit_0006.py")) == 3
