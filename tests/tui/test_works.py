"""An agent in focus: what it wrote against what stood there, its test results, cleaned and bounded."""

from __future__ import annotations

import asyncio

from engine.record import events as ev
from tests.helpers.stage import staged
from tests.helpers.teamscript import Script, scripted
from tui.checks import Checks
from tui.widgets.spans import plain, width_of
from tui.widgets.work_rows import diff_rows, verdict_rows
from tui.works import EDITS_KEPT, LINES_KEPT, work_of


def writing(*contents: tuple[str, str]) -> Script:
    s = Script().start().open_round("Dev1")
    for version, (agent, content) in enumerate(contents, start=1):
        previous = contents[version - 2][0] if version > 1 else ""
        fields = {"path": "a.py", "turn": 1, "base": 0, "hash": "", "previous": previous}
        s.add(ev.FileEdited, agent=agent, version=version, content=content, **fields)
    return s


def test_an_edit_stands_against_the_version_before_it_whoever_wrote_that() -> None:
    work = work_of("Dev2", writing(("Dev1", "a = 1\nb = 2\n"), ("Dev2", "a = 1\nb = 3\n")).events)
    rows = [plain(row) for row in diff_rows(work, 80)]
    assert rows[0] == "r1 a.py  v2, from v1 by Dev1"
    assert "-b = 2" in rows
    assert "+b = 3" in rows
    assert "-a = 1" not in rows


def test_edits_and_lines_are_bounded_and_the_newest_stands_first() -> None:
    work = work_of("Dev1", writing(*(("Dev1", f"x = {n}\n" * 1000) for n in range(30))).events)
    assert len(work.edits) == EDITS_KEPT
    assert work.edits[0].version == 30
    assert all(len(edit.diff) <= LINES_KEPT + 1 for edit in work.edits)


def test_what_agents_write_is_cleaned_and_fits() -> None:
    work = work_of("Dev1", writing(("Dev1", "\x1b]52;c;x\x07[/]\u202e\r\n" + "A" * 1_000_000)).events)
    for row in diff_rows(work, 60):
        assert width_of(row) <= 60
        assert not {"\x1b", "\x07", "\u202e", "\r"} & set(plain(row))


def test_test_runs_say_what_failed() -> None:
    work = work_of("Dev4", scripted().events)
    rows = [plain(row) for row in verdict_rows(work, 80)]
    assert any("✘ failed" in row for row in rows)
    assert any("test_gcd.py::test_0" in row for row in rows)


def test_g_in_a_pane_shows_the_diff_then_the_tests_then_the_conversation() -> None:
    events = scripted().events

    async def scene() -> None:
        async with staged(events, size=(80, 24)) as stage:
            stage.source.checks = Checks(lambda seq: events[:seq])
            stage.live.view.zoom("agent:Dev1")
            await stage.press("g")
            stage.live.flush()
            await stage.settle()
            assert "std_dev.py  v1, from a new file" in stage.text()
            await stage.press("g")
            assert "✔ passed" in stage.text()
            await stage.press("g")
            assert "from a new file" not in stage.text()

    asyncio.run(scene())
