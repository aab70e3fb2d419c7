"""What code in the sandbox must not be able to do, tried. Runs as a script inside, on a rung's own path.

Usage: ``python attacks.py INSIDE FOLDER BAIT``, where INSIDE is the rung's ``child_script`` or empty, FOLDER
a workspace to be confined to, and BAIT a JSON object of what lies outside: ``file`` with a secret, ``folder``
to write to, ``pid`` of a process of the user's with a secret in its environment, ``tcp`` and ``udp`` ports on
loopback, ``abstract`` and ``path`` of Unix sockets, all of them the prober's own. Prints one JSON object: per
attack an empty string if it failed, else in words what it got. No attack does harm where it works.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROCESSES_MOST = 400
"""A bound on processes counts if it strikes before so many."""

Bait = dict[str, Any]


def _read_file(bait: Bait) -> str:
    return f"read {len(Path(bait['file']).read_text())} characters"


def _list_home(bait: Bait) -> str:
    return f"saw {len(list(Path(bait['home']).iterdir()))} entries"


def _read_shadow(bait: Bait) -> str:
    return f"read {len(Path('/etc/shadow').read_bytes())} bytes"


def _own_environment(bait: Bait) -> str:
    return "found it" if bait["secret"] in json.dumps(dict(os.environ)) else ""


def _environment(bait: Bait) -> str:
    return "found it" if bait["secret"].encode() in Path(f"/proc/{bait['pid']}/environ").read_bytes() else ""


def _processes_seen(bait: Bait) -> str:
    return "read its command line" if bait["name"].encode() in _command_line(bait["pid"]) else ""


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _write_outside(bait: Bait) -> str:
    Path(bait["folder"], "written").write_text("x")
    return "wrote"


def _write_by_link(bait: Bait) -> str:
    Path("way-out").symlink_to(bait["folder"])
    Path("way-out", "written").write_text("x")
    return "wrote"


def _write_interpreter(bait: Bait) -> str:
    place = Path(os.__file__).parent / "teamtop-was-here"
    place.write_text("x")
    place.unlink()
    return "wrote"


def _tcp(bait: Bait) -> str:
    with socket.create_connection(("127.0.0.1", bait["tcp"]), timeout=1):
        return "connected"


def _udp(bait: Bait) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", bait["udp"]))
    return "sent"


def _listen(bait: Bait) -> str:
    with socket.create_server(("127.0.0.1", 0)):
        return "listened"


def _abstract_socket(bait: Bait) -> str:
    with socket.socket(socket.AF_UNIX) as sender:
        sender.connect("\0" + bait["abstract"])
    return "connected"


def _path_socket(bait: Bait) -> str:
    with socket.socket(socket.AF_UNIX) as sender:
        sender.connect(bait["path"])
    return "connected"


def _signal(bait: Bait) -> str:
    os.kill(bait["pid"], 0)
    return "may signal it"


def _trace(bait: Bait) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    seize, detach = 0x4206, 17
    if libc.ptrace(seize, bait["pid"], None, None) != 0:
        return ""
    libc.ptrace(detach, bait["pid"], None, None)
    return "attached to it"


def _mount(bait: Bait) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    here = str(Path.cwd()).encode()
    if libc.mount(b"none", here, b"tmpfs", 0, None) != 0:
        return ""
    libc.umount2(here, 2)
    return "mounted"


def _new_namespaces(bait: Bait) -> str:
    child = os.fork()
    if child == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        os._exit(0 if libc.unshare(0x1000_0000) == 0 else 1)
    return "made a user namespace" if os.waitpid(child, 0)[1] == 0 else ""


def _many_processes(bait: Bait) -> str:
    waiting, hold = os.pipe()
    children = []
    try:
        for _ in range(PROCESSES_MOST):
            child = os.fork()
            if child == 0:
                os.close(hold)
                os.read(waiting, 1)
                os._exit(0)
            children.append(child)
    finally:
        os.close(hold)
        for child in children:
            os.waitpid(child, 0)
    return f"started {PROCESSES_MOST}"


ATTACKS: dict[str, Callable[[Bait], str]] = {
    "read the user's files": _read_file,
    "list the home folder": _list_home,
    "read /etc/shadow": _read_shadow,
    "read secrets in its own environment": _own_environment,
    "read the environment of the user's processes": _environment,
    "see the user's processes": _processes_seen,
    "write outside": _write_outside,
    "write outside over a link": _write_by_link,
    "write into the interpreter": _write_interpreter,
    "connect over TCP": _tcp,
    "send over UDP": _udp,
    "listen": _listen,
    "reach abstract sockets": _abstract_socket,
    "reach sockets in the file system": _path_socket,
    "signal the user's processes": _signal,
    "trace the user's processes": _trace,
    "mount": _mount,
    "make namespaces": _new_namespaces,
    "start processes without bound": _many_processes,
}


def _work(folder: Path) -> None:
    """What tests must still be able to do: write, import, run this interpreter. Raises if they cannot."""
    (folder / "mine").write_text("x")
    if (pytest := importlib.util.find_spec("pytest")) is None or not Path(str(pytest.origin)).read_bytes():
        raise ImportError("pytest cannot be read")
    subprocess.run([sys.executable, "-S", "-c", "import json"], check=True, timeout=30, capture_output=True)


def _enter(script: str, folder: Path) -> None:
    if not script:
        return
    parts = [str(Path(script).parent)]
    spec = importlib.util.spec_from_file_location("_inside", script, submodule_search_locations=parts)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["_inside"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.enter(str(folder))


def main(script: str, workspace: str, bait: Bait) -> dict[str, str]:
    """Enter the sandbox and try everything; ``works`` is empty if what must work does."""
    folder = Path(workspace)
    _enter(script, folder)
    os.chdir(folder)
    found = {}
    for name, attack in ATTACKS.items():
        try:
            found[name] = attack(bait)
        except OSError:
            found[name] = ""
    try:
        _work(folder)
        found["works"] = ""
    except Exception as error:
        found["works"] = f"{type(error).__name__}: {error}"
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))))
