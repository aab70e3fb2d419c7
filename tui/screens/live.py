"""The live screen: a team at work, and the keys that steer it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from textual.binding import BindingType
from textual.message import Message
from textual.screen import ModalScreen, Screen

from engine.control import Answer, AnyCommand, Heal, Inject, Pause, Pin, Resume, Say, Step, Stop
from engine.record.copying import copy_state
from engine.record.folder import RunFolder
from tui.keys import APP, HOLD, READ, TEAM, VIEW, Key
from tui.screens.dialogs import TooSmall
from tui.screens.runscreen import RunScreen
from tui.source import RunSource

if TYPE_CHECKING:
    from textual.screen import ModalScreen

    from tui.app import TeamtopApp

__all__ = ["Controller", "LiveScreen", "RunScreen"]


class Controller(Protocol):
    """Takes commands to the engine; blocks, so it is called in a thread."""

    def send(self, command: AnyCommand) -> Answer:
        """Deliver and return the answer."""
        ...


class LiveScreen(RunScreen):
    """A team at work. ``folder`` is the run's, if it has one; ``controller`` takes commands to its engine."""

    ABOUT: ClassVar[str] = "live"
    KEYS: ClassVar[tuple[Key, ...]] = (*TEAM, *VIEW, *READ, *HOLD, *APP)
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in (*TEAM, *HOLD)]

    class Answered(Message):
        """The engine answered a command."""

        def __init__(self, command: AnyCommand, answer: Answer) -> None:
            super().__init__()
            self.command = command
            self.answer = answer

    def __init__(
        self, source: RunSource, controller: Controller | None = None, folder: RunFolder | None = None
    ) -> None:
        super().__init__(source)
        self.folder = folder
        self._controller = controller
        self._was_live = source.live
        self._stopping = False
        self._told_end = False
        self._rung = 0

    def on_mount(self) -> None:
        """Find out what one agent needed for the same work; Textual calls the base's handler by itself."""
        if self.folder is not None and self.source.baseline is None and self.source.meta is not None:
            self.run_worker(self._find_baseline, thread=True, exit_on_error=False)

    def _find_baseline(self) -> None:
        if self.folder is None or self.source.meta is None:
            return
        from engine.analysis.baseline import find
        from engine.store import RunsStore

        dirs = RunsStore([self.folder.path.parent]).dirs  # the samples count too, as in the report
        self.source.baseline = find(dirs, self.source.meta)

    @property
    def team_app(self) -> TeamtopApp:
        """The application, by its own type."""
        return cast("TeamtopApp", self.app)

    def flush(self) -> None:
        """As every run; and when a run that was live has ended, say so."""
        super().flush()
        self._ring()
        self._was_live = self._was_live or self.source.live
        if self._was_live and not self._told_end and self._over and (self._stopping or self.held is None):
            if self._stopping:
                self._told_end = True
                self.team_app.leave()
            elif self._in_sight:
                self._told_end = True
                self.paint()
                if self.folder is not None:
                    self.team_app.open_summary(self.folder)

    @property
    def _in_sight(self) -> bool:
        """Whether somebody looks here, or at a dialog over it; a terminal that is too small shows neither."""
        top = self.app.screen
        return not isinstance(top, TooSmall) and (self.is_current or isinstance(top, ModalScreen))

    def _ring(self) -> None:
        """Ring the terminal's bell when an agent asks people something; once for what came together."""
        waiting = self.source.state.mail.waiting if self.source.behind == 0 else []
        if waiting and waiting[-1].seq > self._rung and self.running:
            self._rung = waiting[-1].seq
            if not self.team_app.config.silent:
                self.app.bell()

    @property
    def _over(self) -> bool:
        """Whether nothing more will come: verified, or the engine is gone."""
        run = self.source.state.run
        ended = run.phase == "ended" and (run.verified is not None or not self.source.live)
        return self.source.behind == 0 and (ended or (self._stopping and not self.source.live))

    @property
    def running(self) -> bool:
        """Whether leaving would leave a team behind."""
        return self.source.live and self.source.state.run.phase != "ended"

    # ------------------------------------------------------------ commands

    def open_witness(self, findings: Screen[Any], seq: int) -> None:
        """As a replay over the findings; the team goes on meanwhile."""
        from tui.screens.replay import replay_screen

        if self.folder is None:
            self.say("A bare journal has no replay: put it into a folder of its own, as events.jsonl.")
        else:
            self.app.push_screen(replay_screen(self.folder, f"seq:{seq}"))

    def send(self, command: AnyCommand) -> None:
        """Give a command to the engine, from a thread; the answer comes as a message."""
        controller = self._controller
        if controller is None:
            self.say("There is no engine to tell: this is a recording.", "warning")
            return
        self.run_worker(lambda: self._deliver(controller, command), thread=True, exit_on_error=False)

    def _deliver(self, controller: Controller, command: AnyCommand) -> None:
        try:
            answer = controller.send(command)
        except Exception as error:
            answer = Answer(ok=False, detail=f"The command could not be sent: {error}.")
        self.post_message(self.Answered(command, answer))

    def on_live_screen_answered(self, event: Answered) -> None:
        """Say what came of a command; acts that show on the screen need no words."""
        if not event.answer.ok:
            self.say(event.answer.detail or "The engine refused.", "warning")
        elif isinstance(event.command, Say):
            self.say(f"Sent to {event.command.to or 'all'}: it is in the next prompt.")
        elif isinstance(event.command, Pin):
            self.say(f"Noted as event {event.answer.seq}.")

    def say(self, text: str, severity: str = "information") -> None:
        """A short message at the corner of the screen."""
        self.team_app.say(text, severity)

    def action_hold(self) -> None:
        """Let the panels stand still while the team goes on, or show the present again."""
        if self.held is None:
            moment = self.moment
            self.held = replace(moment, state=copy_state(moment.state))
        else:
            self.held = None
        self.paint()

    def action_present(self) -> None:
        """Let the view go on, and every panel follow its end again."""
        if self.held is None and self.view.follows:
            self.inform("The present is what you see already.")
            return
        self.held = None
        self.view.follow()
        self.paint()

    def action_rewind(self) -> None:
        """Replay what has happened so far, from here back; the team goes on meanwhile."""
        from tui.screens.replay import replay_screen

        if self.folder is None:
            self.say("A bare journal has no replay: put it into a folder of its own, as events.jsonl.")
        elif seq := self.view.moment.state.seq if self.view.moment is not None else 0:
            self.app.push_screen(replay_screen(self.folder, f"seq:{seq}"))

    def action_pause(self) -> None:
        """Let the team stand still, or go on."""
        paused = self.source.state.run.phase in ("paused", "pausing")
        self.send(Resume() if paused else Pause())

    def action_step(self) -> None:
        """One round, then stand still."""
        self.send(Step())

    def action_heal(self) -> None:
        """End every fault."""
        self.send(Heal())

    def action_fault(self) -> None:
        """Choose a disturbance."""
        from tui.screens.faults import FaultDialog

        def chosen(command: Inject | Heal | None) -> None:
            if command is not None:
                self.send(command)

        self.app.push_screen(FaultDialog(self.source.state, self._agent_in_focus, self.folder), chosen)

    def action_message(self) -> None:
        """Write to the team."""
        from tui.screens.dialogs import MessageDialog

        def written(command: Say | None) -> None:
            if command is not None:
                self.send(command)

        self.app.push_screen(MessageDialog(self.source.state, self._agent_in_focus), written)

    def action_pin(self) -> None:
        """Write about this moment; the note is an event of the run."""
        from tui.screens.notes import PinDialog

        state = self.source.state

        def written(text: str | None) -> None:
            if text:
                self.send(Pin(text=text))

        self.app.push_screen(PinDialog(f"this moment, round {state.round}"), written)

    def _ask(self, dialog: ModalScreen[AnyCommand]) -> None:
        def chosen(command: AnyCommand | None) -> None:
            if command is not None:
                self.send(command)

        self.app.push_screen(dialog, chosen)

    def action_limits(self) -> None:
        """Set limits of tokens, money and time."""
        from tui.screens.limits import LimitsDialog

        self._ask(LimitsDialog(self.source.state))

    def action_join(self) -> None:
        """Take an agent into the team."""
        from tui.screens.members import JoinDialog

        self._ask(JoinDialog(self.source.state))

    def action_leave(self) -> None:
        """Take an agent out of it."""
        from tui.screens.members import LeaveDialog

        self._ask(LeaveDialog(self.source.state, self._agent_in_focus))

    def action_add_task(self) -> None:
        """Put a task on the board."""
        from tui.screens.members import TaskDialog

        self._ask(TaskDialog(self.source.state))

    def action_add_dependency(self) -> None:
        """Have a task wait for another one."""
        from tui.screens.members import DependencyDialog

        self._ask(DependencyDialog(self.source.state))

    @property
    def _agent_in_focus(self) -> str | None:
        from tui.screens.dialogs import agent_of

        return agent_of(self.focused)

    def action_request_quit(self) -> None:
        """Leave; asks once what is to become of a running team."""
        if not self.running or self._stopping:
            self.team_app.leave(left_running=self.running)
            return
        from tui.screens.dialogs import QuitDialog

        def chosen(choice: str | None) -> None:
            if choice == "leave":
                self.team_app.leave(left_running=True)
            elif choice == "stop":
                self.stop_and_leave()

        self.app.push_screen(QuitDialog(), chosen)

    def stop_and_leave(self) -> None:
        """End the run, and leave when it has ended; asked again, leave at once."""
        if self._stopping:
            self.team_app.leave(left_running=self.source.live)
            return
        self._stopping = True
        self.say("Stopping: the team ends its round's open work, then this screen closes. q quits at once.")
        self.send(Stop(why="quit"))
