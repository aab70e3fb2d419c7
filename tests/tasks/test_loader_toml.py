"""The readable suite format: what it loads, and one sentence for each way to get it wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tasks.errors import SuiteError, UnknownSuiteError
from tasks.suite import load, structures


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "suite.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def error_of(folder: Path) -> str:
    with pytest.raises(SuiteError) as caught:
        load(str(folder))
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_suite_loads_in_each_structure(demo: Path) -> None:
    assert structures(str(demo)) == ("small", "whole")
    small = load(str(demo), "small")
    assert [(t.id, t.name, t.dependencies) for t in small.tasks] == [("1", "one", ()), ("2", "two", ("1",))]
    assert small.name == "demo"
    assert load(str(demo), "whole").span == 3
    assert small.warnings == ()


def test_the_first_structure_is_the_default_unless_one_is_called_mixed(demo: Path) -> None:
    assert load(str(demo)).structure == "small"
    change(demo, "whole = [", "mixed = [")
    assert load(str(demo)).structure == "mixed"


def test_the_folder_and_its_file_name_the_same_suite(demo: Path) -> None:
    assert load(str(demo)) == load(str(demo / "suite.toml"))


def test_test_files_functions_and_classes_stand_for_their_nodes(demo: Path) -> None:
    suite = load(str(demo), "whole")
    assert suite.tasks[0].tests == ("test_one.py::test_one", "test_one.py::test_type")
    assert suite.tasks[1].tests == ("test_more.py::test_two", "test_more.py::TestTwo::test_twice")
    assert suite.expected[-1] == "test_more.py::test_three"


def test_files_come_with_the_suite(demo: Path) -> None:
    suite = load(str(demo))
    assert suite.support == {"data.py": "DATA = [1]\n"}
    assert set(suite.tests) == {"test_one.py", "test_more.py", "conftest.py"}
    assert list(suite.references) == ["one.py"]


def test_files_to_be_changed_stand_in_start_and_may_belong_to_several_tasks(demo: Path) -> None:
    before = load(str(demo)).content_hash
    (demo / "start/lib").mkdir(parents=True)
    (demo / "start/lib/base.py").write_text("X = 1\n")
    change(demo, 'files = ["one.py"]', 'files = ["one.py", "lib/base.py"]')
    change(demo, 'files = ["two.py"]', 'files = ["two.py", "lib/base.py"]')
    suite = load(str(demo))
    assert suite.start == {"lib/base.py": "X = 1\n"}
    assert suite.content_hash != before
    (demo / "start/data.py").write_text("DATA = []\n")
    with pytest.raises(SuiteError, match="also stands in start/"):
        load(str(demo))


def test_tests_of_no_task_have_to_pass_too(demo: Path) -> None:
    (demo / "tests/test_left.py").write_text("def test_left(): pass\n")
    change(demo, 'title = "A demo"', 'title = "A demo"\ntests = ["test_left.py"]')
    suite = load(str(demo))
    assert suite.suite_tests == ("test_left.py::test_left",)
    assert suite.expected[-1] == "test_left.py::test_left"
    assert "test_left.py" in suite.tests


def test_tests_of_tasks_outside_the_structure_do_not(demo: Path) -> None:
    change(demo, 'small = ["one", "two"]', 'small = ["one"]')
    assert set(load(str(demo)).tests) == {"test_one.py", "conftest.py"}


def test_a_suite_needs_no_solutions(demo: Path) -> None:
    (demo / "solutions/one.py").unlink()
    assert load(str(demo)).references == {}


def test_what_nobody_uses_is_a_warning(demo: Path) -> None:
    change(demo, 'whole = ["one", "two", "three"]\n', "")
    (demo / "tests/test_left.py").write_text("def test_left(): pass\n")
    warnings = load(str(demo)).warnings
    assert len(warnings) == 2
    assert "tests/test_left.py" in warnings[0]
    assert "task.three" in warnings[1]


def test_no_code_of_a_suite_runs_while_it_is_read(demo: Path) -> None:
    bomb = "raise SystemExit('ran')\n\n\ndef test_one():\n    pass\n"
    (demo / "tests/test_one.py").write_text(bomb)
    (demo / "tests/conftest.py").write_text(bomb)
    (demo / "solutions/one.py").write_text(bomb)
    (demo / "support/data.py").write_text(bomb)
    assert load(str(demo)).tasks[0].tests == ("test_one.py::test_one",)


def test_the_hash_names_the_content_not_the_place(demo: Path, tmp_path: Path) -> None:
    before = load(str(demo)).content_hash
    demo.rename(tmp_path / "elsewhere")
    assert load(str(tmp_path / "elsewhere")).content_hash == before
    (tmp_path / "elsewhere/tests/test_one.py").write_text("def test_one(): pass\n")
    assert load(str(tmp_path / "elsewhere")).content_hash != before


# What is wrong, and what the sentence must name: the key, then the defect or its mend.
DEFECTS = {
    "syntax": ('format = 1\nname = "demo"', "format = 1\nname = demo", "not valid TOML", "line 2"),
    "key twice": ('name = "demo"', 'name = "demo"\nname = "demo"', "not valid TOML", "line 3"),
    "unknown key": ('title = "A demo"', 'titel = "A demo"', '"titel"', 'Did you mean "title"?'),
    "unknown task key": (
        'files = ["one.py"]',
        'file = ["one.py"]',
        'task.one."file"',
        'Did you mean "files"?',
    ),
    "newer format": ("format = 1", "format = 2", "format", "this version reads format 1"),
    "format true": ("format = 1", "format = true", "format", "this version reads format 1"),
    "no format": ("format = 1\n", "", "format", "missing; add it"),
    "no name": ('name = "demo"\n', "", "name", "missing; add it"),
    "bad name": ('name = "demo"', 'name = "de mo"', "name", "use letters"),
    "number as title": ('title = "A demo"', "title = 3", "title", "must be text, not a number"),
    "title of two lines": ('title = "Return one"', 'title = "Return\\none"', "task.one.title", "one line"),
    "empty brief": ('brief = """Three tiny functions."""', 'brief = "  "', "brief", "is empty"),
    "missing support file": ('support = ["data.py"]', 'support = ["dat.py"]', "support", "no file"),
    "support as text": (
        'support = ["data.py"]',
        'support = "data.py"',
        "support",
        "a list of texts, not text",
    ),
    "no description": (
        'description = """Write one() in one.py; it returns 1."""\n',
        "",
        "task.one.description",
        "add it",
    ),
    "no files": ('files = ["one.py"]', "files = []", "task.one.files", "empty"),
    "number as file": ('files = ["one.py"]', "files = [1]", "task.one.files", "one is a number"),
    "same file twice": ('files = ["one.py"]', 'files = ["one.py", "one.py"]', "task.one.files", "twice"),
    "file of another task": (
        'files = ["two.py"]',
        'files = ["One.py"]',
        "task.two.files",
        "belongs to task.one",
    ),
    "file of the support": (
        'files = ["two.py"]',
        'files = ["data.py"]',
        "task.two.files",
        "belongs to support",
    ),
    "file that is a test": (
        'files = ["two.py"]',
        'files = ["test_one.py"]',
        "task.one.tests",
        "also a file of the workspace",
    ),
    "standard library": (
        'files = ["one.py"]',
        'files = ["statistics.py"]',
        "task.one.files",
        "module statistics",
    ),
    "package of the standard library": (
        'files = ["one.py"]',
        'files = ["json/one.py"]',
        "task.one.files",
        "module json",
    ),
    "pytest": ('files = ["one.py"]', 'files = ["pytest.py"]', "task.one.files", "module pytest"),
    "steering file": ('files = ["one.py"]', 'files = ["conftest.py"]', "task.one.files", "steers"),
    "absolute path": (
        'files = ["one.py"]',
        'files = ["/etc/one.py"]',
        "task.one.files",
        "leaves the workspace",
    ),
    "path upwards": (
        'files = ["one.py"]',
        'files = ["a/../../one.py"]',
        "task.one.files",
        "leaves the workspace",
    ),
    "path with dot": ('files = ["one.py"]', 'files = ["./one.py"]', "task.one.files", "shortest form"),
    "path with backslash": ('files = ["one.py"]', "files = ['a\\one.py']", "task.one.files", "use /"),
    "path with NUL": ('files = ["one.py"]', 'files = ["a\\u0000.py"]', "task.one.files", "printable"),
    "no tests": ('tests = ["test_one.py"]\n', "", "task.one.tests", "missing; add it"),
    "empty tests": ('tests = ["test_one.py"]', "tests = []", "task.one.tests", "empty"),
    "missing test file": ('tests = ["test_one.py"]', 'tests = ["test_on.py"]', "task.one.tests", "no file"),
    "test outside": (
        'tests = ["test_one.py"]',
        'tests = ["../t.py"]',
        "task.one.tests",
        "leaves the workspace",
    ),
    "test no Python": (
        'tests = ["test_one.py"]',
        'tests = ["test_one.txt"]',
        "task.one.tests",
        "no Python file",
    ),
    "unknown test": (
        '"test_more.py::test_three"',
        '"test_more.py::test_thre"',
        "task.three.tests",
        "test_three",
    ),
    "test of another task": (
        '"test_more.py::test_three"',
        '"test_more.py::test_two"',
        "task.three.tests",
        "belongs to task.two",
    ),
    "unknown dependency": (
        'dependencies = ["one"]',
        'dependencies = ["oen"]',
        "task.two.dependencies",
        'mean "one"?',
    ),
    "cycle": (
        "[task.one]",
        '[task.one]\ndependencies = ["three"]',
        "task.one.dependencies",
        "one -> three -> two -> one",
    ),
    "cycle of one": (
        "[task.one]",
        '[task.one]\ndependencies = ["one"]',
        "task.one.dependencies",
        "one -> one",
    ),
    "task with a bad name": ("[task.three]", '[task."thr ee"]', 'task."thr ee"', "use letters"),
    "task as text": ("[task.one]", "[task]\nfour = 4\n[task.one]", "task.four", "must be a table"),
    "unknown task listed": (
        'small = ["one", "two"]',
        'small = ["one", "tow"]',
        "structures.small",
        'mean "two"?',
    ),
    "task listed twice": ('small = ["one", "two"]', 'small = ["one", "one"]', "structures.small", "twice"),
    "dependency outside": (
        'small = ["one", "two"]',
        'small = ["two"]',
        "structures.small",
        "two depends on one",
    ),
    "no structure": (
        'small = ["one", "two"]\nwhole = ["one", "two", "three"]\n',
        "",
        "structures",
        "no structure",
    ),
    "empty structure": ('small = ["one", "two"]', "small = []", "structures.small", "empty"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_is_one_sentence_with_file_and_key(demo: Path, defect: str) -> None:
    old, new, key, mend = DEFECTS[defect]
    change(demo, old, new)
    message = error_of(demo)
    assert message.startswith(f"{demo / 'suite.toml'}")
    assert key in message
    assert mend in message
    assert message.endswith((".", "?"))


def test_a_suite_without_tasks_or_structures_says_so(demo: Path) -> None:
    text = (demo / "suite.toml").read_text()
    (demo / "suite.toml").write_text(text.partition("[task.one]")[0])
    assert "task" in error_of(demo)
    (demo / "suite.toml").write_text(
        text.partition("[structures]")[0] + "[task.one]\n" + text.partition("[task.one]\n")[2]
    )
    assert "structures: this table is missing; add it, as in [structures]." in error_of(demo)


def test_a_file_that_is_not_utf8_is_named_with_the_line(demo: Path) -> None:
    (demo / "suite.toml").write_bytes(b"format = 1\nname = '\xff'\n")
    assert "not UTF-8 (line 2" in error_of(demo)
    (demo / "suite.toml").unlink()
    assert '"suite.toml"' in error_of(demo)


def test_a_test_file_that_is_no_python_is_named_with_the_line(demo: Path) -> None:
    (demo / "tests/test_one.py").write_text("def test_one():\n    return (\n")
    message = error_of(demo)
    assert re.search(r'task\.one\.tests: "test_one\.py" is no Python \(line \d', message)
    (demo / "tests/test_one.py").write_bytes(b"def test_one(): pass\n\x00")
    assert "is no Python" in error_of(demo)
    (demo / "tests/test_one.py").write_text("x = " + "-" * 100_000 + "1\n")
    assert "is no Python" in error_of(demo)


def test_a_test_file_without_tests_is_refused(demo: Path) -> None:
    (demo / "tests/test_one.py").write_text(
        "import pytest\n\n\n@pytest.fixture\ndef test_data():\n    return 1\n"
    )
    assert "holds no test" in error_of(demo)


def test_a_link_out_of_the_suite_is_refused(demo: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("def test_one(): pass\n")
    (demo / "tests/test_one.py").unlink()
    (demo / "tests/test_one.py").symlink_to(secret)
    message = error_of(demo)
    assert "task.one.tests" in message
    assert "leads out of the suite" in message


def test_what_is_no_regular_file_is_refused(demo: Path) -> None:
    (demo / "support/data.py").unlink()
    (demo / "support/data.py").mkdir()
    assert "not a regular file" in error_of(demo)


def test_a_file_too_large_to_be_a_suite_is_refused(demo: Path) -> None:
    (demo / "suite.toml").write_bytes(b"#" * 4_000_001)
    assert "larger than 4 MB" in error_of(demo)


def test_nesting_without_end_is_refused(demo: Path) -> None:
    (demo / "suite.toml").write_text("x = " + "[" * 100_000)
    assert "suite.toml" in error_of(demo)


def test_control_characters_of_a_file_do_not_reach_the_message(demo: Path) -> None:
    change(demo, 'files = ["one.py"]', 'files = ["\\u001b]52;c;x\\u0007.py"]')
    assert error_of(demo).isprintable()


def test_an_unknown_structure_names_the_nearest(demo: Path) -> None:
    with pytest.raises(UnknownSuiteError, match='Did you mean "whole"'):
        load(str(demo), "hole")


def test_an_unknown_suite_names_the_nearest() -> None:
    with pytest.raises(UnknownSuiteError, match='Did you mean "mathutils"'):
        load("mathutil")


@pytest.mark.parametrize("ref", ["", "a\x00b", "no/such/folder"])
def test_what_names_no_suite_says_what_would(ref: str) -> None:
    with pytest.raises(UnknownSuiteError, match="mathutils"):
        load(ref)


def test_the_name_of_a_shipped_suite_is_not_free(demo: Path) -> None:
    change(demo, 'name = "demo"', 'name = "mathutils"')
    message = error_of(demo)
    assert "name: mathutils is a suite that comes with teamtop" in message
