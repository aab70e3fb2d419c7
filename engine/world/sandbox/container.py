"""The rung where a container daemon answers: an empty image, and of this machine what bubblewrap would show.

The image holds nothing, so nothing is downloaded: programs, libraries and the interpreter are those of this
machine, bound read-only. A container gets no open files from us, so the server is told the path of a socket
instead. Written from docker-run(1) and podman-run(1), and tried with podman 4.3 (runc), as root and without;
no daemon of docker's was at hand. It counts, as every rung does, only where its probe passes.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from engine.world.forkserver import clean_environment
from engine.world.sandbox.base import INSIDE
from engine.world.sandbox.inside import landlock
from engine.world.sandbox.linux import KEPT

IMAGE = "teamtop-empty"

ANSWER_SECONDS = 10.0
"""How long a daemon may take to answer, or to take in an image of a kilobyte."""

PROCESSES = 512
MEMORY = "8g"
"""For the server and all runs at once; each run has bounds of its own besides."""

FILES = 1024
"""Open files of a process. It is set, as the bound on processes is once more, because what the program would
set by itself is more than some hosts allow."""

_WORLD = Path(__file__).parents[1]
_CLIENTS = (
    "HOME",
    "PATH",
    "XDG_RUNTIME_DIR",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "CONTAINER_HOST",
    "CONTAINERS_CONF",
)
"""How the two programs find their daemon, or their images without one."""

_LINKS = ("bin", "lib", "lib32", "lib64", "sbin")


class Container:
    """The server in a container of its own, without network, with nothing to write to but its folder."""

    rung = "container"
    child_script: Path | None = INSIDE
    by_path = True

    def __init__(self, program: str) -> None:
        self.program = program

    def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
        """``argv`` in a new container. Raises ``OSError`` if there is no daemon that makes one."""
        self._image()
        seen = dict.fromkeys((*landlock.readable(), str(_WORLD)))
        binds = [word for path in seen for word in ("--volume", f"{path}:{path}:ro")]
        # Root's server needs a few rights to make a nobody of each test process; nobody else has any to keep.
        rights = [word for name in KEPT for word in ("--cap-add", name)] if os.geteuid() == 0 else []
        if not rights and Path(self.program).name == "podman":
            rights = ["--userns", "keep-id"]  # else the user would be somebody else inside, who owns nothing
        inside = [word for pair in clean_environment(folder).items() for word in ("--env", "=".join(pair))]
        return [
            *_client(),
            *(self.program, "run", "--rm", "--interactive"),
            *("--name", f"teamtop-{secrets.token_hex(6)}"),
            *("--network", "none", "--read-only", "--cap-drop", "ALL", *rights),
            *("--security-opt", "no-new-privileges", "--user", f"{os.getuid()}:{os.getgid()}"),
            *("--pids-limit", str(PROCESSES), "--memory", MEMORY),
            *("--ulimit", f"nofile={FILES}:{FILES}", "--ulimit", f"nproc={PROCESSES}:{PROCESSES}"),
            *("--tmpfs", "/tmp"),  # noqa: S108 - the one inside
            *binds,
            *("--volume", f"{folder}:{folder}", "--workdir", str(folder)),
            *inside,
            *("--env", "TEAMTOP_TESTS"),
            IMAGE,
            *argv,
        ]

    def _image(self) -> None:
        """Make the empty image, unless it is there: folders to bind to, links as this machine has them."""
        if _said(self.program, "image", "inspect", IMAGE) is not None:
            return
        if _said(self.program, "import", "-", IMAGE, stdin=_tree()) is None:
            raise OSError(f"{self.program} cannot make an image")


def _client() -> list[str]:
    """What starts the program with what it needs of the user's environment; it gets nothing else of that."""
    return ["/usr/bin/env", *(f"{name}={os.environ[name]}" for name in _CLIENTS if name in os.environ)]


def daemon() -> str:
    """The program whose daemon answers; empty if none does."""
    for program in ("docker", "podman"):
        found = shutil.which(program)
        if found is not None and _said(found, "version", "--format", "{{.Server.Version}}"):
            return found
    return ""


def _said(*argv: str, stdin: bytes = b"") -> str | None:
    """What a command printed; null if it failed or did not end in time."""
    try:
        done = subprocess.run(  # noqa: S603 - the container program and words of ours
            argv, input=stdin, capture_output=True, timeout=ANSWER_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None


def _tree() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tree:
        for name in _LINKS:
            if Path("/", name).is_symlink():
                link = tarfile.TarInfo(name)
                link.type, link.linkname = tarfile.SYMTYPE, str(Path("/", name).readlink())
                tree.addfile(link)
        for name in ("usr", "tmp", "etc"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tree.addfile(folder)
    return packed.getvalue()
