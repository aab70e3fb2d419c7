"""The table of verdicts: complete, up to date, and what real runs say."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks import verdicts
from tasks.errors import SuiteError
from tasks.model import sha256
from tasks.pool import Pool
from tasks.probe import Prober
from tasks.suite import pool, shipped
from tasks.variants import variants
from tasks.verdicts import repertoire, table, up_to_date
from tasks.verdicts_build import build, dependents

SAMPLE = 6  # rows per suite that are run again for real
every_suite = pytest.mark.parametrize("name", shipped())
POOLS = {name: pool(name) for name in shipped()}


@every_suite
def test_the_table_is_built_from_the_suite_as_it_is(name: str) -> None:
    assert up_to_date(name), f"run: python -m tasks.verdicts --suite {name}"


@every_suite
def test_references_break_nothing_and_unknown_contents_have_no_verdict(name: str) -> None:
    for path, text in POOLS[name].references.items():
        assert table(name).broken(path, sha256(text)) == frozenset()
        assert table(name).broken(path, sha256(text + "\n")) is None
    assert table(name).broken("elsewhere.py", sha256("")) is None


@every_suite
def test_every_wrong_content_breaks_a_test_of_its_task(name: str) -> None:
    for task in POOLS[name].tasks.values():
        wrong = repertoire(name, task.files[0])
        assert len(wrong) >= 3
        for content in wrong:
            broken = table(name).broken(task.files[0], sha256(content))
            assert broken is not None
            assert broken.intersection(task.tests)


@every_suite
def test_what_does_not_compile_breaks_what_a_missing_file_breaks(name: str) -> None:
    for path in POOLS[name].references:
        broken = table(name).broken(path, sha256(repertoire(name, path)[-1]))
        assert broken == table(name).missing(path)


@every_suite
def test_a_missing_file_breaks_all_tests_of_its_task_and_only_those_and_dependents(name: str) -> None:
    for task_name, task in POOLS[name].tasks.items():
        after = {node for t in dependents(POOLS[name].tasks, task_name) for node in t.tests}
        missing = table(name).missing(task.files[0])
        assert set(task.tests) <= missing <= after
    assert table(name).missing("elsewhere.py") == frozenset()
    assert repertoire(name, "elsewhere.py") == ()


@every_suite
def test_sampled_rows_are_what_real_runs_of_all_tests_say(
    name: str, probers: Callable[[str], Prober]
) -> None:
    suite = POOLS[name]
    draw = random.Random(f"rows {name}")
    for path in draw.sample(sorted(suite.references), SAMPLE):
        content = draw.choice([None, *repertoire(name, path)])
        expected = table(name).missing(path) if content is None else table(name).broken(path, sha256(content))
        assert probers(name).broken({path: content}) == expected, path


@every_suite
def test_several_wrong_files_break_what_any_of_them_breaks(
    name: str, probers: Callable[[str], Prober]
) -> None:
    suite = POOLS[name]
    independent = [
        task.files[0] for task in suite.tasks.values() if len(dependents(suite.tasks, task.name)) == 1
    ]
    draw = random.Random(f"workspace {name}")
    changes = {p: draw.choice([None, *repertoire(name, p)]) for p in draw.sample(sorted(independent), SAMPLE)}
    expected: set[str] = set()
    for path, content in changes.items():
        expected |= (
            table(name).missing(path) if content is None else table(name).broken(path, sha256(content))
        ) or set()
    assert probers(name).broken(changes) == frozenset(expected)


@pytest.fixture
def tiny(demo: Path) -> Pool:
    """Return a suite of one task with a solution."""
    text = (demo / "suite.toml").read_text(encoding="utf-8")
    text = text.partition("[task.two]")[0].replace('small = ["one", "two"]', 'small = ["one"]')
    (demo / "suite.toml").write_text(text.replace('whole = ["one", "two", "three"]\n', ""), encoding="utf-8")
    return pool(str(demo))


def test_a_table_is_built_from_real_runs(tiny: Pool) -> None:
    said: list[str] = []
    data = json.loads(build(tiny, 1, said.append))
    reference = tiny.references["one.py"]
    assert data["nodes"] == ["test_one.py::test_one", "test_one.py::test_type"]
    assert data["files"]["one.py"]["reference"] == sha256(reference)
    assert data["files"]["one.py"]["missing"] == [0, 1]
    wrong = data["files"]["one.py"]["wrong"]
    assert wrong[sha256(variants(reference)[-1])] == [0, 1]
    assert wrong[sha256("def one():\n    return 2\n")] == [0]
    assert len(said) == 1


@pytest.mark.usefixtures("tiny")
def test_a_version_that_its_own_tests_do_not_notice_is_left_out(demo: Path) -> None:
    (demo / "solutions/one.py").write_text("def one(unused=5):\n    return 1\n")
    (tested,) = json.loads(build(pool(str(demo)), 1, lambda _: None))["files"].values()
    assert sha256("def one(unused=6):\n    return 1\n") not in tested["wrong"]
    assert sha256("def one(unused=5):\n    return 2\n") in tested["wrong"]


def test_a_version_that_never_ends_or_leaves_the_process_has_no_verdict(
    tiny: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = "def one():\n    while True:\n        pass\n"
    with Prober(tiny) as prober:
        assert prober.broken({}) == frozenset()
        with monkeypatch.context() as soon:  # what ends may take as long as a busy machine needs
            soon.setattr("tasks.probe.RUN_SECONDS", 1)
            assert prober.broken({"one.py": endless}) is None
        assert prober.broken({"one.py": "import os\nos._exit(0)\n"}) is None
        assert prober.broken({}) == frozenset()


@pytest.mark.usefixtures("tiny")
def test_references_that_fail_their_tests_build_no_table(demo: Path) -> None:
    (demo / "solutions/one.py").write_text("def one():\n    return 3\n")
    with pytest.raises(SuiteError, match="the references fail"):
        build(pool(str(demo)), 1, lambda _: None)


@pytest.mark.usefixtures("tiny")
def test_tests_that_notice_nothing_build_no_table(demo: Path) -> None:
    (demo / "tests/test_one.py").write_text("def test_nothing():\n    pass\n")
    with pytest.raises(SuiteError, match="notice nothing wrong"):
        build(pool(str(demo)), 1, lambda _: None)


def test_a_suite_without_a_table_needs_real_tests() -> None:
    with pytest.raises(SuiteError, match="--tests real"):
        table("some/folder")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 1}', '{"format": 2}', '{"format": 1, "nodes": [], "files": {"a": 1}}']
)
def test_a_damaged_table_says_how_to_rebuild_it(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "verdicts.json").write_text(text)
    monkeypatch.setattr(verdicts, "folder", lambda _: tmp_path)
    with pytest.raises(SuiteError, match=r"python -m tasks\.verdicts --suite svg"):
        table.__wrapped__("svg")


def test_the_command_says_which_tables_are_out_of_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdicts.main(["--check", "--suite", "mathutils"]) == 0
    monkeypatch.setattr(verdicts, "folder", lambda _: tmp_path)
    assert verdicts.main(["--check", "--suite", "mathutils"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "mathutils/verdicts.json is up to date.",
        "mathutils/verdicts.json is out of date.",
    ]


def test_the_command_writes_the_table_into_the_suite(
    tiny: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "folder", lambda _: tmp_path)
    monkeypatch.setattr(verdicts, "pool", lambda _: tiny)
    assert verdicts.main(["--suite", "svg"]) == 0
    assert json.loads((tmp_path / "verdicts.json").read_text())["suite"] == "demo"
