"""A filter of system calls (seccomp-bpf): sockets, tracing, mounting, namespaces, all that no test needs.

Source: ``linux/seccomp.h``, ``linux/filter.h``, the system call tables of the kernel. A forbidden call fails
with EPERM as if the right were missing; ``clone3``, whose flags a filter cannot read, with ENOSYS, upon which
libraries take ``clone``. Descendants cannot leave it.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

from . import kernel

_ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}

FORBIDDEN: dict[str, tuple[int, int]] = {
    "socket": (41, 198),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
}
"""Numbers on x86-64 and on 64-bit ARM."""

_X86_ONLY = {"iopl": 172, "ioperm": 173}
_CLONE = (56, 220)
_CLONE3 = 435
_IOCTL = (16, 29)

_NEW_NAMESPACES = 0x7E02_0000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""

_TERMINAL_INPUT = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX: they type into the terminal."""

_LOAD, _JUMP_EQUAL, _JUMP_ANY_BIT, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT_0, _ARGUMENT_1 = 0, 4, 16, 24
_ALLOW, _KILL, _FAIL = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
_X32 = 0x4000_0000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _step(code: int, value: int, true: int = 0, false: int = 0) -> bytes:
    return struct.pack("HBBI", code, true, false, value)


def program() -> bytes:
    """The filter for this machine. Raises ``OSError`` if its architecture is not known here."""
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no filter of system calls for {machine}")
    column = list(_ARCHITECTURES).index(machine)
    refuse = _step(_RETURN, _FAIL | errno.EPERM)
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_JUMP_EQUAL, _ARCHITECTURES[machine], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    numbers = [pair[column] for pair in FORBIDDEN.values()]
    if machine == "x86_64":
        steps += [_step(_JUMP_AT_LEAST, _X32, 0, 1), refuse]
        numbers += _X86_ONLY.values()
    for number in numbers:
        steps += [_step(_JUMP_EQUAL, number, 0, 1), refuse]
    steps += [_step(_JUMP_EQUAL, _CLONE3, 0, 1), _step(_RETURN, _FAIL | errno.ENOSYS)]
    steps += [
        _step(_JUMP_EQUAL, _CLONE[column], 0, 4),
        _step(_LOAD, _ARGUMENT_0),
        _step(_JUMP_ANY_BIT, _NEW_NAMESPACES, 0, 1),
        refuse,
        _step(_RETURN, _ALLOW),
        _step(_JUMP_EQUAL, _IOCTL[column], 0, 4),
        _step(_LOAD, _ARGUMENT_1),
        _step(_JUMP_EQUAL, _TERMINAL_INPUT[0], 1, 0),
        _step(_JUMP_EQUAL, _TERMINAL_INPUT[1], 0, 1),
        refuse,
        _step(_RETURN, _ALLOW),
    ]
    return b"".join(steps)


def load(filter_: bytes) -> None:
    """Have every system call of this process and its descendants pass the filter. Raises ``OSError``."""
    steps = ctypes.create_string_buffer(filter_, len(filter_))
    loaded = _Program(len(filter_) // 8, ctypes.cast(steps, ctypes.c_char_p))
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_SECCOMP, 2, ctypes.byref(loaded))
