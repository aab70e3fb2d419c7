"""Calls of the Linux kernel that Python has no functions for."""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAPBSET_DROP = 24
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47


def call(number: int, *arguments: object) -> int:
    """A system call by number. Raises ``OSError``."""
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments))


def prctl(option: int, first: object = 0, second: object = 0, third: object = 0) -> int:
    """``prctl(2)``. Raises ``OSError``."""
    words = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in (first, second, third)]
    return _checked(_libc.prctl(ctypes.c_int(option), *words, ctypes.c_ulong(0)))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(result)
