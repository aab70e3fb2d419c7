"""Who a test process is, and how many it may become.

Root is nobody's limit: bounds on processes do not hold for it, it may signal and trace everybody. So a test
process that starts as root becomes a user of its own that nothing belongs to but its run's folder. Of root's
rights it keeps one, to read past permissions, because the interpreter itself may lie in root's home; what
there is to read is bounded by Landlock, which holds for that right, too.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
from pathlib import Path

from . import kernel

PROCESSES = 128
"""Processes and threads that a run may have at once."""

_FIRST_UID = 0x4000_0000
"""User ids from here on are handed out by nobody (useradd ends at 60,000, subordinate ids at 2^30)."""

_DAC_READ_SEARCH = 2
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES_3 = 0x2008_0522
_LAST_CAPABILITY = 63
_AMBIENT_RAISE = 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def become_nobody(run: str) -> None:
    """From root, become a user that owns the folder ``run`` and nothing else. Raises ``OSError``."""
    number = _FIRST_UID + int.from_bytes(os.urandom(3), "big")  # two runs must not count as one user
    for folder, _, names in os.walk(run):
        for name in ("", *names):
            os.lchown(Path(folder, name), number, number)
    for capability in range(_LAST_CAPABILITY + 1):
        if capability != _DAC_READ_SEARCH:
            try:
                kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
            except OSError:
                break  # the kernel knows no further one
    kernel.prctl(kernel.PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(number, number, number)
    os.setresuid(number, number, number)
    kept = 1 << _DAC_READ_SEARCH
    sets = (_Sets * 2)(_Sets(kept, kept, kept), _Sets(0, 0, 0))
    header = _Header(_CAPABILITIES_3, 0)
    kernel.call(_CAPSET[platform.machine()], ctypes.byref(header), sets)
    kernel.prctl(kernel.PR_CAP_AMBIENT, _AMBIENT_RAISE, _DAC_READ_SEARCH)
    # Whoever changes its user is no longer told when its parent dies.
    kernel.prctl(kernel.PR_SET_PDEATHSIG, int(signal.SIGKILL))


def bound_processes() -> None:
    """Allow ``PROCESSES`` more than this user runs already."""
    _, most = resource.getrlimit(resource.RLIMIT_NPROC)
    limit = _running(os.getuid()) + PROCESSES
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))


def _running(user: int) -> int:
    """Processes and threads of the user; of a user that was just made up there is one."""
    if user >= _FIRST_UID:
        return 1
    count = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                if entry.stat(follow_symlinks=False).st_uid == user:
                    count += sum(1 for _ in Path(entry.path, "task").iterdir())
            except OSError:
                continue  # it ended meanwhile
    return count
