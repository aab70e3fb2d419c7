"""Tries a rung before it is trusted: what must not be possible in it is attempted, live, on this machine.

Everything that is tempted lies outside the sandbox and is made for the occasion: a file with a secret, a
folder, a process, sockets that listen. A rung passes if every attack fails and tests could still work.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.record import sockets
from engine.world.forkserver import clean_environment
from engine.world.sandbox import attacks
from engine.world.sandbox.base import Sandbox

PROBE_SECONDS = 30.0
"""Bounds a probe, which takes about 0.2 s."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of probing ``rung``: per attack an empty string if it failed, else what it got.

    ``problem`` is why the rung cannot be used at all, in words; empty if it could be tried.
    """

    rung: str
    found: dict[str, str]
    problem: str = ""
    seconds: float = 0.0

    @property
    def open(self) -> tuple[str, ...]:
        """The attacks that succeeded."""
        return tuple(name for name, got in self.found.items() if got)

    @property
    def passed(self) -> bool:
        """Whether it may be trusted."""
        return not self.problem and not self.open

    @property
    def verdict(self) -> str:
        """One line for people."""
        if self.problem:
            return self.problem
        if self.open:
            return f"agents' code could {', '.join(self.open)}"
        return f"all {len(self.found)} attacks failed"


def probe(sandbox: Sandbox, scratch: Path | None = None) -> Probe:
    """Try ``sandbox``; blocks for about 0.2 s. ``scratch`` is where the workspace is made (temporary)."""
    began, scratch = time.monotonic(), scratch or sockets.temporary()
    with tempfile.TemporaryDirectory(prefix="teamtop-probe-", dir=scratch) as name:
        run = Path(name).resolve() / "server" / "run"
        for part in ("work", "home", "tmp"):
            (run / part).mkdir(parents=True)
        try:
            with _bait(Path(name)) as bait:
                found, problem = _try(sandbox, run, bait)
        except OSError as error:
            found, problem = {}, f"it cannot be probed: {error.strerror or error}"
    return Probe(sandbox.rung, found, problem, time.monotonic() - began)


def _try(sandbox: Sandbox, run: Path, bait: dict[str, object]) -> tuple[dict[str, str], str]:
    work, script = str(run / "work"), str(sandbox.child_script or "")
    argv = [sys.executable, "-s", "-P", attacks.__file__, script, work, json.dumps(bait)]
    environment = clean_environment(run) | {"HOME": str(run / "home"), "TMPDIR": str(run / "tmp")}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell, no agent's words
            sandbox.command(argv, run.parent),
            env=environment,
            cwd=work,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        return {}, f"{error.filename} is not installed"
    except subprocess.TimeoutExpired:
        return {}, f"its probe did not end in {PROBE_SECONDS:g} s"
    try:
        found: dict[str, str] = json.loads(done.stdout)
        problem = found.pop("works")
    except (ValueError, KeyError, AttributeError):
        words = done.stderr.decode(errors="replace").strip().splitlines()
        return {}, words[-1][:300] if words else f"it ended with status {done.returncode}"
    return found, f"tests cannot work in it: {problem}"[:300] if problem else ""


@contextlib.contextmanager
def _bait(outside: Path) -> Iterator[dict[str, object]]:
    secret, name = secrets.token_hex(8), f"{60 + secrets.randbelow(10**6) / 10**6:.6f}"
    (outside / "secret").write_text(secret)
    (outside / "outside").mkdir()
    outside.chmod(0o755)  # what keeps others out must be the sandbox
    (outside / "outside").chmod(0o777)
    with contextlib.ExitStack() as stack:
        process = subprocess.Popen(  # noqa: S603 - a number of our own
            ["sleep", name],  # noqa: S607 - wherever it is
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "SECRET": secret},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        abstract, path = f"teamtop-probe-{secret}", str(outside / "outside" / "s")
        for address in ([f"\0{abstract}"] if sys.platform == "linux" else []) + [path]:
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        Path(path).chmod(0o777)
        yield {
            "secret": secret,
            "file": str(outside / "secret"),
            "folder": str(outside / "outside"),
            "home": str(Path.home()),
            "pid": process.pid,
            "name": name,
            "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "abstract": abstract,
            "path": path,
        }
