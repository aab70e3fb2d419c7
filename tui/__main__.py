"""``python -m tui`` is ``teamtop``."""

import sys

from tui.cli import main

sys.exit(main())
