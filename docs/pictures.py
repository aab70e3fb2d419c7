"""Makes the pictures of the README from the shipped samples: ``python docs/pictures.py``.

Needs the fonts Fira Code and DejaVu Sans Mono on the machine (Debian: fonts-firacode, fonts-dejavu-core) and
resvg_py, a development dependency.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import resvg_py

from engine.record.folder import RunFolder
from tui.app import TeamtopApp
from tui.replaysource import parse_position
from tui.screens.replay import ReplayScreen
from tui.screens.summary import SummaryScreen

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "runs" / "sample-team"


_LACKING = re.compile(r"<text (?=[^>]*>[^<]*[⊘✖✔✘⊖])")
"""Texts with signs that Fira Code has not."""


def _save(app: TeamtopApp, name: str) -> None:
    # resvg takes one font for a whole text: where Fira Code lacks a sign, it would take one with serifs.
    svg = _LACKING.sub(
        r'<text style="font-family: DejaVu Sans Mono" ', app.export_screenshot(title="teamtop")
    )
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=1400))
    (HERE / name).write_bytes(png)
    print(name, len(png) // 1024, "kB")


async def replay(name: str, at: str, size: tuple[int, int]) -> None:
    """A picture of the replay of the team sample, stopped at ``at``."""
    app = TeamtopApp(lambda _: ReplayScreen(RunFolder(SAMPLE), parse_position(at), 1.0))
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.5)
        await pilot.press("space")
        await pilot.pause(0.5)
        _save(app, name)


async def summary(name: str, size: tuple[int, int]) -> None:
    """A picture of its summary."""
    app = TeamtopApp(lambda _: SummaryScreen(RunFolder(SAMPLE), (SAMPLE.parent,)))
    async with app.run_test(size=size) as pilot:
        while (screen := app.screen) is None or getattr(screen, "report", None) is None:
            await pilot.pause(0.1)  # a busy machine takes its time
        await pilot.pause(0.3)
        _save(app, name)


def main() -> None:
    """Make all pictures."""
    asyncio.run(replay("live.png", "round:3", (120, 36)))
    asyncio.run(summary("summary.png", (120, 36)))


if __name__ == "__main__":
    main()
