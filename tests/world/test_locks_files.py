"""Real lock files: other processes are kept out, and nothing outlives its holder."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from engine.world.lockfiles import LockFileError, LockFiles
from tests.helpers.descriptors import opened_below

ROOT = Path(__file__).parents[2]

HOLDER = """
import os, subprocess, sys
from pathlib import Path
from engine.world.lockfiles import LockFiles

locks = LockFiles(Path(sys.argv[1]))
print(all(locks.acquire(path) for path in sys.argv[3:]), flush=True)
if sys.argv[2] == "forks":
    if os.fork() == 0:
        print("child", flush=True)
        sys.stdin.read()
        os._exit(0)
elif sys.argv[2] == "starts":
    subprocess.Popen([sys.executable, "-c", "print('child', flush=True); input()"], close_fds=False)
sys.stdin.read()
"""


@contextmanager
def holder(folder: Path, *paths: str, how: str = "alone") -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the paths, until it is killed or its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), how, *paths],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_another_process_is_excluded_and_only_from_that_path(tmp_path: Path) -> None:
    with holder(tmp_path, "a.py", "lib/b.py"):
        locks = LockFiles(tmp_path)
        assert not locks.acquire("a.py")
        assert not locks.acquire("lib/b.py")
        assert locks.acquire("lib__b.py")
        locks.close()


def test_what_this_process_holds_another_cannot_take(tmp_path: Path) -> None:
    locks = LockFiles(tmp_path)
    assert locks.acquire("a.py")
    script = "import sys; from pathlib import Path; from engine.world.lockfiles import LockFiles; "
    script += "print(LockFiles(Path(sys.argv[1])).acquire('a.py'))"
    run = [sys.executable, "-c", script, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert (
        subprocess.run(run, capture_output=True, text=True, env=environment, check=True).stdout == "False\n"
    )
    locks.release("a.py")
    assert subprocess.run(run, capture_output=True, text=True, env=environment, check=True).stdout == "True\n"


def test_killing_the_holder_frees_its_locks(tmp_path: Path) -> None:
    with holder(tmp_path, "a.py") as process:
        locks = LockFiles(tmp_path)
        assert not locks.acquire("a.py")
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert locks.acquire("a.py")
        locks.close()


@pytest.mark.parametrize("how", ["forks", "starts"])
def test_a_child_that_outlives_the_killed_holder_does_not_keep_its_locks(tmp_path: Path, how: str) -> None:
    with holder(tmp_path, "a.py", how=how) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "child\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
        locks = LockFiles(tmp_path)
        assert locks.acquire("a.py")
        locks.close()


def test_descriptors_are_closed_in_programs_that_this_process_starts(tmp_path: Path) -> None:
    locks = LockFiles(tmp_path)
    locks.acquire("a.py")
    ours = []
    for fd in map(int, os.listdir("/dev/fd")):
        with suppress(OSError):  # the descriptor that listed the others is gone
            if os.path.samestat(os.fstat(fd), locks.file("a.py").stat()):
                ours.append(fd)
    assert len(ours) == 1
    assert not os.get_inheritable(ours[0])
    locks.close()


def test_two_holders_in_one_process_exclude_each_other(tmp_path: Path) -> None:
    one, two = LockFiles(tmp_path), LockFiles(tmp_path)
    assert one.acquire("a.py")
    assert not two.acquire("a.py")
    assert not one.acquire("a.py")
    two.release("a.py")
    assert not two.acquire("a.py")
    one.release("a.py")
    assert two.acquire("a.py")
    two.close()


def test_files_stay_when_locks_go(tmp_path: Path) -> None:
    locks = LockFiles(tmp_path / "locks")
    for _ in range(3):
        locks.acquire("a.py")
        locks.release("a.py")
        assert locks.file("a.py").exists()
    locks.release("never held")


def test_no_two_paths_share_a_file_and_names_are_plain(tmp_path: Path) -> None:
    locks = LockFiles(tmp_path)
    paths = [
        "a/b",
        "a__b",
        "a_b",
        "a-b",
        "a.b",
        "A/b",
        "a/B",
        "ä",
        "a" * 300,
        "a" * 301,
        "../x",
        ".x",
        "",
        "-",
        "/",
    ]
    names = [locks.file(path).name for path in paths]
    assert len(set(names)) == len(paths)
    assert len({name.casefold() for name in names}) == len(paths)
    for name in names:
        assert len(name) < 100
        assert name.isascii()
        assert locks.file(name).parent == tmp_path


def test_the_name_of_a_file_shows_its_path(tmp_path: Path) -> None:
    assert LockFiles(tmp_path).file("lib/add.py").name.startswith("lib-add.py-")


def test_a_folder_that_cannot_be_used_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file")
    with pytest.raises(LockFileError, match=r"Cannot lock .*locks: .*local disk"):
        LockFiles(tmp_path / "locks")


def test_a_lock_file_that_cannot_be_opened_is_said_and_not_held(tmp_path: Path) -> None:
    locks = LockFiles(tmp_path)
    locks.file("a.py").mkdir()
    with pytest.raises(LockFileError):
        locks.acquire("a.py")
    locks.file("a.py").rmdir()
    assert locks.acquire("a.py")
    locks.close()


def test_more_locks_than_the_usual_limit_of_open_files_can_be_held(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = len(os.listdir("/dev/fd"))
    locks = LockFiles(tmp_path)
    assert locks.acquire("first.py")  # what is imported on first use is imported before the limit is lowered
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 10, hard))
    try:
        assert all(locks.acquire(f"{n}.py") for n in range(50))
    finally:
        locks.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_releasing_everything_gives_the_descriptors_back(tmp_path: Path) -> None:
    locks = LockFiles(tmp_path)
    before = opened_below(tmp_path)
    for n in range(20):
        locks.acquire(f"{n}.py")
    assert opened_below(tmp_path) == before + 20
    locks.close()
    assert opened_below(tmp_path) == before
