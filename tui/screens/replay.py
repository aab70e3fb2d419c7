"""The replay screen: the panels of a run, driven by its journal and a transport."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import get_current_worker

from engine.analysis.laws import Baseline
from engine.errors import TeamtopError, UsageError
from engine.record.config import RunMeta
from engine.record.folder import RunFolder
from engine.record.state import Act
from tui.checks import Checks
from tui.jumps import NAMES, What
from tui.keys import READ, VIEW, Key
from tui.replaysource import Position, ReplaySource, parse_position
from tui.screens.going import LEAVE, app_of, below, go_back, runs_dirs
from tui.screens.live import LiveScreen, RunScreen
from tui.screens.pinning import pin, pinned
from tui.screens.replaykeys import REPLAY, binding
from tui.screens.saving import save_plan
from tui.widgets.header_rows import team_words
from tui.widgets.moment import Moment
from tui.widgets.transport import Transport
from tui.widgets.transport_rows import Marks, data_of

FREEZE_EVERY = 100_000
"""Events after which what was read is withdrawn from the collector: it stays, and to look through the million
objects of a long journal would stop the screen for a third of a second."""


class ReplayScreen(RunScreen):
    """A saved run, played from its journal. ``at`` is where to begin; without it, it plays at once."""

    ABOUT: ClassVar[str] = "replay"
    PLACE: ClassVar[str] = "the replay"
    KEYS: ClassVar[tuple[Key, ...]] = (*REPLAY, *VIEW, *READ, *LEAVE)
    BINDINGS: ClassVar[list[BindingType]] = [binding(key) for key in REPLAY]

    class Informed(Message):
        """What was found beside the journal: ``run.json``, notes, and what the run is measured against."""

        def __init__(self, meta: RunMeta | None, baseline: Baseline | None, pins: tuple[Act, ...]) -> None:
            super().__init__()
            self.pins = pins
            self.meta = meta
            self.baseline = baseline

    class Grown(Message):
        """What came to the journal was read."""

    def __init__(
        self,
        folder: RunFolder,
        at: Position | None = None,
        speed: float = 1.0,
        *,
        source: ReplaySource | None = None,
    ) -> None:
        self.replay = source or ReplaySource(folder, speed=speed)
        super().__init__(self.replay)
        self.folder = folder
        self.transport = Transport()
        self._marks = Marks()
        self._at = at
        self._reading = True

    def extra_lines(self) -> Iterable[Widget]:
        """The transport stands between the panels and the keys."""
        yield self.transport

    def on_mount(self) -> None:
        """Begin to read, and to play or to stand where it was asked. Textual calls the base as well."""
        if self._at is not None:
            self._tell(self.replay.go(self._at))
        else:
            self.replay.playing = True
        self.run_worker(self._load, group="load", thread=True, exit_on_error=False)

    # ------------------------------------------------------------ in a thread

    def _load(self) -> None:
        """Read the journal slice by slice, then what stands beside it."""
        worker, frozen = get_current_worker(), 0
        while not worker.is_cancelled and self.replay.load():
            if self.replay.recording.count >= frozen + FREEZE_EVERY:
                frozen = self.replay.recording.count
                gc.freeze()
        gc.freeze()
        if not worker.is_cancelled:
            self.post_message(self._look_around())

    def _load_more(self) -> None:
        """Read what has come to the journal since."""
        worker = get_current_worker()
        while not worker.is_cancelled and self.replay.load():
            pass
        self.post_message(self.Grown())

    def _look_at_all(self) -> None:
        """Check the whole journal for anomalies, wherever the replay stands."""
        self.replay.whole.make(self.replay.recording.count)
        self.post_message(self.Checked())

    def _look_around(self) -> Informed:
        from engine.analysis import baseline as baselines
        from engine.record.events import RunStarted

        meta: RunMeta | None = None
        with suppress(
            TeamtopError
        ):  # the journal alone can be replayed; lists say what is wrong with run.json
            meta = self.folder.read_meta()
        recording = self.replay.recording
        first = recording.event(1) if recording.count else None
        subject = meta or (first if isinstance(first, RunStarted) else None)
        found = None
        if subject is not None:
            found = baselines.find(runs_dirs(self.folder, ()), subject, self.folder.run_id)
        return self.Informed(meta, found, pinned(self.folder))

    def on_replay_screen_informed(self, event: Informed) -> None:
        """All is read: go where it was asked to begin, and judge the speedup by its baseline."""
        self.replay.meta = event.meta
        self.replay.baseline = event.baseline
        self.replay.pins = event.pins
        self._reading = False
        self._moved()

    def on_replay_screen_grown(self, event: Grown) -> None:
        """Whoever stands in the present goes on with it."""
        self._reading = False

    def flush(self) -> None:
        """As every run; and read on while the journal grows."""
        super().flush()
        replay = self.replay
        if not self._reading and replay.grown:
            self._reading = True
            self.run_worker(self._load_more, group="load", thread=True, exit_on_error=False)
        if replay.loaded and replay.whole.begin(replay.recording.count):
            self.run_worker(self._look_at_all, group="whole", thread=True, exit_on_error=False)

    @property
    def checked(self) -> tuple[Checks, ...]:
        """What is shown, and the whole journal, whose anomalies the slider marks."""
        return (*super().checked, self.replay.whole)

    def _catch_up(self) -> None:
        """Fold on towards a far place without waiting for the next look; keys come in between.

        What is yet to be read is the loader's: polling for it would only take its time.
        """
        if not self.replay.reached and self.replay.poll():
            self._changed = True
            self.call_later(self._catch_up)

    # ------------------------------------------------------------ painting

    @property
    def moment(self) -> Moment:
        """What is to be painted now, and what the team does in the present."""
        replay = self.replay
        team = team_words(replay.recording.phase) if replay.going else ""
        return replace(super().moment, follows=replay.following, team=team, pins=replay.pins)

    def paint(self) -> None:
        """Panels and transport."""
        super().paint()
        self.transport.update(data_of(self.replay, self._marks))
        if self.replay.unmet:
            self._tell(self.replay.unmet)
            self.replay.unmet = ""

    def _moved(self) -> None:
        """A person moved the replay: show it at once, not at the next look."""
        self.replay.poll()
        self.paint()

    def _tell(self, sentence: str) -> None:
        if sentence:
            app_of(self).say(sentence, "warning")

    # ------------------------------------------------------------ keys

    def action_play(self) -> None:
        """Play or pause."""
        self.replay.toggle()
        self._moved()

    def _travel(self, move: Callable[[], None]) -> None:
        """Move the replay, and say so where there is nothing further that way."""
        before = self.replay.target
        move()
        if self.replay.target == before:
            if self.replay.at_end:
                self._tell("This is the end of the run.")
            elif before <= 1:
                self._tell("This is the beginning of the run.")
        self._moved()

    def action_event(self, events: int) -> None:
        """One event on or back."""
        self._travel(lambda: self.replay.step(events))

    def action_round(self, direction: int) -> None:
        """One round on or back."""
        self._travel(lambda: self.replay.step_round(direction))

    def action_jump(self, what: What, direction: int) -> None:
        """Move the replay to the next fault, conflict or failure, or to the one before."""
        seq = self.replay.jump(what, direction)
        if seq is None:
            self._tell(f"No {NAMES[what]} {'after' if direction > 0 else 'before'} this moment.")
            return
        self.replay.pause()
        self.replay.seek(seq)
        self._moved()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While somebody writes, the keys of the transport belong to the words."""
        if self.search_line.typing and action in ("start", "end", "event"):
            return False
        return super().check_action(action, parameters)

    def action_turn(self, direction: int) -> None:
        """To where the next turn of any agent begins, or the one before."""
        self._travel(lambda: self.replay.step_turn(direction))

    def action_fork(self) -> None:
        """Ask what is to be different, and let the run live on from here."""
        from tui.screens.forking import fork_from

        self.replay.pause()
        fork_from(self, self.folder, self.replay)

    def action_speed(self, steps: int) -> None:
        """Twice or half as fast."""
        before = self.replay.speed
        self.replay.change_speed(steps)
        if self.replay.speed == before:
            self._tell(f"×{before:g} is the {'fastest' if steps > 0 else 'slowest'}.")
        self._moved()

    def action_start(self) -> None:
        """To the start."""
        self._travel(self.replay.to_start)

    def action_end(self) -> None:
        """To the end."""
        self._travel(self.replay.to_end)

    def action_present(self) -> None:
        """To the present of a run that goes on, and on with it; where the replay came from, if that is it."""
        beneath = below(self.app)
        if self.replay.going and isinstance(beneath, LiveScreen) and beneath.folder == self.folder:
            beneath.action_present()
            go_back(self)
            return
        self.view.follow()
        self.replay.to_present()
        self._moved()

    def action_goto(self) -> None:
        """Ask for a place, and go there."""
        from tui.screens.goto import GoToDialog

        def chosen(place: Position | None) -> None:
            if place is not None:
                self._tell(self.replay.go(place))
                self._moved()

        self.app.push_screen(GoToDialog(self.replay), chosen)

    def open_witness(self, findings: Screen[Any], seq: int) -> None:
        """Here: the findings close, and the replay goes there."""
        findings.dismiss()
        self.replay.pause()
        self._tell(self.replay.go(Position("seq", seq)))
        self._moved()

    def action_pin(self) -> None:
        """Write about this moment, beside the journal, which stays as it is."""
        from tui.screens.notes import PinDialog

        replay = self.replay
        if replay.going:
            self._tell("The run goes on: M in its live screen notes the present; here, once it is over.")
            return
        replay.pause()
        seq, ts, number = replay.target, replay.recording.time(replay.target), replay.state.round

        def written(text: str | None) -> None:
            if text:
                self.run_worker(self._pin(Act(seq, ts, number, "operator", text)), group="pin")

        self.app.push_screen(PinDialog(f"event {seq:,}, round {number}"), written)

    async def _pin(self, note: Act) -> None:
        said = await asyncio.to_thread(pin, self.folder, note)
        self.replay.pins = await asyncio.to_thread(pinned, self.folder)
        app_of(self).say(said or "Noted, beside the journal.", "warning" if said else "information")
        self._moved()

    async def action_save_plan(self) -> None:
        """Save what was injected by hand as a plan."""
        saved, said = await save_plan(self.folder)
        app_of(self).say(said, "information" if saved else "warning")

    def action_summary(self) -> None:
        """What the run came to."""
        from tui.screens.summary import SummaryScreen

        self.app.push_screen(SummaryScreen(self.folder))

    def action_request_quit(self) -> None:
        """Back to where the person came from, or out: nothing is at stake."""
        go_back(self)

    async def on_transport_pressed(self, event: Transport.Pressed) -> None:
        """A button of the transport."""
        await self.run_action(event.action)

    def on_transport_sought(self, event: Transport.Sought) -> None:
        """The slider was moved."""
        self.replay.to_share(event.share)
        self._moved()


def replay_screen(folder: RunFolder, at: str = "", speed: float = 1.0) -> ReplayScreen:
    """The replay of a run from ``at`` (``seq:N``, ``round:R``, a time; empty: the beginning).

    Raises ``UsageError`` if ``at`` cannot be read.
    """
    try:
        place = parse_position(at) if at else None
    except ValueError as error:
        raise UsageError(f'--at "{at}" is no place in a run. {error}') from None
    return ReplayScreen(folder, place, speed)
