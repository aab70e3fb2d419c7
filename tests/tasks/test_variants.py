"""Wrong versions of solutions: different, plausible, and the same wherever they are made."""

from __future__ import annotations

import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import tasks
from tasks.mutations import edits
from tasks.suite import pool, shipped
from tasks.variants import LIMIT, variants

SOLUTIONS = [(name, path, text) for name in shipped() for path, text in pool(name).references.items()]


def compiles(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "x", "exec")
    except SyntaxError:
        return False
    return True


def mistakes(source: str) -> set[str]:
    """Return the versions that differ by one edit, as the one line that changed."""
    return {edit.apply(source) for edit in edits(source)}


@pytest.mark.parametrize(("suite", "path", "source"), SOLUTIONS, ids=[f"{s}/{p}" for s, p, _ in SOLUTIONS])
def test_versions_of_a_solution_differ_and_only_the_last_does_not_compile(
    suite: str, path: str, source: str
) -> None:
    versions = variants(source)
    assert 2 <= len(versions) <= LIMIT + 1
    assert len({source, *versions}) == len(versions) + 1
    assert [compiles(version) for version in versions] == [True] * (len(versions) - 1) + [False]
    assert versions == variants(source)


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("def f(a, b):\n    return a < b\n", "def f(a, b):\n    return a <= b\n"),
        ("def f(a, b):\n    return a == b\n", "def f(a, b):\n    return a != b\n"),
        ("def f(a, b):\n    return (a) + (b)\n", "def f(a, b):\n    return (a) - (b)\n"),
        ("def f(a):\n    return a + 1\n", "def f(a):\n    return a\n"),
        ("def f(a):\n    return a + 1\n", "def f(a):\n    return a + 2\n"),
        ("def f(a):\n    return a + 1\n", "def f(a):\n    a + 1\n"),
        ("def f(a, b=2):\n    return a\n", "def f(a, b=3):\n    return a\n"),
        ("def f(a, b):\n    return g(a, b)\n", "def f(a, b):\n    return g(b, a)\n"),
        ("def f(a):\n    return a and not a\n", "def f(a):\n    return a or not a\n"),
        ("def f(a):\n    return a and not a\n", "def f(a):\n    return a and a\n"),
        ("def f(a):\n    return max(a)\n", "def f(a):\n    return min(a)\n"),
        ("def f(a):\n    return a.strip()\n", "def f(a):\n    return a.rstrip()\n"),
        ("def f(a):\n    return 1 if a else 2\n", "def f(a):\n    return 2 if a else 1\n"),
        ("def f(a):\n    return [x for x in a if x]\n", "def f(a):\n    return [x for x in a]\n"),
        ("def f(a, n):\n    return a[:n]\n", "def f(a, n):\n    return a[:n - 1]\n"),
        ('def f(a):\n    return a["key"]\n', 'def f(a):\n    return a["Key"]\n'),
        ('def f(a, b):\n    return f"{a},{b}"\n', 'def f(a, b):\n    return f"{b},{a}"\n'),
        ('def f(a):\n    return f"{a:g}"\n', 'def f(a):\n    return f"{a}"\n'),
        ("def f(a):\n    a += 1\n    return a\n", "def f(a):\n    a = 1\n    return a\n"),
        ("from g import g\n\n\ndef f():\n    return g()\n", "\n\ndef f():\n    return g()\n"),
        (
            "def f(a):\n    if a < 0:\n        raise ValueError('a')\n    return a\n",
            "def f(a):\n    return a\n",
        ),
        ("def f(a):\n    if a < 0:\n        return 0\n    return a\n", "def f(a):\n    return a\n"),
        (
            "def f(a):\n    if a < 0:\n        raise ValueError('a')\n    return a\n",
            "def f(a):\n    if a < 0:\n        raise TypeError('a')\n    return a\n",
        ),
        (
            "def f(a):\n    if a < 0:\n        raise ValueError('a')\n    return a\n",
            "def f(a):\n    if a < 0:\n        return None\n    return a\n",
        ),
    ],
)
def test_mistakes_are_those_that_people_and_models_make(source: str, wrong: str) -> None:
    assert wrong in mistakes(source)


def test_letters_outside_ascii_do_not_shift_an_edit() -> None:
    source = 'def f(a):\n    return "ä·" + a  # “more”\n'
    assert 'def f(a):\n    return "ä·" - a  # “more”\n' in mistakes(source)


def test_docstrings_types_and_messages_stay_as_they_are() -> None:
    source = (
        'def f(a: "int" = 0) -> "int":\n    """Return 1 + 1."""\n'
        '    if a:\n        raise ValueError("1 < 2")\n    return a\n'
    )
    for version in mistakes(source):
        assert '"""Return 1 + 1."""' in version
        assert '-> "int"' in version
        assert "1 < 2" in version or "raise" not in version


def test_steps_of_a_while_loop_are_left_alone_lest_it_never_ends() -> None:
    source = "def f(n):\n    while n > 0:\n        n -= 1\n    return n\n"
    assert all("while n > 0:\n        n -= 1\n" in version for version in mistakes(source))


def test_the_kinds_of_mistakes_take_turns() -> None:
    source = pool("mathutils").references["outlier_mask.py"]
    kinds = {edit.kind for edit in edits(source) if edit.apply(source) in variants(source)}
    assert len(kinds) >= 5


def test_what_is_no_python_has_no_variants() -> None:
    with pytest.raises(ValueError, match="no Python"):
        variants("def f(:\n")


def test_a_source_without_definitions_has_a_version_that_does_not_compile() -> None:
    assert not compiles(variants("X = 1\n")[-1])


DIGEST = """
import hashlib, pathlib, sys
from tasks.variants import variants
digest = hashlib.sha256()
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/solutions/*.py")):
    for version in variants(path.read_text("utf-8")):
        digest.update(version.encode())
print(digest.hexdigest())
"""


def test_other_python_versions_and_hash_seeds_make_the_same_variants() -> None:
    root = Path(tasks.__file__).parent
    pythons = {sys.executable, *filter(None, (shutil.which(f"python3.{minor}") for minor in (11, 12, 13)))}
    found = set()
    for seed, python in enumerate([*sorted(pythons), sys.executable]):
        done = subprocess.run(
            [python, "-c", DIGEST, str(root)],
            env={"PYTHONPATH": str(root.parent), "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:  # a python3.x that is installed but not usable says nothing about variants
            found.add(done.stdout)
    assert len(found) == 1
