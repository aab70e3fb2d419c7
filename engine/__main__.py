"""The engine process: ``python -m engine RUN_FOLDER`` runs a prepared run to its end.

``launch.spawn`` starts this file by its path; it finds the packages beside it also where none is installed.
"""

from __future__ import annotations

import sys
from pathlib import Path

if (_root := str(Path(__file__).resolve().parents[1])) not in sys.path:
    sys.path.insert(0, _root)

from engine.errors import TeamtopError


def main() -> int:
    """Run; 0 if the engine did its work, whatever became of the team."""
    from engine import launch

    environ = launch.environment()
    try:
        prepared = launch.reopen(Path(sys.argv[1]), environ)
        launch.run_here(prepared, environ, attended=True)
        from engine.analysis.report import write_caches

        write_caches(prepared.folder)
    except TeamtopError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except Exception:  # a defect of ours: engine.log is to hold it, but no key that a message may repeat
        import traceback

        from engine.models import failures, providers

        print(failures.redact(traceback.format_exc(), providers.secrets(environ)), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
