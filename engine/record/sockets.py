"""Where Unix sockets can stand: paths must be short, and temporary files may be kept deep in folders."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

PATH_MAX = 100
"""Longest path that every system takes for a Unix socket (104 on macOS, 108 on Linux, with the NUL)."""

_ROOM = 56
"""Bytes for what stands below a temporary folder: names of ours and their folders; none is longer."""


def temporary() -> Path:
    """The folder of temporary files; ``/tmp`` if sockets in it would have longer paths than systems take."""
    folder = Path(tempfile.gettempdir())
    return folder if len(os.fsencode(folder)) + _ROOM <= PATH_MAX else Path("/tmp")  # noqa: S108 - as it says
