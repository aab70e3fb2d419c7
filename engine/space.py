"""Space that folders take on the disk."""

from __future__ import annotations

import os
from pathlib import Path

BLOCK = 512
"""Bytes of a block in ``st_blocks``, whatever the file system's own are (POSIX)."""

ENTRIES_MAX = 200_000
"""Files that are counted below one folder: a workspace gone wild must not keep a list waiting."""


def used_bytes(path: Path) -> int:
    """Bytes on the disk below ``path``; links are not followed, what cannot be read counts nothing."""
    total, seen, waiting = 0, 0, [os.fspath(path)]
    while waiting and seen < ENTRIES_MAX:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * BLOCK
        except OSError:
            continue
    return total
