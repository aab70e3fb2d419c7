"""What tests and files import says what tasks are about and what builds on what."""

from __future__ import annotations

import pytest

from engine.ownwork.links import Links, dependencies, imports_of

SOURCE = {
    "src/lib/__init__.py": "from .a import make\nfrom lib import b\n",
    "src/lib/a.py": "from . import b\n",
    "src/lib/b.py": "import os\n",
    "src/lib/sub/__init__.py": "",
    "src/lib/sub/c.py": "from ..a import make\n",
}


@pytest.mark.parametrize(
    ("test", "files"),
    [
        ("from lib import make", ["src/lib/a.py"]),
        ("from lib import b", ["src/lib/b.py"]),
        ("import lib.sub.c", ["src/lib/sub/c.py"]),
        ("from lib.sub.c import x\nimport os, json", ["src/lib/sub/c.py"]),
        ("from lib.new import x", ["src/lib/new.py"]),
        ("import lib", ["src/lib/__init__.py"]),
        ("import not_there_at_all", ["src/not_there_at_all.py"]),
        ("import pytest", []),
        ("def broken(:", []),
    ],
)
def test_a_test_is_about_the_files_that_it_imports(test: str, files: list[str]) -> None:
    assert Links(SOURCE).files_of(test) == files


def test_a_flat_project_has_its_modules_in_its_folder() -> None:
    links = Links({"tool.py": "", "pkg/__init__.py": ""})
    assert links.files_of("import tool\nfrom pkg.more import x") == ["tool.py", "pkg/more.py"]
    assert not links.src_layout


def test_relative_imports_are_of_the_package_around() -> None:
    assert imports_of("from ..a import x\nfrom . import y", "lib.sub") == [
        ("lib.a", ("x",)),
        ("lib.sub", ("y",)),
    ]


def test_tasks_wait_for_what_their_files_build_on_without_circles() -> None:
    tasks = {"c": ["src/lib/sub/c.py"], "a": ["src/lib/a.py"], "b": ["src/lib/b.py"]}
    assert dependencies(tasks, Links(SOURCE)) == {"c": ["a"], "a": ["b"], "b": []}
    circle = Links({"x.py": "import y", "y.py": "import x"})
    assert dependencies({"x": ["x.py"], "y": ["y.py"]}, circle) == {"x": ["y"], "y": []}


def test_a_task_waits_for_a_module_that_another_task_is_to_write() -> None:
    links = Links(
        {"src/lib/__init__.py": "", "src/lib/report.py": "from lib.prices import total\nimport os\n"}
    )
    tasks = {"report": ["src/lib/report.py"], "prices": ["src/lib/prices.py"]}
    assert dependencies(tasks, links) == {"report": ["prices"], "prices": []}
