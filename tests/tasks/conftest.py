"""A small suite of three tasks on disk, and warm test processes for the shipped suites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tasks.probe import Prober
from tasks.suite import pool

SUITE = '''\
format = 1
name = "demo"
title = "A demo"
brief = """Three tiny functions."""
support = ["data.py"]

[structures]
small = ["one", "two"]
whole = ["one", "two", "three"]

[task.one]
title = "Return one"
description = """Write one() in one.py; it returns 1."""
files = ["one.py"]
tests = ["test_one.py"]

[task.two]
title = "Return two"
description = """Write two() in two.py; it returns one() + 1."""
files = ["two.py"]
dependencies = ["one"]
tests = ["test_more.py::test_two", "test_more.py::TestTwo"]

[task.three]
title = "Return three"
description = """Write three() in three.py; it returns two() + 1."""
files = ["three.py"]
dependencies = ["two"]
tests = ["test_more.py::test_three"]
'''
FILES = {
    "suite.toml": SUITE,
    "support/data.py": "DATA = [1]\n",
    "tests/conftest.py": "",
    "tests/test_one.py": (
        "from one import one\n\n\ndef test_one():\n    assert one() == 1\n\n\ndef test_type():\n    pass\n"
    ),
    "tests/test_more.py": (
        "def test_two():\n    pass\n\n\n"
        "class TestTwo:\n    def test_twice(self):\n        pass\n\n    def helper(self):\n        pass\n\n\n"
        "def test_three():\n    pass\n"
    ),
    "solutions/one.py": "def one():\n    return 1\n",
}


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """Return the folder of a good suite, in the readable format."""
    folder = tmp_path / "demo"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def probers() -> Iterator[Callable[[str], Prober]]:
    """Return a function that gives the warm test process of a shipped suite, one for the whole session."""
    with ExitStack() as stack:
        running: dict[str, Prober] = {}

        def of(name: str) -> Prober:
            if name not in running:
                running[name] = stack.enter_context(Prober(pool(name)))
            return running[name]

        yield of
