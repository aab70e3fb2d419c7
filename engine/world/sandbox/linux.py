"""The two rungs for Linux: bubblewrap around the test server, and Landlock alone, without user namespaces.

On both, every test process confines itself before it runs what agents wrote (``inside``). Bubblewrap puts
the server into namespaces of its own, so that even a hole in that would show no process, no network and no
file of the user's (bubblewrap(1)).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from engine.world.sandbox.base import INSIDE
from engine.world.sandbox.inside import landlock

_WORLD = Path(__file__).parents[1]
"""The code of ours that test processes run is below it."""

KEPT = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_CHOWN", "CAP_DAC_READ_SEARCH", "CAP_KILL")
"""What a server that is root needs to make a nobody of each test process, and to end it."""


class Landlock:
    """Test processes confine themselves; the server that forks them runs as the user."""

    rung = "landlock"
    child_script: Path | None = INSIDE
    by_path = False

    def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
        """``argv`` as it is."""
        del folder  # test processes confine themselves to their part of it
        return argv


class Bubblewrap:
    """The server, and all below it, in namespaces of their own, on a root that has nothing of the user's."""

    rung = "bubblewrap"
    child_script: Path | None = INSIDE
    by_path = False

    def __init__(self, program: str | None = None) -> None:
        self.program = program or shutil.which("bwrap") or "bwrap"

    def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
        """``argv`` under bwrap; of the machine it sees programs, the interpreter, and ``folder``."""
        seen = [path for path in (*landlock.readable(), str(_WORLD)) if Path(path).exists()]
        binds = [word for path in dict.fromkeys(seen) for word in ("--ro-bind", path, path)]
        links = [
            word
            for name in ("/bin", "/lib", "/lib32", "/lib64", "/sbin")
            if Path(name).is_symlink()
            for word in ("--symlink", str(Path(name).readlink()), name)
        ]
        apart = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        if os.geteuid() == 0:
            rights = [word for name in KEPT for word in ("--cap-add", name)]
        else:
            apart += ["--unshare-user", "--disable-userns"]
            rights = []
        return [
            self.program,
            *apart,
            *("--die-with-parent", "--new-session", "--cap-drop", "ALL"),
            *rights,
            *("--tmpfs", "/tmp"),  # noqa: S108 - the one inside
            *binds,
            *links,
            *("--proc", "/proc", "--dev", "/dev", "--bind", str(folder), str(folder)),
            *("--remount-ro", "/", "--chdir", str(folder), "--"),
            *argv,
        ]
