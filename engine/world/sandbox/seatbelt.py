"""The rung for macOS: a Seatbelt profile around the test server, by ``sandbox-exec``. Untested.

Written from public descriptions of the profile language (Apple documents the program as deprecated, and not
the language); nobody had a Mac to try it on. It counts, as every rung does, only where its probe passes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

_WORLD = Path(__file__).parents[1]

READABLE = ("/usr", "/bin", "/sbin", "/System", "/Library", "/private/etc/localtime", "/dev")
"""Where macOS keeps programs and libraries; Homebrew's interpreters are found by their prefix."""


class Seatbelt:
    """The server, and all below it, under a profile that denies what it does not name."""

    rung = "seatbelt"
    child_script: Path | None = None
    by_path = False

    def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
        """``argv`` under sandbox-exec; ``folder`` is all that it may write to."""
        return ["/usr/bin/sandbox-exec", "-p", profile(folder), *argv]


def profile(folder: Path) -> str:
    """The profile for runs below ``folder``."""
    own = (sys.prefix, sys.base_prefix, sys.exec_prefix, str(_WORLD))
    readable = "\n".join(f"  (subpath {_quoted(path)})" for path in dict.fromkeys((*READABLE, *own)))
    return f"""(version 1)
(deny default)
(allow process-fork)
(allow process-exec)
(allow sysctl-read)
(allow signal (target same-sandbox))
(allow file-read-metadata)
(allow file-read*
{readable}
  (subpath {_quoted(folder.resolve())}))
(allow file-write*
  (subpath {_quoted(folder.resolve())})
  (literal "/dev/null"))
"""


def _quoted(path: str | Path) -> str:
    return json.dumps(str(path), ensure_ascii=False)
