"""The folder of a run: what agents wrote, under what they cannot touch."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.world.layout import UnplaceableError, changed, compiled, lay_out, protected, remove

FIXED = protected({"data/rows.py": "ROWS = []\n"}, {"test_a.py": "pristine", "sub/test_b.py": "pristine"})


def lay(tmp_path: Path, files: dict[str, str]) -> dict[str, str]:
    work = lay_out(tmp_path / "run", files, FIXED)
    paths = sorted(path for path in work.rglob("*") if path.is_file())
    return {path.relative_to(work).as_posix(): path.read_text() for path in paths}


PRISTINE = {"data/rows.py": "ROWS = []\n", "tests/sub/test_b.py": "pristine", "tests/test_a.py": "pristine"}


def test_files_lie_beside_the_tests(tmp_path: Path) -> None:
    assert lay(tmp_path, {"a.py": "a", "p/q/b.py": "b"}) == PRISTINE | {"a.py": "a", "p/q/b.py": "b"}


@pytest.mark.parametrize(
    "path",
    ["tests/test_a.py", "tests/conftest.py", "tests", "Tests/x.py", "data", "data/rows.py", "data/rows.py/x"],
)
def test_what_agents_wrote_in_the_place_of_tests_or_support_is_left_out(tmp_path: Path, path: str) -> None:
    assert lay(tmp_path, {path: "forged"}) == PRISTINE


def test_a_file_beside_a_support_file_stays(tmp_path: Path) -> None:
    assert lay(tmp_path, {"data/more.py": "m"})["data/more.py"] == "m"


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "", "a\0b"])
def test_a_path_outside_the_workspace_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UnplaceableError):
        lay(tmp_path, {path: "x"})
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("files", [{"a": "1", "a/b": "2"}, {"a/b": "2", "a": "1"}])
def test_a_file_that_is_also_a_folder_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(UnplaceableError):
        lay(tmp_path, files)


def test_text_is_written_byte_for_byte(tmp_path: Path) -> None:
    work = lay_out(tmp_path / "run", {"a.py": "x\r\ny\n é ", "b.py": "\ud800"}, {})
    assert (work / "a.py").read_bytes() == "x\r\ny\n é ".encode()
    assert (work / "b.py").exists()  # no text, which is for the tests to find


def test_changes_are_found_by_content(tmp_path: Path) -> None:
    work = lay_out(tmp_path / "run", {}, FIXED)
    assert changed(work, FIXED) == []
    (work / "tests/test_a.py").write_text("forgery!")
    (work / "tests/sub/test_b.py").unlink()
    (work / "data/rows.py").rename(work / "rows.py")
    (work / "data/rows.py").symlink_to(work / "rows.py")
    assert set(changed(work, FIXED)) == {"tests/test_a.py", "tests/sub/test_b.py", "data/rows.py"}


def test_bytecode_of_tests_is_found_and_laid_over_like_them(tmp_path: Path) -> None:
    work = lay_out(tmp_path / "run", {}, FIXED)
    (work / "tests/sub/__pycache__").mkdir()
    (work / "tests/sub/__pycache__/test_b.pyc").write_bytes(b"\0code")
    code = compiled(work)
    assert code == {"tests/sub/__pycache__/test_b.pyc": b"\0code"}
    again = lay_out(tmp_path / "again", {}, FIXED | code)
    assert changed(again, FIXED | code) == []
    # Bytecode counts as long as its source has the same time and size.
    assert {(path / "tests/sub/test_b.py").stat().st_mtime for path in (work, again)} == {1_000_000_000}


def test_removing_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("")
    work = lay_out(tmp_path / "run", {}, FIXED)
    (work / "link").symlink_to(outside)
    remove(tmp_path / "run")
    assert not (tmp_path / "run").exists()
    assert (outside / "kept").exists()
    remove(tmp_path / "run")
