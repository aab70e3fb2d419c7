"""The folder on disk: what others put there cannot lead a write astray, and failures are said."""

import asyncio
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.world.mirror import Mirror
from engine.world.stores import DiskStore, MemoryStore, WorkspaceError
from engine.world.workspace import Workspace
from tests.helpers.descriptors import opened_below


def contents(root: Path) -> dict[str, str]:
    return {
        str(p.relative_to(root)): p.read_bytes().decode()
        for p in sorted(root.rglob("*"))
        if p.is_file() and not p.is_symlink()
    }


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    made = DiskStore(tmp_path / "run" / "repo")
    made.reset({})
    return made


def test_files_are_written_with_their_folders_byte_for_byte(store: DiskStore) -> None:
    store.write("a.py", "x = 'é'\r\n")
    store.write("lib/deep/b.py", "")
    store.write("a.py", "y\n")
    assert contents(store.root) == {"a.py": "y\n", "lib/deep/b.py": ""}


def test_reset_leaves_nothing_but_the_given_files(store: DiskStore, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    store.write("old/a.py", "old")
    (store.root / "link").symlink_to(outside)
    (store.root / "old" / "link").symlink_to(outside)
    os.mkfifo(store.root / "pipe")
    store.reset({"new/b.py": "new"})
    assert contents(store.root) == {"new/b.py": "new"}
    assert sorted(p.name for p in store.root.iterdir()) == ["new"]
    assert (outside / "kept").read_text() == "kept"


def test_a_link_in_place_of_the_file_is_replaced_not_followed(store: DiskStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (store.root / "a.py").symlink_to(secret)
    store.write("a.py", "mine")
    assert secret.read_text() == "secret"
    assert not (store.root / "a.py").is_symlink()
    assert contents(store.root) == {"a.py": "mine"}


def test_a_hard_link_to_a_file_outside_does_not_carry_the_write_there(
    store: DiskStore, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    os.link(secret, store.root / "a.py")
    store.write("a.py", "mine")
    assert secret.read_text() == "secret"


@pytest.mark.parametrize("depth", ["lib", "lib/deep"])
def test_a_link_in_place_of_a_folder_is_replaced_not_followed(
    store: DiskStore, tmp_path: Path, depth: str
) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    where = store.root / depth
    where.parent.mkdir(exist_ok=True)
    where.symlink_to(outside)
    store.write("lib/deep/a.py", "mine")
    assert contents(outside) == {}
    assert contents(store.root) == {"lib/deep/a.py": "mine"}


@pytest.mark.parametrize("obstacle", ["pipe", "file", "dangling link", "link to itself"])
def test_what_stands_in_place_of_a_folder_is_removed(store: DiskStore, obstacle: str) -> None:
    where = store.root / "lib"
    if obstacle == "pipe":
        os.mkfifo(where)
    elif obstacle == "file":
        where.write_text("x")
    else:
        where.symlink_to("lib" if obstacle == "link to itself" else "nowhere")
    store.write("lib/a.py", "mine")
    assert contents(store.root) == {"lib/a.py": "mine"}


@pytest.mark.parametrize("filled", [True, False])
def test_a_folder_in_place_of_a_file_is_removed(store: DiskStore, filled: bool) -> None:
    (store.root / "a.py").mkdir()
    if filled:
        (store.root / "a.py" / "x").write_text("x")
    store.write("a.py", "mine")
    assert contents(store.root) == {"a.py": "mine"}


def test_a_pipe_in_place_of_a_file_does_not_stop_the_write(store: DiskStore) -> None:
    os.mkfifo(store.root / "a.py")
    store.write("a.py", "mine")
    assert contents(store.root) == {"a.py": "mine"}


def test_a_link_prepared_under_the_name_of_the_staged_file_is_not_followed(
    store: DiskStore, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    for n in range(1, 4):
        (store.root / f".teamtop-{os.getpid()}-{n}").symlink_to(secret)
    store.write("a.py", "mine")
    assert secret.read_text() == "secret"
    assert (store.root / "a.py").read_text() == "mine"


def test_a_root_that_is_a_link_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (tmp_path / "repo").symlink_to(outside)
    store = DiskStore(tmp_path / "repo")
    with pytest.raises(WorkspaceError):
        store.reset({})
    with pytest.raises(WorkspaceError):
        store.write("a.py", "mine")
    assert contents(outside) == {"kept": "kept"}


def test_a_failed_write_says_which_file_and_why_and_leaves_the_old_one(
    store: DiskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("a.py", "old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(WorkspaceError, match=r"a\.py.*No space left"):
        store.write("a.py", "new")
    assert contents(store.root) == {"a.py": "old"}
    assert len(list(store.root.iterdir())) == 1


def test_a_folder_that_vanished_is_an_error_that_can_be_told(store: DiskStore) -> None:
    store.root.rmdir()
    with pytest.raises(WorkspaceError, match="repo"):
        store.write("a.py", "x")


def test_descriptors_are_given_back(store: DiskStore) -> None:
    store.write("lib/deep/a.py", "x")
    before = opened_below(store.root)
    for n in range(50):
        store.write(f"lib/deep/{n}.py", "x")
        (store.root / f"folder{n}").mkdir()
        store.write(f"folder{n}", "x")
    assert opened_below(store.root) == before


# ------------------------------------------------------------ in step with the table


class GatedStore(MemoryStore):
    """Writes only while the gate is open, and notes every write and its thread."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.log: list[tuple[str, str]] = []
        self.threads: set[int] = set()
        self.fails = 0

    def write(self, path: str, content: str) -> None:
        self.entered.set()
        assert self.gate.wait(180)
        if self.fails:
            self.fails -= 1
            raise WorkspaceError("no")
        self.threads.add(threading.get_ident())
        self.log.append((path, content))
        super().write(path, content)


class FailingStore(MemoryStore):
    """Fails as long as ``broken`` names the path."""

    broken = ""

    def write(self, path: str, content: str) -> None:
        if path == self.broken:
            raise WorkspaceError("no")
        super().write(path, content)


def test_flush_waits_for_the_disk_and_the_event_loop_goes_on_meanwhile() -> None:
    async def run() -> None:
        store = GatedStore()
        workspace = Workspace(store, threaded=True)
        await workspace.open()
        for n in range(300):
            workspace.apply(f"{n}.py", "x", "Dev1", 1)
        flushing = asyncio.create_task(workspace.flush())
        await asyncio.to_thread(store.entered.wait, 30)
        assert not flushing.done()
        assert store.files == {}
        store.gate.set()
        await flushing
        assert store.files == dict(workspace.snapshot())
        assert [path for path, _ in store.log] == [f"{n}.py" for n in range(300)]
        assert len(store.threads) == 1
        assert threading.get_ident() not in store.threads
        await workspace.close()

    asyncio.run(run())


def test_what_waits_is_never_more_than_the_workspace() -> None:
    async def run() -> None:
        store = GatedStore()
        workspace = Workspace(store, threaded=True)
        await workspace.open()
        workspace.apply("a.py", "0", "Dev1", 1)
        flushing = asyncio.create_task(workspace.flush())
        await asyncio.to_thread(store.entered.wait, 30)
        for n in range(1, 1000):
            workspace.apply("a.py", str(n), "Dev1", 1)
        store.gate.set()
        await flushing
        assert store.log == [("a.py", "0")]  # what came later may not be in the journal yet
        await workspace.close()
        assert store.log == [("a.py", "0"), ("a.py", "999")]

    asyncio.run(run())


def test_everybody_who_flushes_waits_for_what_is_under_way() -> None:
    async def run() -> None:
        store = GatedStore()
        workspace = Workspace(store, threaded=True)
        await workspace.open()
        workspace.apply("a.py", "1", "Dev1", 1)
        flushing = [asyncio.create_task(workspace.flush()) for _ in range(2)]
        await asyncio.to_thread(store.entered.wait, 30)
        await asyncio.to_thread(len, "")  # one more trip through the loop, in which the second could end
        assert not any(task.done() for task in flushing)
        store.gate.set()
        await asyncio.gather(*flushing)
        await workspace.close()

    asyncio.run(run())


def test_a_newer_edit_is_kept_when_the_write_of_an_older_one_fails() -> None:
    async def run() -> None:
        store = GatedStore()
        store.fails = 1
        workspace = Workspace(store, threaded=True)
        await workspace.open()
        workspace.apply("a.py", "old", "Dev1", 1)
        flushing = asyncio.create_task(workspace.flush())
        await asyncio.to_thread(store.entered.wait, 30)
        workspace.apply("a.py", "new", "Dev1", 1)
        store.gate.set()
        with pytest.raises(WorkspaceError):
            await flushing
        await workspace.close()
        assert store.log == [("a.py", "new")]

    asyncio.run(run())


@pytest.mark.parametrize("threaded", [True, False])
def test_a_workspace_that_was_never_opened_writes_nothing(threaded: bool) -> None:
    async def run() -> None:
        store = MemoryStore()
        workspace = Workspace(store, threaded=threaded)
        workspace.apply("a.py", "replayed", "Dev1", 1)
        await workspace.close()
        assert store.files == {}

    asyncio.run(run())


@pytest.mark.parametrize("threaded", [True, False])
def test_several_may_flush_at_once(threaded: bool) -> None:
    async def run() -> None:
        store = GatedStore()
        store.gate.set()
        workspace = Workspace(store, threaded=threaded)
        await workspace.open()
        for n in range(100):
            workspace.apply(f"{n}.py", "x", "Dev1", 1)
        await asyncio.gather(*(workspace.flush() for _ in range(5)))
        assert len(store.log) == 100
        assert store.files == dict(workspace.snapshot())
        await workspace.close()

    asyncio.run(run())


@pytest.mark.parametrize("threaded", [True, False])
def test_a_failed_write_surfaces_at_flush_and_is_tried_again(threaded: bool) -> None:
    async def run() -> None:
        store = FailingStore()
        workspace = Workspace(store, threaded=threaded)
        await workspace.open()
        store.broken = "b.py"
        for path in ("a.py", "b.py", "c.py"):
            workspace.apply(path, path, "Dev1", 1)
        for _ in range(2):
            with pytest.raises(WorkspaceError):
                await workspace.flush()
        workspace.apply("b.py", "newer", "Dev1", 2)
        store.broken = ""
        await workspace.flush()
        assert store.files == {"a.py": "a.py", "b.py": "newer", "c.py": "c.py"}
        await workspace.close()

    asyncio.run(run())


@pytest.mark.parametrize("threaded", [True, False])
def test_closing_says_what_could_not_be_written(threaded: bool) -> None:
    async def run() -> None:
        store = FailingStore()
        workspace = Workspace(store, threaded=threaded)
        await workspace.open()
        store.broken = "a.py"
        workspace.apply("a.py", "", "Dev1", 1)
        with pytest.raises(WorkspaceError):
            await workspace.close()

    before = set(threading.enumerate())
    asyncio.run(run())
    assert set(threading.enumerate()) <= before  # one of another test may end meanwhile


@pytest.mark.parametrize("threaded", [True, False])
def test_flushes_may_be_kept_apart_and_the_end_writes_what_waits(threaded: bool) -> None:
    async def run() -> None:
        now = 100.0
        store = GatedStore()
        store.gate.set()
        mirror = Mirror(store, threaded=threaded, apart=0.25, now=lambda: now)
        await mirror.reset({})
        for n in range(5):  # at 100.1, 100.2 … 100.5: only the third comes late enough
            now += 0.1
            mirror.put("a.py", str(n))
            await mirror.flush()
        mirror.put("a.py", "last")
        await mirror.flush()
        assert store.log == [("a.py", "2")]
        await mirror.close()
        assert store.files == {"a.py": "last"}

    asyncio.run(run())


def test_a_cancelled_flush_loses_nothing() -> None:
    async def run() -> None:
        store = GatedStore()
        workspace = Workspace(store, threaded=True)
        await workspace.open()
        workspace.apply("a.py", "1", "Dev1", 1)
        flushing = asyncio.create_task(workspace.flush())
        await asyncio.to_thread(store.entered.wait, 30)
        flushing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await flushing
        workspace.apply("a.py", "2", "Dev1", 1)
        workspace.apply("b.py", "1", "Dev1", 1)
        store.gate.set()
        await workspace.close()
        assert store.files == {"a.py": "2", "b.py": "1"}

    asyncio.run(run())


@pytest.mark.parametrize("threaded", [True, False])
def test_a_run_on_disk_ends_with_the_folder_equal_to_the_table(tmp_path: Path, threaded: bool) -> None:
    root = tmp_path / "repo"
    start: Mapping[str, str] = {"sales_data.py": "rows = []\n"}

    async def run() -> Workspace:
        (root / "stale").mkdir(parents=True)
        workspace = Workspace(DiskStore(root), start, threaded=threaded)
        workspace.apply("lib/a.py", "replayed", "Dev1", 1)
        await workspace.open()
        for n in range(100):
            workspace.apply(f"lib/{n % 9}.py", f"{n}\n", "Dev1", n)
        await workspace.close()
        return workspace

    workspace = asyncio.run(run())
    assert contents(root) == dict(sorted(workspace.snapshot().items()))
    assert not (root / "stale").exists()


class Trouble:
    """Lets the k-th call fail as on a full disk, and if it lasts, all later ones too."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, k: int, *, lasting: bool) -> None:
        self.left, self.lasting, self.struck = k, lasting, False
        for name in ("open", "mkdir", "write", "rename"):
            monkeypatch.setattr(os, name, self.wrapped(getattr(os, name)))

    def wrapped(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left == 0 or (self.left < 0 and self.lasting):
                self.struck = True
                raise OSError(28, os.strerror(28))
            return real(*args, **named)

        return call


@pytest.mark.parametrize("lasting", [False, True])
def test_wherever_the_disk_fails_the_old_file_stays_whole_and_nothing_else_is_left(
    tmp_path: Path, lasting: bool
) -> None:
    struck = True
    k = 0
    while struck:
        k += 1
        store = DiskStore(tmp_path / str(k))
        store.reset({"lib/a.py": "old"})
        descriptors = opened_below(tmp_path)
        with pytest.MonkeyPatch.context() as monkeypatch:
            trouble = Trouble(monkeypatch, k, lasting=lasting)
            try:
                store.write("lib/a.py", "new")
            except WorkspaceError:
                assert contents(store.root) == {"lib/a.py": "old"}
            else:
                assert contents(store.root) == {"lib/a.py": "new"}
            struck = trouble.struck
        assert opened_below(tmp_path) == descriptors
    assert k > 4
