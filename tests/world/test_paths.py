"""Which paths agents may name and write."""

import itertools
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.world.paths import MAX_COMPONENT_BYTES, PathRefused, clean_path, folded, plain_path
from engine.world.stores import DiskStore

repeatable = settings(max_examples=400)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("add.py", "add.py"),
        (" add.py\n", "add.py"),
        ("./add.py", "add.py"),
        (".//./lib///add.py", "lib/add.py"),
        ("lib/./add.py", "lib/add.py"),
        ("lib/add", "lib/add"),
        ("my file.py", "my file.py"),
        (".hidden", ".hidden"),
        ("größe.py", "größe.py"),
        (unicodedata.normalize("NFD", "größe.py"), "größe.py"),
        ("contest.py", "contest.py"),
        ("latest_results.py", "latest_results.py"),
        ("attest/x.py", "attest/x.py"),
        ("console.py", "console.py"),
        ("com10.py", "com10.py"),
        ("a" * MAX_COMPONENT_BYTES, "a" * MAX_COMPONENT_BYTES),
    ],
)
def test_a_plain_path_comes_out_normalised(raw: str, clean: str) -> None:
    assert clean_path(raw) == clean


OUTSIDE = [
    *("", " ", ".", "./", "/", "//", "..", "../", "../a.py", "a/../b.py", "a/..", "a/../../b", "./../a.py"),
    *("/etc/passwd", "//etc/passwd", "/", "~", "~/.ssh/id_rsa", "~root/x", "a/~/b", "lib/", "lib/."),
    *("C:\\x.py", "C:/x.py", "c:x.py", "\\\\server\\share", "a\\b.py", "..\\a.py", "file:///etc/passwd"),
    *("a\x00.py", "a\n.py", "a\r.py", "a\tb.py", "a\x1b[31m.py", "a\x7f.py", "a\x9b.py", "a\u202egpj.py"),
    *("a\u200b.py", "a\ufeff.py", "a\u2028b.py", "a\ud800.py", "a\uffff.py"),
    *("con", "CON.py", "nul.txt", "lib/aux.py", "COM1", "lpt9.log", "prn .py", "com¹.py"),
    *("a.py.", "a /b.py", "a/ b.py", "...", "a|b", "a*b", "a?b", "a<b", "a>b", 'a"b', "a:b"),
    *("a" * 256, "é" * 128, "lib/" + "a" * 256, "a/" * 600 + "b", "x" * 100_000),
]


@pytest.mark.parametrize("raw", OUTSIDE, ids=lambda raw: ascii(raw)[:30])
def test_a_path_that_leaves_or_is_no_plain_file_is_refused(raw: str) -> None:
    with pytest.raises(PathRefused) as refused:
        clean_path(raw)
    assert refused.value.reason == "path"
    assert refused.value.sentence.endswith(".")
    assert refused.value.sentence.isprintable()


PROTECTED = [
    *("tests/test_add.py", "tests/x", "tests/a/b.py", "Tests/x.py", "tests", "tests.py"),
    *("conftest.py", "lib/conftest.py", "CONFTEST.PY", "test_add.py", "lib/test_add.py", "add_test.py"),
    *("pytest.ini", ".pytest.ini", "pytest.toml", "pyproject.toml", "setup.cfg", "tox.ini", "lib/tox.ini"),
    *("sitecustomize.py", "usercustomize.py", "sitecustomize/__init__.py", "lib/sitecustomize.py"),
    *("evil.pth", "lib/x.PTH", "a.pyc", "__pycache__/add.cpython-311.pyc", "pyvenv.cfg"),
    *(".git/config", ".git/hooks/pre-commit", "lib/.git/config", ".GIT/config", ".git", ".hg/hgrc"),
    *("pytest.py", "pytest/__init__.py", "_pytest/runner.py", "pluggy/__init__.py"),
    *("evil.dist-info/entry_points.txt", "evil-1.egg-info/entry_points.txt", ".teamtop-1-2"),
    *("ｔests/x.py", "ｃonftest.py"),
]


@pytest.mark.parametrize("raw", PROTECTED)
def test_tests_and_what_decides_how_they_run_are_protected(raw: str) -> None:
    with pytest.raises(PathRefused) as refused:
        clean_path(raw)
    assert refused.value.reason == "protected"


@pytest.mark.parametrize("raw", PROTECTED)
def test_what_is_protected_can_still_be_read(raw: str) -> None:
    assert plain_path(raw) == unicodedata.normalize("NFC", raw)


def test_a_suite_protects_its_own_names_in_any_spelling() -> None:
    protected = {folded("sales_data.py")}
    for raw in ("sales_data.py", "Sales_Data.py", "./SALES_DATA.PY"):
        with pytest.raises(PathRefused, match="belongs to the tests"):
            clean_path(raw, protected)
    assert clean_path("sales.py", protected) == "sales.py"


@repeatable
@given(st.text(max_size=40))
def test_a_path_is_refused_or_stays_inside_and_does_not_change_again(raw: str) -> None:
    try:
        path = plain_path(raw)
    except PathRefused:
        return
    assert plain_path(path) == path
    assert not path.startswith("/")
    assert not {"", ".", ".."} & set(path.split("/"))
    assert unicodedata.is_normalized("NFC", path)
    path.encode()


def hostile_paths() -> list[str]:
    """Every hostile part before, within and after an innocent path."""
    parts = (
        "..",
        "/",
        "/etc",
        "~",
        "link",
        "link/..",
        "pipe",
        "folder",
        "\x00",
        "\\..\\..",
        "C:",
        "con",
        ".git/hooks",
    )
    shapes = (
        "{p}",
        "{p}/x.py",
        "a/{p}",
        "a/{p}/x.py",
        "./{p}/x.py",
        "a/../{p}",
        "{p}/../{q}",
        "{p}{q}",
        "{p}/{q}/x",
    )
    made = (s.format(p=p, q=q) for s, p, q in itertools.product(shapes, parts, parts))
    return sorted({*made, *OUTSIDE, *PROTECTED})


def test_no_hostile_path_has_an_effect_outside_the_workspace(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("secret")
    root = tmp_path / "run" / "repo"
    store = DiskStore(root)
    store.reset({})
    paths = hostile_paths()
    assert len(paths) >= 500
    written = 0
    for raw in paths:
        # Links, pipes and folders stand in the way, as test code could put them there; anew for every path.
        for name, target in (("link", outside), ("a/link", outside), ("x.py", outside / "secret.py")):
            if not (root / name).is_symlink():
                store.write("a/keep", "")
                store.write(name, "")
                (root / name).unlink()
                (root / name).symlink_to(target)
        if not (root / "pipe").exists():
            os.mkfifo(root / "pipe")
        try:
            path = clean_path(raw)
        except PathRefused:
            continue
        store.write(path, "written")
        written += 1
        assert (root / path).read_text() == "written"
        assert (root / path).resolve() == root.resolve() / path
    assert written > 50
    assert [p.name for p in outside.iterdir()] == ["secret.py"]
    assert (outside / "secret.py").read_text() == "secret"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["outside", "run"]
    assert [p.name for p in (tmp_path / "run").iterdir()] == ["repo"]
