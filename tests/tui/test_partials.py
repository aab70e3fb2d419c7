"""Replies on their way: what the engine notes of them, and what a pane shows."""

from __future__ import annotations

import asyncio
from pathlib import Path

from engine.record import partials
from engine.record.partials import KEPT, Partial, Partials, read
from tui.widgets.agent_rows import partial_rows
from tui.widgets.spans import plain, width_of


def test_the_newest_notice_of_an_agent_replaces_the_one_before_and_the_file_goes_with_the_run(
    tmp_path: Path,
) -> None:
    path = tmp_path / "partial.json"
    known = Partials()

    async def holds(count: int) -> None:
        async with asyncio.timeout(120):
            while len(read(path)) != count:  # noqa: ASYNC110 - a file tells nobody that it was written
                await asyncio.sleep(0.01)

    async def scene() -> None:
        following = asyncio.create_task(known.follow(path))
        for count in (1, 2, 3):
            known.say(Partial("Dev1", 7, count, "x" * count))
        known.say(Partial("Dev2", 8, 1, "y"))
        await holds(2)
        assert read(path) == (Partial("Dev1", 7, 3, "xxx"), Partial("Dev2", 8, 1, "y"))
        known.drop("Dev1")
        await holds(1)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    before, partials.FLUSH_SECONDS = partials.FLUSH_SECONDS, 0.01
    try:
        asyncio.run(scene())
    finally:
        partials.FLUSH_SECONDS = before
    assert not path.exists()


def test_a_missing_or_damaged_file_is_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == ()
    (tmp_path / "bad").write_bytes(b"[{\xff")
    assert read(tmp_path / "bad") == ()


def test_a_pane_shows_the_end_of_what_is_written_safely() -> None:
    text = "word " * 400 + "\x1b[2Jthe very end"
    rows = partial_rows(Partial("Dev1", 1, len(text), text[-KEPT:]), 40, 2)
    assert len(rows) == 2
    assert plain(rows[0]).startswith("✎ ")
    assert plain(rows[1]).endswith("the very end")
    assert "\x1b" not in plain(rows[1])
    assert all(width_of(row) <= 40 for row in rows)
