"""Every screen in every state at three sizes: the states of a team, of saved runs, and of terminals.

``TEAMTOP_SNAPSHOTS=update`` writes them anew, as for ``test_snapshots``; look at the difference.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.style import Style
from textual.screen import Screen

from engine import store, trash
from engine.interop.feed import Feed
from engine.interop.otel.reader import OtelReader
from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import read
from tests.helpers.recorded import HOSTILE, HandClock, opened
from tests.helpers.recorded import shoot as shoot_screen
from tests.helpers.stage import staged
from tests.helpers.teamscript import Script, ended, scripted
from tests.tui.test_hostile import hostile
from tests.tui.test_snapshots import SIZES, check, shoot
from tui import runlist
from tui.app import live_screen
from tui.checks import Checks
from tui.replaysource import ReplaySource
from tui.screens import trashing
from tui.screens.browser import BrowserScreen
from tui.screens.compare import CompareScreen
from tui.screens.findings import FindingsScreen
from tui.screens.replay import ReplayScreen
from tui.screens.summary import SummaryScreen

SAMPLES = Path(__file__).parents[2] / "runs"

BADS = (HOSTILE, "Dev\u200b2\x9b31m", "漢字 ☃️\nline", "[/]" + "A" * 5_000)
"""Names, paths and words of a hostile team, short enough to look at."""

eachsize = pytest.mark.parametrize(
    "size", ["80x24", "120x36", pytest.param("200x50", marks=pytest.mark.deep)]
)
"""The largest takes as long as both others and differs from them least: it is looked at in the deep tests."""


@pytest.fixture(autouse=True)
def alike_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same space on every file system, the same hours in every zone, no samples among saved runs."""
    import time

    monkeypatch.setattr(store, "samples_dir", lambda: None)
    for module in (runlist, trashing):
        monkeypatch.setattr(module, "used_bytes", lambda path: 81_000)
    monkeypatch.setattr(trashing, "age", lambda seconds: "3 s")
    with pytest.MonkeyPatch.context() as zone:
        zone.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


# ------------------------------------------------------------ a team at work


def asking() -> list[Any]:
    s = scripted()
    return s.add(ev.PersonAsked, agent="Dev2", turn=1, text="May I rename [b]add.py[/b]?").events


def paused() -> list[Any]:
    return scripted().add(ev.PauseRequested, author="you").add(ev.Paused).events


def crowd() -> list[Any]:
    names = tuple(f"Dev{number}" for number in range(1, 51))
    s = Script().start(agents=50, tasks=60).open_round(*names)
    for number, name in enumerate(names, 1):
        s.think(name)
        if number % 3 == 0:
            s.at(s.ts + 0.3).work(name, number % 20 + 1)
    return s.events


def imported() -> list[Any]:
    feed = Feed(OtelReader(SAMPLES.parent / "docs" / "examples" / "otel" / "spans.jsonl"))
    return [*feed.poll(), *feed.finish("")]


STATES: dict[str, tuple[Callable[[], list[Any]], tuple[str, ...]]] = {
    "paused": (paused, ()),
    "asking": (asking, ()),
    "fifty": (crowd, ()),
    "fifty-full": (crowd, ("2",)),
    "imported": (imported, ()),
    "imported-agents": (imported, ("2",)),
    "held": (lambda: scripted().events, ("space",)),
    "hostile": (lambda: hostile(BADS), ()),
    "agent-full": (lambda: scripted().events, ("tab", "z")),
    "agent-diff": (lambda: scripted().events, ("tab", "tab", "z", "g")),
    "agent-tests": (lambda: scripted().events, ("tab", "tab", "z", "g", "g")),
    "agents-full": (lambda: scripted().events, ("2",)),
    "talk-full": (lambda: scripted().events, ("5",)),
    "timeline-full": (lambda: scripted().events, ("t",)),
    "speedup-full": (lambda: scripted().events, ("4",)),
    "waterfall": (lambda: ended().events, ("4", "g")),
    "over-n": (lambda: ended().events, ("4", "g", "g")),
    "layout": (lambda: scripted().events, ("v",)),
    "chosen": (lambda: scripted().events, ("v", "end", "up", "space", "escape")),
    "fault-dialog": (lambda: scripted().events, ("f",)),
    "question": (asking, ("m",)),
}
"""Events, and the keys that lead to what is looked at."""


@eachsize
@pytest.mark.parametrize("name", STATES)
def test_a_team(name: str, size: str) -> None:
    make, keys = STATES[name]
    check(f"team-{name}-{size}", shoot(make(), SIZES[size], *keys))


# ------------------------------------------------------------ saved runs


@pytest.fixture
def runs(tmp_path: Path, save_run: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ended, broken off, hostile, crowded, damaged, and a folder that is no run; named alike everywhere."""
    monkeypatch.chdir(tmp_path)
    here = Path("saved")
    save_run(here, "ended", ended().events, created="2026-11-12T10:00:00")
    save_run(here, "broken", scripted().events, created="2026-11-13T10:00:00")
    save_run(here, "hostile", hostile(BADS), created="2026-11-14T10:00:00")
    save_run(here, "crowd", crowd(), created="2026-11-15T10:00:00")
    save_run(here, "damaged", ended().events, created="2026-11-16T10:00:00")
    journal = here / "damaged" / "events.jsonl"
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([*lines[:60], b'{"type":"x"', *lines[61:]]))
    (here / "unreadable").mkdir()
    (here / "unreadable" / "run.json").write_text("{")
    return here


def replay(folder: RunFolder) -> Screen[Any]:
    source = ReplaySource(folder, real=HandClock())
    return ReplayScreen(folder, source=source)


def against(runs: Path, other: str) -> Screen[Any]:
    return CompareScreen((RunFolder(runs / "ended"), RunFolder(runs / other)), [runs])


def deleted(runs: Path) -> Screen[Any]:
    for name in ("ended", "hostile"):
        trash.discard(RunFolder(runs / name), sample=False)
    return BrowserScreen([runs])


def spoiled(runs: Path, how: str) -> RunFolder:
    """A run whose journal is empty, torn in its last record, or goes on in a newer schema."""
    folder = RunFolder(runs / "ended")
    lines = folder.events_path.read_bytes().splitlines(keepends=True)
    if how == "newer":
        lines = [*lines[:90], _of_schema(lines[90], 9)]
    kept = {"empty": b"", "torn": b"".join(lines[:90]) + lines[90][:40], "newer": b"".join(lines)}
    folder.events_path.write_bytes(kept[how])
    return folder


def _of_schema(line: bytes, schema: int) -> bytes:
    body = line[: line.rindex(b',"check":"')].replace(b'"v":1', b'"v":%d' % schema, 1)
    return b'%b,"check":"%08x"}\n' % (body, zlib.crc32(body))


def found(runs: Path, name: str) -> Screen[Any]:
    """What the checker found in a run, without waiting for it."""
    folder = RunFolder(runs / name)
    events = read(folder.events_path).events
    checks = Checks(lambda seq: events[:seq])
    checks.make(len(events))
    return FindingsScreen(checks, lambda: len(events), lambda screen, seq: None)


SCREENS: dict[str, tuple[Callable[[Path], Screen[Any]], tuple[str, ...]]] = {
    "browser": (lambda runs: BrowserScreen([runs]), ()),
    "browser-empty": (lambda runs: BrowserScreen([runs / "none"]), ()),
    "trash": (deleted, ("T", "E")),
    "replay-end": (lambda runs: replay(RunFolder(runs / "ended")), ("end",)),
    "replay-hostile": (lambda runs: replay(RunFolder(runs / "hostile")), ("end",)),
    "replay-crowd": (lambda runs: replay(RunFolder(runs / "crowd")), ("end",)),
    "replay-damaged": (lambda runs: replay(RunFolder(runs / "damaged")), ("end",)),
    "watch-gone": (lambda runs: live_screen(RunFolder(runs / "broken")), ()),
    "summary-broken": (lambda runs: SummaryScreen(RunFolder(runs / "broken"), [runs]), ()),
    "summary-hostile": (lambda runs: SummaryScreen(RunFolder(runs / "hostile"), [runs]), ()),
    "summary-crowd": (lambda runs: SummaryScreen(RunFolder(runs / "crowd"), [runs]), ()),
    "summary-error": (lambda runs: SummaryScreen(RunFolder(runs / "unreadable"), [runs]), ()),
    "summary-done": (lambda _: SummaryScreen(RunFolder(SAMPLES / "sample-team"), [SAMPLES]), ()),
    "compare": (
        lambda runs: CompareScreen((RunFolder(runs / "ended"), RunFolder(runs / "broken")), [runs]),
        (),
    ),
    "replay-empty": (lambda runs: replay(spoiled(runs, "empty")), ()),
    "replay-torn": (lambda runs: replay(spoiled(runs, "torn")), ("end",)),
    "replay-newer": (lambda runs: replay(spoiled(runs, "newer")), ("end",)),
    "findings": (lambda runs: found(runs, "ended"), ("down", "down")),
    "findings-hostile": (lambda runs: found(runs, "hostile"), ()),
    "compare-parted": (lambda runs: against(runs, "crowd"), ()),
    "compare-hostile": (lambda runs: against(runs, "hostile"), ()),
    "browser-tags": (lambda runs: BrowserScreen([runs]), ("t",)),
    "browser-marked": (lambda runs: BrowserScreen([runs]), ("v", "space", "down", "space")),
    "browser-filter": (lambda runs: BrowserScreen([runs]), ("slash", *"math !host")),
    "compare-error": (lambda runs: against(runs, "unreadable"), ()),
}
"""Screens of saved runs, and the keys that lead to what is looked at."""


@eachsize
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_of_saved_runs(name: str, size: str, runs: Path) -> None:
    make, keys = SCREENS[name]
    lines = shoot_screen(lambda: make(runs), SIZES[size], *keys)
    # Where the damage stands depends on how long lines of journals are, which is not looked at here.
    check(f"saved-{name}-{size}", [re.sub(r"byte [\d,]+", "byte 18,000", line) for line in lines])


# ------------------------------------------------------------ colours


def inked(strips: list[Any]) -> list[str]:
    """The rows with the style of each run of cells before it, where it changes: colours count here."""
    rows = []
    for strip in strips:
        row, before = "", ""
        for segment in strip:
            style = segment.style or Style()
            marks = "b" * bool(style.bold) + "d" * bool(style.dim) + "r" * bool(style.reverse)
            colour = style.color.name if style.color is not None else "-"
            ground = style.bgcolor.name if style.bgcolor is not None else "-"
            ink = f"{colour}/{ground}{' ' + marks if marks else ''}"
            row += ("" if ink == before else f"‹{ink}›") + segment.text
            before = ink
        rows.append(row.rstrip())
    return rows


@eachsize
@pytest.mark.parametrize("look", ["light", "contrast", "colourblind", "no-color"])
def test_colours(look: str, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if look == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        monkeypatch.setenv("TEXTUAL_THEME", f"teamtop-{look}")

    async def run() -> list[str]:
        async with staged(scripted().events, size=SIZES[size]) as stage:
            return inked(stage.app.screen._compositor.render_strips())

    rows = asyncio.run(run())
    if look == "no-color":
        # Nothing but greys: whoever wants no colours is shown none.
        greys = {part.split("›")[0].split("/")[0] for row in rows for part in row.split("‹")[1:]}
        assert all(grey == "-" or grey[1:3] == grey[3:5] == grey[5:7] for grey in greys)
    check(f"look-{look}-{size}", rows)


@pytest.mark.parametrize("name", ["browser", "replay-end", "compare-parted", "findings"])
@pytest.mark.parametrize("look", ["light", "no-color"])
def test_colours_of_saved_runs(name: str, look: str, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*(("NO_COLOR", "1") if look == "no-color" else ("TEXTUAL_THEME", "teamtop-light")))
    make, keys = SCREENS[name]

    async def run() -> list[str]:
        async with opened(lambda: make(runs), SIZES["80x24"]) as stage:
            await stage.press(*keys)
            return inked(stage.app.screen._compositor.render_strips())

    check(f"look-{look}-{name}-80x24", asyncio.run(run()))


def test_all_that_is_painted_is_text_that_a_terminal_can_show(runs: Path) -> None:
    async def run() -> None:
        async with opened(lambda: BrowserScreen([runs]), (80, 24)) as stage:
            assert stage.text().replace("\n", "").isprintable()

    asyncio.run(run())
