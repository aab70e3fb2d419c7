"""The table of files: versions, snapshots, what can be written where."""

import asyncio
import hashlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.world import workspace as module
from engine.world.paths import PathRefused
from engine.world.workspace import Fenced, MemoryStore, Workspace, tree_hash


def refusal(workspace: Workspace, path: str, content: str = "") -> str:
    with pytest.raises(PathRefused) as refused:
        workspace.check(path, content)
    return refused.value.reason


def test_versions_count_per_path_and_keep_author_round_and_hash() -> None:
    workspace = Workspace(MemoryStore())
    assert workspace.version("add.py") == 0
    first = workspace.apply("add.py", "a", "Dev1", 1)
    second = workspace.apply("add.py", "é", "Dev2", 3)
    workspace.apply("sub.py", "s", "Dev1", 3)
    assert (first.version, second.version, workspace.version("sub.py")) == (1, 2, 1)
    assert workspace.get("add.py") == second
    assert (second.author, second.round) == ("Dev2", 3)
    assert second.hash == hashlib.sha256("é".encode()).hexdigest()
    assert workspace.paths == ("add.py", "sub.py")
    assert workspace.get("other.py") is None


def test_files_from_the_start_are_version_0_and_can_only_be_read() -> None:
    workspace = Workspace(MemoryStore(), {"sales_data.py": "x = 1\n"})
    found = workspace.get(workspace.locate("./sales_data.py"))
    assert found is not None
    assert (found.version, found.author, found.round, found.content) == (0, "", 0, "x = 1\n")
    with pytest.raises(PathRefused) as refused:
        workspace.clean("sales_data.py")
    assert refused.value.reason == "protected"


def test_names_that_the_suite_protects_are_refused() -> None:
    workspace = Workspace(MemoryStore(), protected=["checks/add.py"])
    with pytest.raises(PathRefused):
        workspace.clean("Checks/Add.py")
    assert workspace.clean("checks/other.py") == "checks/other.py"


def test_a_snapshot_does_not_see_later_edits_and_cannot_be_changed() -> None:
    workspace = Workspace(MemoryStore())
    workspace.apply("a.py", "1", "Dev1", 1)
    before = workspace.snapshot()
    workspace.apply("a.py", "2", "Dev1", 1)
    workspace.apply("b.py", "3", "Dev1", 1)
    assert dict(before) == {"a.py": "1"}
    assert dict(workspace.snapshot()) == {"a.py": "2", "b.py": "3"}
    with pytest.raises(TypeError):
        before["a.py"] = "x"  # type: ignore[index]  # that it is read-only is what is tested


# ------------------------------------------------------------ the tree's hash

_trees = st.dictionaries(st.text("abc/.é", min_size=1, max_size=6), st.text(max_size=5), max_size=12)


@given(_trees, _trees)
def test_the_hash_kept_up_to_date_equals_the_one_taken_anew(
    first: Mapping[str, str], more: Mapping[str, str]
) -> None:
    workspace = Workspace(MemoryStore())
    for path, content in first.items():
        workspace.apply(path, content, "Dev1", 1)
    assert workspace.tree_hash() == tree_hash(first)
    for path, content in more.items():
        workspace.apply(path, content, "Dev2", 2)
    assert workspace.tree_hash() == tree_hash({**first, **more}) == tree_hash(workspace.snapshot())


@given(_trees, _trees)
def test_two_trees_have_the_same_hash_only_if_they_are_the_same(
    one: Mapping[str, str], two: Mapping[str, str]
) -> None:
    assert (tree_hash(one) == tree_hash(two)) == (one == two)


def test_the_order_of_files_does_not_matter_to_the_hash() -> None:
    files = {f"f{i}.py": str(i) for i in range(50)}
    assert tree_hash(files) == tree_hash(dict(reversed(files.items())))


# ------------------------------------------------------------ what fits where


def test_a_folder_cannot_be_written_as_a_file() -> None:
    workspace = Workspace(MemoryStore())
    workspace.apply("lib/deep/a.py", "", "Dev1", 1)
    assert refusal(workspace, "lib") == "path"
    assert refusal(workspace, "lib/deep") == "path"
    workspace.check("lib/deep/b.py", "")


def test_nothing_can_be_written_under_a_file() -> None:
    workspace = Workspace(MemoryStore(), {"data.py": ""})
    workspace.apply("lib", "", "Dev1", 1)
    assert refusal(workspace, "lib/a.py") == "path"
    assert refusal(workspace, "lib/deep/a.py") == "path"
    assert refusal(workspace, "data.py/x") == "path"


@pytest.mark.parametrize("path", ["Add.py", "ADD.PY", "ａdd.py", "LIB/b.py", "Lib", "lib/Deep/x.py"])
def test_paths_that_some_file_system_takes_for_the_same_are_refused(path: str) -> None:
    workspace = Workspace(MemoryStore())
    workspace.apply("add.py", "", "Dev1", 1)
    workspace.apply("lib/deep/a.py", "", "Dev1", 1)
    assert refusal(workspace, path) == "path"


def test_the_known_spelling_can_be_written_again() -> None:
    workspace = Workspace(MemoryStore())
    workspace.apply("Größe.py", "", "Dev1", 1)
    workspace.check("Größe.py", "x")


def test_a_file_may_be_as_large_as_the_limit_in_bytes_and_no_larger() -> None:
    workspace = Workspace(MemoryStore())
    workspace.check("a.py", "x" * module.MAX_FILE_BYTES)
    assert refusal(workspace, "a.py", "x" * (module.MAX_FILE_BYTES + 1)) == "limit"
    assert refusal(workspace, "a.py", "é" * (module.MAX_FILE_BYTES // 2 + 1)) == "limit"


def test_the_number_of_files_is_limited_but_known_ones_stay_writable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 2)
    workspace = Workspace(MemoryStore())
    for path in ("a.py", "b.py"):
        workspace.check(path, "")
        workspace.apply(path, "", "Dev1", 1)
    assert refusal(workspace, "c.py") == "limit"
    workspace.check("b.py", "x")


def test_the_size_of_the_whole_is_limited_counting_what_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TREE_BYTES", 10)
    workspace = Workspace(MemoryStore())
    workspace.apply("a.py", "é234", "Dev1", 1)
    workspace.apply("b.py", "1", "Dev1", 1)
    assert refusal(workspace, "b.py", "123456") == "limit"
    workspace.check("b.py", "12345")
    workspace.apply("a.py", "", "Dev1", 2)
    workspace.check("b.py", "1234567890")


def test_content_that_no_file_can_store_is_refused() -> None:
    assert refusal(Workspace(MemoryStore()), "a.py", "x\ud800") == "malformed"


# ------------------------------------------------------------ the store in step


def test_edits_reach_the_store_with_the_flush_after_the_journal_and_not_before() -> None:
    store = MemoryStore()
    workspace = Workspace(store, {"data.py": "d"})
    workspace.apply("a.py", "replayed", "Dev1", 1)

    async def run() -> None:
        await workspace.open()
        assert store.files == {"data.py": "d", "a.py": "replayed"}
        workspace.apply("a.py", "live", "Dev1", 2)
        assert store.files["a.py"] == "replayed"
        await workspace.flush()
        assert store.files["a.py"] == "live"
        workspace.apply("a.py", "last", "Dev1", 3)
        await workspace.close()

    asyncio.run(run())
    assert store.files == dict(workspace.snapshot())


def test_nothing_is_written_before_the_folder_is_opened() -> None:
    store = MemoryStore()
    Workspace(store).apply("a.py", "replayed", "Dev1", 1)
    assert store.files == {}


def test_a_file_takes_no_write_under_an_older_token_than_it_has_seen() -> None:
    workspace = Workspace(MemoryStore())
    workspace.apply("add.py", "one", "Dev1", 1, 1)
    workspace.apply("add.py", "two", "Dev2", 1, 3)
    with pytest.raises(Fenced) as fenced:
        workspace.apply("add.py", "late", "Dev1", 1, 2)
    assert (fenced.value.token, fenced.value.newest) == (2, 3)
    current = workspace.get("add.py")
    assert current is not None
    assert (current.content, current.version) == ("two", 2)
    workspace.apply("add.py", "again", "Dev2", 1, 3)  # its own token is as good as before
    workspace.apply("sub.py", "s", "Dev1", 1, 1)  # tokens are per path


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 5)), max_size=20))
def test_tokens_of_what_was_written_never_go_down(writes: list[tuple[str, int]]) -> None:
    workspace = Workspace(MemoryStore())
    taken: dict[str, list[int]] = {}
    for path, token in writes:
        try:
            workspace.apply(path, f"{token}", "Dev1", 1, token)
        except Fenced:
            assert token < max(taken[path])
        else:
            taken.setdefault(path, []).append(token)
    assert all(tokens == sorted(tokens) for tokens in taken.values())
