"""Saving what was injected by hand as a fault plan, from whatever screen."""

from __future__ import annotations

import asyncio
import shlex

from engine.errors import TeamtopError
from engine.faults import saving
from engine.record.clean import clean_line
from engine.record.folder import RunFolder


async def save_plan(folder: RunFolder | None) -> tuple[bool, str]:
    """Write the plan into the run's folder, in a thread; whether it was saved, and the sentence to say."""
    if folder is None:
        return False, "This run has no folder to save a plan in."
    try:
        path = await asyncio.to_thread(saving.save, folder.path, folder.events_path)
    except TeamtopError as error:
        return False, clean_line(str(error))
    return True, f"Saved as a plan. Again: teamtop run --faults {shlex.quote(clean_line(str(path)))}"
