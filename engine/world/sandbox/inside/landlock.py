"""Landlock (Linux 5.13 and later): what files this process may touch, and whom it may reach.

Source: the kernel's user space API, Documentation/userspace-api/landlock.rst and ``linux/landlock.h``. Rights
only ever shrink, hold for all descendants, and need no privilege. What the running kernel does not know yet
is left to the filter of system calls.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path

from . import kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""Numbers of the three system calls, equal on all architectures."""

_VERSION = 1  # flag of _CREATE: only say which version there is
_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FILES_1 = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FOR_FILES = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | _IOCTL_DEV
"""The rights that a rule on a plain file can have."""

_TCP = 0b11  # bind, connect
_ABSTRACT_SOCKETS, _SIGNALS = 1, 2

READ = EXECUTE | READ_FILE | READ_DIR

_SYSTEM = (
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/alternatives",
)
"""Where programs and libraries are; none of it is the user's own."""

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def version() -> int:
    """The version of Landlock that the kernel has. Raises ``OSError`` if it has none, or it is off."""
    return kernel.call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))


def readable() -> tuple[str, ...]:
    """Paths that every run may read and execute: the system's programs and this interpreter."""
    own = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    given = dict.fromkeys(os.path.realpath(path) for path in (*_SYSTEM, *own, *libraries) if path)
    return tuple(path for path in given if path != "/" and Path(path).exists())


def confine(folder: str, readable: tuple[str, ...]) -> None:
    """Leave this process ``folder`` to write in and ``readable`` to read. Raises ``OSError``."""
    abi = version()
    files = _FILES_1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        files |= right if abi >= since else 0
    rules = _Ruleset(files, _TCP if abi >= 4 else 0, _ABSTRACT_SOCKETS | _SIGNALS if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = kernel.call(_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        _allow(ruleset, folder, files)
        for path in readable:
            _allow(ruleset, path, READ)
        for path in _DEVICES:
            with contextlib.suppress(FileNotFoundError):
                _allow(ruleset, path, (READ_FILE | WRITE_FILE | _TRUNCATE) & files)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.call(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not Path(path).is_dir():
            access &= _FOR_FILES
        rule = _Beneath(access, place)
        kernel.call(
            _ADD, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0)
        )
    finally:
        os.close(place)
